package flow

import (
	"strings"

	"recado/internal/flow/expr"
)

// Say is what the bot says: 1 to 5 bubbles, or nil for nothing.
type Say []Bubble

// Bubble is one of *TextBubble, *MediaBubble, *LocationBubble, *ContactBubble.
//
//sumtype:decl
type Bubble interface{ bubble() }

// TextBubble is a text message.
type TextBubble struct{ Text *Text }

// MediaBubble is a file: an asset of the shop, or a URL.
type MediaBubble struct {
	Kind     string // image, video, audio, voice, document, sticker
	Asset    string // exactly one of Asset and URL
	URL      *expr.Template
	Caption  *Text // nil = none
	Filename string
}

// LocationBubble is a pin on the map, in degrees.
type LocationBubble struct {
	Lat, Lng      float64
	Name, Address string
}

// ContactBubble is a contact card.
type ContactBubble struct{ Name, Phone string }

func (*TextBubble) bubble()     {}
func (*MediaBubble) bubble()    {}
func (*LocationBubble) bubble() {}
func (*ContactBubble) bubble()  {}

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
