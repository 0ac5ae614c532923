package conversation

import (
	"cmp"
	"strings"
	"time"

	"recado/internal/message"
)

// Preview is the newest message of a conversation as a list shows it.
type Preview struct {
	ID        string
	Direction Direction
	Kind      message.Kind
	Text      string // at most 120 characters
	At        time.Time
}

// PreviewOf summarises a message. Encrypted text stays whole: cut, it could not be decrypted.
func PreviewOf(id string, d Direction, c message.Content, at time.Time) Preview {
	if c.Sealed != "" {
		return Preview{ID: id, Direction: d, Kind: c.Kind, Text: cmp.Or(c.Text, c.Sealed), At: at}
	}
	text := summary(c)
	if r := []rune(text); len(r) > 120 {
		text = string(r[:119]) + "…"
	}
	return Preview{ID: id, Direction: d, Kind: c.Kind, Text: text, At: at}
}

// summary is the text of a content, whatever its kind.
func summary(c message.Content) string {
	switch {
	case c.Media != nil:
		return cmp.Or(c.Media.Caption, c.Media.Filename)
	case c.Location != nil:
		return cmp.Or(c.Location.Name, c.Location.Address)
	case c.Contact != nil:
		return c.Contact.Name
	case c.Poll != nil:
		return c.Poll.Question
	case c.Vote != nil:
		return strings.Join(c.Vote.Options, ", ")
	case c.Reaction != nil:
		return c.Reaction.Emoji
	}
	return c.Text
}
