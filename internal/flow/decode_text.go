package flow

import (
	"maps"
	"slices"
	"strings"

	"recado/internal/flow/expr"
)

func (c *compiler) template(at *place, src string) *expr.Template {
	t, err := expr.Parse(src)
	if err != nil {
		c.exprIssue(at, err)
		t, _ = expr.Parse("") // keeps the definition whole; it is not published
		return t
	}
	c.read(at, t.Names(), nil)
	return t
}

// text reads author text and its translations; nil when there is none.
func (o object) text(key string) *Text {
	if s := o.str(key); s != "" {
		return o.c.text(o.place(key), s)
	}
	return nil
}

func (c *compiler) text(at *place, src string) *Text {
	t := &Text{base: c.template(at, src)}
	if len(c.i18n) == 0 {
		return t
	}
	key := at.textKey()
	c.texts[key] = true
	for lang, table := range c.i18n {
		if s := asString(table[key]); s != "" {
			if t.langs == nil {
				t.langs = map[string]*expr.Template{}
			}
			t.langs[lang] = c.template((*place)(nil).key("i18n").key(lang).key(key), s)
		}
	}
	return t
}

// say reads one text or a list of bubbles; nil when there is nothing.
func (o object) say(key string) Say { return o.c.say(o.place(key), o.m[key]) }

func (c *compiler) say(at *place, v any) Say {
	switch v := v.(type) {
	case string:
		return Say{&TextBubble{c.text(at, v)}}
	case []any:
		var say Say
		for i, b := range v {
			here := at.index(i)
			if s, ok := b.(string); ok {
				say = append(say, &TextBubble{c.text(here, s)})
			} else if m, ok := b.(map[string]any); ok {
				say = append(say, c.bubble(object{c, m, here}))
			}
		}
		return say
	}
	return nil
}

func (c *compiler) bubble(o object) Bubble {
	if l, ok := o.sub("location"); ok {
		c.supports(l.at, BubbleLocation, codeUnsupported, "location")
		return &LocationBubble{l.num("lat"), l.num("lng"), l.str("name"), l.str("address")}
	}
	if p, ok := o.sub("contact"); ok {
		c.supports(p.at, BubbleContact, codeUnsupported, "contact")
		return &ContactBubble{p.str("name"), strings.TrimPrefix(p.str("phone"), "+")}
	}
	m, _ := o.sub("media")
	c.supports(m.at, BubbleMedia, codeUnsupported, "media")
	b := &MediaBubble{Kind: m.str("kind"), Asset: m.str("asset"), Filename: m.str("filename")}
	c.exists(m.place("asset"), c.reg.Asset, b.Asset, codeUnknownAsset)
	if m.has("url") {
		b.URL = m.url("url")
	}
	if s := m.str("caption"); s != "" {
		// Translations call it "carta.say.0.caption", without the word media.
		b.Caption = c.text(o.at.key("caption"), s)
	}
	return b
}

// url reads a web address: its scheme and host must be written out, so that no
// variable decides whom the shop talks to.
func (o object) url(key string) *expr.Template {
	src, at := o.str(key), o.place(key)
	rest, secure := strings.CutPrefix(src, "https://")
	if !secure {
		var plain bool
		if rest, plain = strings.CutPrefix(src, "http://"); plain {
			o.c.issue(at, codeInsecureURL)
		}
	}
	host, _, _ := strings.Cut(rest, "/")
	if rest == src || host == "" || strings.ContainsAny(host, "{}@ ?#\\") {
		o.c.issue(at, codeBadURL, src)
	}
	return o.c.template(at, src)
}

// value reads a literal, a text with {{ }}, or {expr}.
func (c *compiler) value(at *place, v any) *Value {
	switch v := v.(type) {
	case string:
		t := c.template(at, v)
		if s, ok := t.Static(); ok {
			return &Value{lit: s}
		}
		return &Value{tmpl: t}
	case map[string]any:
		if src, ok := v["expr"].(string); ok && len(v) == 1 {
			return &Value{prog: c.program(at.key("expr"), src)}
		}
		val := &Value{fields: []field{}}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			val.fields = append(val.fields, field{k, c.value(at.key(k), v[k])})
		}
		return val
	case []any:
		val := &Value{list: []*Value{}}
		for i, e := range v {
			val.list = append(val.list, c.value(at.index(i), e))
		}
		return val
	}
	return &Value{lit: v}
}

// assigns reads {name: value}, sorted by name.
func (o object) assigns(key string, save bool) []Assign {
	sub, _ := o.sub(key)
	var as []Assign
	for _, name := range slices.Sorted(maps.Keys(sub.m)) {
		at := sub.place(name)
		if save {
			o.c.save(at, name)
		}
		as = append(as, Assign{name, o.c.value(at, sub.m[name])})
	}
	return as
}
