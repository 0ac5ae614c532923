package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"recado/internal/channel"
	"recado/internal/flow"
	"recado/internal/i18n"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Channels links shops to WhatsApp; channel.Service is one. An empty type is
// the shop's only or most recent one.
type Channels interface {
	Activate(ctx context.Context, shop tenant.ShopID, t channel.Type) (channel.Activation, error)
	AwaitQR(ctx context.Context, k channel.Key) (channel.State, error)
	State(ctx context.Context, shop tenant.ShopID, t channel.Type) (channel.State, error)
	Deactivate(ctx context.Context, shop tenant.ShopID, t channel.Type, logout bool) (channel.State, error)
	Pair(ctx context.Context, shop tenant.ShopID, t channel.Type, phone string) (channel.Code, error)
}

// Errors of Flows and Conversations, besides tenant.ErrNotFound for an id that
// the shop does not have.
var (
	ErrNoFlow    = errors.New("the shop has no published flow")
	ErrKeyReused = errors.New("the idempotency key was used with another message")
	ErrNoChannel = errors.New("the shop has no channel")
	ErrBadCursor = errors.New("not a cursor of this list")
)

// InvalidFlowError refuses a definition and says why.
type InvalidFlowError struct{ Issues []flow.Issue }

func (e *InvalidFlowError) Error() string { return "the flow definition is not valid" }

// VersionConflictError says that another version is published than the caller knew.
type VersionConflictError struct{ Current int }

func (e *VersionConflictError) Error() string { return "another version of the flow is published" }

// PublishedFlow is a flow as it answers customers now.
type PublishedFlow struct {
	FlowID      string
	Version     int
	PublishedAt time.Time
	Definition  json.RawMessage
}

// Draft is a definition to publish.
type Draft struct {
	Definition json.RawMessage
	IfVersion  *int      // publish only when this is the present version; 0 = none yet
	By         string    // who publishes, as tenant.Principal.ID returns it
	Lang       i18n.Lang // of the issues
}

// Flows publishes the shops' automations.
type Flows interface {
	// Published returns ErrNoFlow when the shop has none.
	Published(ctx context.Context, shop tenant.ShopID) (PublishedFlow, error)
	// Publish validates d and makes it the shop's flow. The issues that come with
	// a success are warnings. *InvalidFlowError, *VersionConflictError.
	Publish(ctx context.Context, shop tenant.ShopID, d Draft) (PublishedFlow, []flow.Issue, error)
}

// Outgoing is a message that a person or a program sends.
type Outgoing struct {
	To           message.Peer // of a new message; zero when Conversation is set
	Conversation string
	Channel      channel.Type // empty: the shop's only or most recent one
	Quoted       string       // id of the message it answers
	Content      message.Content
	Key          string // idempotency: the same key and message again is the same message
	By           string // who sends, as tenant.Principal.ID returns it
}

// Queued is a message that will be sent.
type Queued struct {
	ID     string
	Status message.Status // Queued, or further when the key was seen before
}

// Conversation is one contact on one channel, as the inbox lists it.
type Conversation struct {
	ID      string       `json:"id"`
	Channel channel.Type `json:"channel"`
	Contact Customer     `json:"contact"`
	Paused  bool         `json:"paused" doc:"A person has taken over; the flow keeps silent."`
	Unread  int          `json:"unread" doc:"Customer messages since the shop last looked."`
	Last    *Preview     `json:"last,omitempty"`
	Created time.Time    `json:"createdAt"`
}

// Customer is who a conversation is with.
type Customer struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Phone string   `json:"phone,omitempty" doc:"Digits; missing when WhatsApp hides it."`
	Tags  []string `json:"tags" nullable:"false"`
}

// Preview is a conversation's newest message.
type Preview struct {
	ID        string       `json:"id"`
	Direction string       `json:"direction" enum:"in,out"`
	Kind      message.Kind `json:"kind" enum:"text,image,video,audio,voice,document,sticker,location,contact,reaction,poll,vote,choice,edited,deleted,missed_call,unsupported"`
	Text      string       `json:"text"`
	At        time.Time    `json:"at"`
}

// Message is one message of a conversation's history.
type Message struct {
	ID        string         `json:"id"`
	Direction string         `json:"direction" enum:"in,out"`
	Author    string         `json:"author" doc:"customer, flow, phone, or the id of a user or API key"`
	Content   ShownContent   `json:"content"`
	Quoted    string         `json:"quoted,omitempty"`
	Status    message.Status `json:"status,omitempty" doc:"How far a message of ours got."`
	Error     string         `json:"error,omitempty" doc:"Why a message of ours failed."`
	At        time.Time      `json:"at"`
}

// Page asks for a part of a list.
type Page struct {
	Cursor string // empty: from the newest; else what the page before said
	Limit  int    // 1 to 100
}

// Conversations is the inbox. An id that the shop does not have is
// tenant.ErrNotFound, a cursor that it did not give is ErrBadCursor. next is
// empty on the last page.
type Conversations interface {
	// Conversations lists the shop's, the one that moved last first.
	Conversations(ctx context.Context, shop tenant.ShopID, p Page) (list []Conversation, next string, err error)
	// Messages lists a conversation's, the newest first.
	Messages(ctx context.Context, shop tenant.ShopID, id string, p Page) (list []Message, next string, err error)
	// Pause hands the conversation to a person, or back to the flow.
	Pause(ctx context.Context, shop tenant.ShopID, id string, paused bool) (Conversation, error)
	// Read says that the shop has looked.
	Read(ctx context.Context, shop tenant.ShopID, id string) (Conversation, error)
	// Send queues a message. ErrKeyReused, ErrNoChannel, and what wraps message.ErrContent.
	Send(ctx context.Context, shop tenant.ShopID, m Outgoing) (Queued, error)
}

// Assets keeps files that are sent.
type Assets interface {
	// Put stores everything that r gives and returns its name within the shop.
	// When r fails nothing is kept.
	Put(ctx context.Context, shop tenant.ShopID, r io.Reader) (name string, size int64, err error)
}
