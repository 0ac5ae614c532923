package encrypted

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/vault"
)

// kindContent is the kind of contents and previews. The field is "kind id" of
// the message.
const kindContent = "content"

// The first byte of a sealed content says what follows: a text alone, or a
// content in JSON.
const (
	plainText = "t"
	plainJSON = "j"
)

func contentField(kind message.Kind, id string) string { return string(kind) + " " + id }

// sealContent hides all of a message's content but its kind.
func (b *codec) sealContent(id string, c message.Content) message.Content {
	c.Sealed = ""
	field := contentField(c.Kind, id)
	preview := conversation.PreviewOf(id, "", c, time.Time{}).Text
	text := b.seal(kindContent, field, plainText+preview)
	if c == (message.Content{Kind: c.Kind, Text: preview}) {
		return message.Content{Kind: c.Kind, Sealed: text}
	}
	doc, err := json.Marshal(c)
	if err != nil {
		b.fail(fmt.Errorf("write content: %w", err))
	}
	return message.Content{Kind: c.Kind, Text: text, Sealed: b.seal(kindContent, field, plainJSON+string(doc))}
}

// openContent is the inverse of sealContent.
func (b *codec) openContent(id string, c message.Content) message.Content {
	out := message.Content{Kind: c.Kind}
	data := b.open(kindContent, contentField(c.Kind, id), c.Sealed)
	if b.err != nil {
		return out
	}
	if text, ok := strings.CutPrefix(data, plainText); ok {
		out.Text = text
		return out
	}
	doc, ok := strings.CutPrefix(data, plainJSON)
	if err := json.Unmarshal([]byte(doc), &out); err != nil || !ok {
		b.fail(fmt.Errorf("%w: content of %s: %w", vault.ErrCorrupt, id, err))
	}
	return out
}

// openPreview opens what PreviewOf took of a sealed content.
func (b *codec) openPreview(p conversation.Preview) conversation.Preview {
	if p.Text == "" && p.ID == "" {
		return p // of no message
	}
	p.Text = b.openContent(p.ID, message.Content{Kind: p.Kind, Sealed: p.Text}).Text
	return p
}
