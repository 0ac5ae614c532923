package conversation

import (
	"cmp"
	"time"

	"recado/internal/contact"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Names of the events on the bus. They are published after the store has the change.
const (
	EventMessage      = "message"      // MessageEvent: a message arrived, was queued, or changed its status
	EventConversation = "conversation" // ConversationEvent: it was created, moved, or changed
	EventMerged       = "merged"       // MergedEvent: a conversation ceased to exist
)

// MessageEvent is the present state of one message. A panel keys messages by
// ConversationID and ID: an event with a later status replaces the earlier one.
type MessageEvent struct {
	CompanyID      tenant.ShopID   `json:"companyId,omitempty"`
	ID             string          `json:"id"` // WhatsApp's
	ConversationID ID              `json:"conversationId"`
	Direction      Direction       `json:"direction"` // in, out
	Author         string          `json:"author"`    // customer, flow, phone, or the id of a user or API key
	Sender         *message.Peer   `json:"sender,omitempty"`
	SenderName     string          `json:"senderName,omitempty"`
	Content        message.Content `json:"content"` // without a received file's reference
	Quoted         string          `json:"quoted,omitempty"`
	Status         message.Status  `json:"status"` // received, dead; queued, sent, delivered, read, failed, dropped
	Error          string          `json:"error,omitempty"`
	At             time.Time       `json:"at"`
}

// ConversationEvent is the present state of one line of the inbox.
type ConversationEvent struct {
	CompanyID tenant.ShopID       `json:"companyId,omitempty"`
	ID        ID                  `json:"id"`
	Channel   message.ChannelType `json:"channel"`
	Contact   ContactView         `json:"contact"`
	Paused    bool                `json:"paused"`
	Handoff   *HandoffRequest     `json:"attention,omitempty"`
	Unread    int                 `json:"unread"`
	Last      *PreviewView        `json:"last,omitempty"`
	CreatedAt time.Time           `json:"createdAt"`
}

// ContactView is the contact of a conversation.
type ContactView struct {
	ID    contact.ID `json:"id"`
	Name  string     `json:"name"`
	Phone string     `json:"phone,omitempty"`
	Group string     `json:"group,omitempty"`
	Tags  []string   `json:"tags"`
}

// PreviewView is a conversation's newest message.
type PreviewView struct {
	ID        string       `json:"id"`
	Direction Direction    `json:"direction"`
	Kind      message.Kind `json:"kind"`
	Text      string       `json:"text"`
	At        time.Time    `json:"at"`
}

// MergedEvent says that the messages of ID are part of Into now.
type MergedEvent struct {
	CompanyID tenant.ShopID `json:"companyId,omitempty"`
	ID        ID            `json:"id"`
	Into      ID            `json:"into"`
}

// Event returns m as it is published.
func (m Message) Event() MessageEvent {
	e := MessageEvent{
		ID: m.ID, ConversationID: m.Conversation, Direction: m.Direction, Author: cmp.Or(m.By, "customer"),
		SenderName: m.SenderName, Content: m.Content, Quoted: m.Quoted, Status: m.Status, Error: m.Code, At: m.At,
	}
	if !m.Sender.IsZero() {
		e.Sender = &m.Sender
	}
	if media := m.Content.Media; media != nil {
		public := *media
		public.Ref, public.Data = nil, nil
		e.Content.Media = &public
	}
	return e
}

// Event returns l as it is published.
func (l ConversationWithContact) Event() ConversationEvent {
	v, c := l.Conversation, l.Contact
	e := ConversationEvent{
		ID: v.ID, Channel: v.Channel, Paused: v.Paused, Handoff: v.Handoff, Unread: v.Unread, CreatedAt: v.CreatedAt,
		Contact: ContactView{ID: c.ID, Name: c.Name, Phone: c.Peer.Phone, Group: c.Peer.Group, Tags: append([]string{}, c.Tags...)},
	}
	if !v.Last.At.IsZero() {
		last := PreviewView(v.Last)
		e.Last = &last
	}
	return e
}

// ForShop adds the shop to an event: a panel with several shops listens to all of them.
func (e MessageEvent) ForShop(shop tenant.ShopID) any { e.CompanyID = shop; return e }

// ForShop adds the shop.
func (e ConversationEvent) ForShop(shop tenant.ShopID) any { e.CompanyID = shop; return e }

// ForShop adds the shop.
func (e MergedEvent) ForShop(shop tenant.ShopID) any { e.CompanyID = shop; return e }
