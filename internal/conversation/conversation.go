package conversation

import (
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

// IDOf returns the id of the contact's conversation on the channel.
func IDOf(shop tenant.ShopID, channel message.ChannelType, with contact.ID) ID {
	sum := sha256.Sum256([]byte(string(shop) + "|" + string(channel) + "|" + string(with)))
	return ID("cv_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:12])))
}

// Conversation is one contact on one channel. Rev grows by one with every
// Commit; the fields below Handoff move with what arrives and do not need one.
type Conversation struct {
	Shop    tenant.ShopID
	ID      ID
	Channel message.ChannelType
	Contact contact.ID
	Rev     int64

	Run    json.RawMessage // the engine's state; nil when no flow ever ran
	Paused bool            // a person has taken over; the flow keeps silent

	Handoff *HandoffRequest // why a person of the shop should look; nil = no need

	Unread      int       // customer messages since the shop last looked
	WindowUntil time.Time // 24 h after the customer's last message; zero when there is none
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

// ConversationWithContact is a conversation with its contact.
type ConversationWithContact struct {
	Conversation Conversation
	Contact      contact.Contact
}

// Window is how long after a customer's message the shop may write freely on
// the Cloud API. Meta's rule; linked devices have none.
const Window = 24 * time.Hour

// Caps is what flows may rely on in a channel of type t: the engine's
// capabilities of that type, and the kinds that this program sends and receives.
func Caps(t message.ChannelType) engine.Caps {
	c := engine.CapsOf(t)
	c.Polls = t.Linked()
	return c
}

// Direction tells who wrote.
type Direction string

// The directions. Outgoing is the shop: its flow, its people, its own phone.
const (
	Incoming Direction = "in"
	Outgoing Direction = "out"
)
