package conversation

import (
	"cmp"
	"context"
	"time"

	"recado/internal/bus"
	"recado/internal/contact"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Names of the events that this package publishes, after what they tell is stored.
const (
	EventMessage      = "message"      // MessageEvent: a message came, was queued, or changed its status
	EventConversation = "conversation" // ConversationEvent: it came to be, moved, or changed
	EventMerged       = "merged"       // MergedEvent: a conversation ceased to exist
)

// MessageEvent is one message as it is now. Whoever shows messages keys them by
// ConversationID and ID: the same event with a later status replaces it.
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

// ConversationEvent is one line of the inbox as it is now.
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

// ContactView is who a conversation is with.
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

// MergedEvent says that the messages of ID are part of Into by now.
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

// message is an item of the outbox as history shows it.
func (i OutboxItem) message(status message.Status, code string) Message {
	return Message{
		Conversation: i.Conversation, N: i.Ord, ID: i.Out.ID, Direction: Outgoing, By: i.By, Quoted: i.Out.Quoted,
		Content: i.Out.Content, At: i.QueuedAt, Status: status, Code: code,
	}
}

// publish announces what is stored. Nothing depends on it: who misses an event
// reads the store.
func (s *Service) publish(ctx context.Context, shop tenant.ShopID, name string, payload event) {
	e, err := bus.NewEvent(shop, name, payload.of(shop))
	if err == nil {
		err = s.o.Bus.Publish(ctx, e)
	}
	if err != nil {
		s.o.Log.Warn("publish event", "shop", shop, "event", name, "err", err)
	}
}

// event is a payload that says whose it is: a panel with several shops listens to all of them.
type event interface{ of(shop tenant.ShopID) any }

func (e MessageEvent) of(shop tenant.ShopID) any      { e.CompanyID = shop; return e }
func (e ConversationEvent) of(shop tenant.ShopID) any { e.CompanyID = shop; return e }
func (e MergedEvent) of(shop tenant.ShopID) any       { e.CompanyID = shop; return e }
