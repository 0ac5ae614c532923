// Package message holds the values that travel between a channel and a
// conversation: a customer's message (In), the shop's (Out), and their progress
// (Receipt, Update). They know no wire format: WhatsApp's JIDs
// and the Graph API's JSON are converted at the channels' border.
package message

import (
	"strings"
	"time"

	"recado/internal/tenant"
)

// ChannelType names a strategy by which a shop is linked to a WhatsApp number.
type ChannelType string

// The channel types of the contract.
const (
	WhatsAppWeb     ChannelType = "WHATSAPP_WEB"
	WhatsAppBaileys ChannelType = "WHATSAPP_BAILEYS"
	WhatsAppCloud   ChannelType = "WHATSAPP_CLOUD"
)

// Valid reports whether t is one of the contract's channel types.
func (t ChannelType) Valid() bool {
	return t == WhatsAppWeb || t == WhatsAppBaileys || t == WhatsAppCloud
}

// Linked reports whether t is a linked device, as opposed to the Cloud API.
func (t ChannelType) Linked() bool { return t == WhatsAppWeb || t == WhatsAppBaileys }

// Peer is a person on WhatsApp, or a group. A person may be known by a LID (an
// opaque number that hides the phone), by the phone, or by both; at least one
// is set. Group holds a group's id and excludes the others.
type Peer struct {
	LID   string `json:"lid,omitempty"`   // digits
	Phone string `json:"phone,omitempty"` // digits, no plus
	Group string `json:"group,omitempty"` // the group's id before "@g.us"
}

// Keys returns the peer's aliases, the strongest first: "g:1203…", "lid:77…", "pn:549…".
func (p Peer) Keys() []string {
	var keys []string
	if p.Group != "" {
		return []string{"g:" + p.Group}
	}
	if p.LID != "" {
		keys = append(keys, "lid:"+p.LID)
	}
	if p.Phone != "" {
		keys = append(keys, "pn:"+p.Phone)
	}
	return keys
}

// PeerFromKey is the inverse of one element of Keys; ok is false for anything else.
func PeerFromKey(key string) (p Peer, ok bool) {
	kind, id, found := strings.Cut(key, ":")
	if !found || id == "" {
		return Peer{}, false
	}
	switch kind {
	case "g":
		return Peer{Group: id}, true
	case "lid":
		return Peer{LID: id}, true
	case "pn":
		return Peer{Phone: id}, true
	}
	return Peer{}, false
}

// IsZero reports whether p is empty.
func (p Peer) IsZero() bool { return p == Peer{} }

// In is one message that arrived on a shop's channel: from a customer, or
// (FromMe) written by the shop's owner on the phone itself.
type In struct {
	Shop    tenant.ShopID
	Channel ChannelType
	ID      string // WhatsApp's message id
	Chat    Peer   // the conversation: the customer, or the group
	Sender  Peer   // the author; equals Chat in a one-to-one chat unless FromMe
	Name    string // the push name: chosen by the sender; may be empty
	FromMe  bool
	At      time.Time // when it was sent, by WhatsApp's clock
	Offline bool      // it waited at the server while we were away
	Quoted  string    // id of the message it answers; may be empty
	Content Content
}

// Kind is the name of the content, part of the key under which In is stored once.
func (m In) Kind() Kind { return m.Content.Kind }

// Out is one message that the shop sends. ID is deterministic: sending the
// same Out twice repeats the id, and a phone shows one bubble.
type Out struct {
	Shop    tenant.ShopID
	Channel ChannelType
	ID      string // WhatsApp's message id: "3EB0" and 18 upper-case hex digits
	To      Peer
	Quoted  string
	Content Content
}

// Receipt is the acknowledgement of a channel's server for an Out.
type Receipt struct {
	ID string    // the id under which the server knows the message
	At time.Time // by the server's clock
}

// Status is how far a message of ours got.
type Status string

// The statuses, in their order. Failed and Dropped are final; the others only move forward.
const (
	Queued    Status = "queued"
	Sent      Status = "sent"
	Delivered Status = "delivered"
	Read      Status = "read"
	Failed    Status = "failed"
	Dropped   Status = "dropped"
)

// Update says that outgoing messages of one chat were delivered or read.
type Update struct {
	Shop    tenant.ShopID
	Channel ChannelType
	Chat    Peer
	IDs     []string
	Status  Status // Delivered or Read
	At      time.Time
}
