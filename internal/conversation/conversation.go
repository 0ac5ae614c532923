package conversation

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"strings"
	"time"

	"recado/internal/contact"
	"recado/internal/flow/engine"
	"recado/internal/message"
	"recado/internal/tenant"
)

// ID names a conversation within a shop: "cv_" and 20 lower-case base32 characters.
type ID string

// Conversation is one contact on one channel. Rev grows by one with every
// Commit; the fields below it move with what arrives and do not need one.
type Conversation struct {
	Shop    tenant.ShopID
	ID      ID
	Channel message.ChannelType
	Contact contact.ID
	Rev     int64

	Run    json.RawMessage // the engine's state; nil when no flow ever ran
	Paused bool            // a person has taken over; the flow keeps silent

	Handoff *HandoffRequest // why somebody of the shop should look; nil = no need

	Unread      int       // customer messages since the shop last looked
	WindowUntil time.Time // 24 h after the customer's last message; zero when they never wrote
	Last        Preview
	CreatedAt   time.Time
}

// HandoffRequest says that a conversation needs a person.
type HandoffRequest struct {
	Reason string    `json:"reason"` // flow, command, give_up, limit:<name>, bot_loop, …
	Queue  string    `json:"queue,omitempty"`
	Note   string    `json:"note,omitempty"`
	At     time.Time `json:"at"`
}

// Preview is the newest message of a conversation as a list shows it.
type Preview struct {
	ID        string
	Direction Direction
	Kind      message.Kind
	Text      string // at most 120 characters
	At        time.Time
}

// Window is how long after a customer's message the shop may write freely on
// the Cloud API. Meta's rule; linked devices have none.
const Window = 24 * time.Hour

// Caps is what flows may rely on in a channel of type t: what is sent and comes
// back here, beside what every program can do with it.
func Caps(t message.ChannelType) engine.Caps {
	c := engine.CapsOf(t)
	c.Polls = t.Linked()
	return c
}

// Direction tells who wrote.
type Direction string

// The directions. Out is the shop: its flow, its people, its own phone.
const (
	Incoming Direction = "in"
	Outgoing Direction = "out"
)

// PreviewOf sums a message up. What is sealed stays whole: cut, it could not be opened.
func PreviewOf(id string, d Direction, c message.Content, at time.Time) Preview {
	if c.Sealed != "" {
		return Preview{ID: id, Direction: d, Kind: c.Kind, Text: cmp.Or(c.Text, c.Sealed), At: at}
	}
	text := wordsOf(c)
	if r := []rune(text); len(r) > 120 {
		text = string(r[:119]) + "…"
	}
	return Preview{ID: id, Direction: d, Kind: c.Kind, Text: text, At: at}
}

// wordsOf returns what a content says beside its kind.
func wordsOf(c message.Content) string {
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

// IDOf returns the id of the contact's conversation on the channel.
func IDOf(shop tenant.ShopID, channel message.ChannelType, with contact.ID) ID {
	sum := sha256.Sum256([]byte(string(shop) + "|" + string(channel) + "|" + string(with)))
	return ID("cv_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:12])))
}
