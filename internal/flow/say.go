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

// Say is what the bot says: 1 to 5 bubbles, or nil for nothing.
type Say []Bubble

// Bubble is one of *TextBubble, *MediaBubble, *LocationBubble, *ContactBubble.
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
