package api

import (
	"context"
	"io"

	"recado/internal/channel"
	"recado/internal/conversation"
	"recado/internal/conversation/pipeline"
	"recado/internal/flow"
	"recado/internal/flow/authoring"
	"recado/internal/flow/library"
	"recado/internal/flow/sandbox"
	"recado/internal/settings"
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

// FlowService publishes flows, keeps their versions and answers authors'
// questions; authoring.Service is one.
type FlowService interface {
	List(ctx context.Context, shop tenant.ShopID) ([]library.FlowVersion, error)
	Published(ctx context.Context, shop tenant.ShopID, id flow.ID) (library.Version, error)
	Publish(ctx context.Context, shop tenant.ShopID, d library.Draft) (library.Version, []flow.Issue, error)
	Withdraw(ctx context.Context, shop tenant.ShopID, id flow.ID) error
	Versions(ctx context.Context, shop tenant.ShopID, id flow.ID) ([]library.FlowVersion, error)
	Version(ctx context.Context, shop tenant.ShopID, id flow.ID, number int) (library.Version, error)
	Rollback(ctx context.Context, shop tenant.ShopID, id flow.ID, number int, by string) (library.Version, []flow.Issue, error)
	Retract(ctx context.Context, shop tenant.ShopID, id flow.ID, version int) (int, error)
	Review(ctx context.Context, shop tenant.ShopID, definition []byte) (authoring.Review, error)
	Replay(ctx context.Context, shop tenant.ShopID, id flow.ID, definition []byte, only []conversation.ID) (authoring.ReplayReport, error)
}

// TestChats are authors' chats with their flows; sandbox.TestChats is one.
type TestChats interface {
	Open(ctx context.Context, shop tenant.ShopID, start sandbox.Start) (id string, err error)
	Use(shop tenant.ShopID, id string, do func(*sandbox.Session) error) error
	Transcript(shop tenant.ShopID, id string) ([]byte, error)
	Remove(shop tenant.ShopID, id string) error
}

// Conversations is the inbox; pipeline.Service is one.
type Conversations interface {
	Conversations(ctx context.Context, shop tenant.ShopID, cursor string, limit int) (list []conversation.ConversationWithContact, next string, err error)
	Messages(ctx context.Context, shop tenant.ShopID, id conversation.ID, cursor string, limit int) (list []conversation.Message, next string, err error)
	Send(ctx context.Context, shop tenant.ShopID, r conversation.SendRequest) (conversation.Message, error)
	Pause(ctx context.Context, shop tenant.ShopID, id conversation.ID, by string) (conversation.ConversationWithContact, error)
	Resume(ctx context.Context, shop tenant.ShopID, id conversation.ID, by string) (conversation.ConversationWithContact, error)
	MarkRead(ctx context.Context, shop tenant.ShopID, id conversation.ID) (conversation.ConversationWithContact, error)
}

// Automation starts flows and explains their answers; pipeline.Service is one.
type Automation interface {
	ReceiveEvent(ctx context.Context, shop tenant.ShopID, h conversation.EventRequest) (conversation.ConversationWithContact, error)
	StartFlow(ctx context.Context, shop tenant.ShopID, id conversation.ID, f flow.ID, node flow.NodeID, by string) (conversation.ConversationWithContact, error)
	ChangeTags(ctx context.Context, shop tenant.ShopID, id conversation.ID, add, remove []string) (conversation.ConversationWithContact, error)
	Trace(ctx context.Context, shop tenant.ShopID, id conversation.ID, limit int) ([]conversation.TraceStep, error)
}

// Settings keeps a shop's settings and secrets; settings.Service is one.
type Settings interface {
	Get(ctx context.Context, shop tenant.ShopID) (settings.Settings, error)
	Put(ctx context.Context, shop tenant.ShopID, to settings.Settings) ([]settings.Problem, error)
	Secrets(ctx context.Context, shop tenant.ShopID) ([]string, error)
	PutSecret(ctx context.Context, shop tenant.ShopID, name, value string) error
	DeleteSecret(ctx context.Context, shop tenant.ShopID, name string) error
}

// Assets keeps files to send; conversation.Files is one.
type Assets interface {
	// Put stores everything that r returns under a new name within the shop. When r
	// fails nothing is kept.
	Put(ctx context.Context, shop tenant.ShopID, r io.Reader) (name string, size int64, err error)
}

var (
	_ FlowService   = (*authoring.Service)(nil)
	_ TestChats     = (*sandbox.TestChats)(nil)
	_ Conversations = (*pipeline.Service)(nil)
	_ Automation    = (*pipeline.Service)(nil)
	_ Settings      = (*settings.Service)(nil)
)
