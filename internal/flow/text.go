package flow

import (
	"strings"

	"recado/internal/flow/expr"
)

// Text is author text in the flow's language and its translations.
type Text struct {
	base  *expr.Template
	langs map[string]*expr.Template
}

// In returns the text in the language of the tag ("en-US" also finds "en"), or
// as the author wrote it.
func (t *Text) In(locale string) *expr.Template {
	if len(t.langs) == 0 {
		return t.base
	}
	if tr, ok := t.langs[locale]; ok {
		return tr
	}
	lang, _, _ := strings.Cut(locale, "-")
	if tr, ok := t.langs[lang]; ok {
		return tr
	}
	return t.base
}

// Render writes the text in the scope's language, for a chat.
func (t *Text) Render(s *expr.Scope) (string, []expr.Warning) {
	return t.In(s.Locale).Render(s, expr.Chat)
}

// Source returns the text as the author wrote it.
func (t *Text) Source() string { return t.base.Source() }

func (c *compiler) template(at *place, src string) *expr.Template {
	t, err := expr.Parse(src)
	if err != nil {
		c.exprIssue(at, err)
		t, _ = expr.Parse("") // keeps the definition whole; it is not published
		return t
	}
	c.reads(at, t.Names(), nil)
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
