package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/sandbox"
	"recado/internal/i18n"
	"recado/internal/settings"
	"recado/internal/tenant"
)

// Settings keeps what people set up for a shop; settings.Service is one.
type Settings interface {
	Get(ctx context.Context, shop tenant.ShopID) (settings.Settings, error)
	Put(ctx context.Context, shop tenant.ShopID, to settings.Settings) ([]settings.Problem, error)
	Secrets(ctx context.Context, shop tenant.ShopID) ([]string, error)
	PutSecret(ctx context.Context, shop tenant.ShopID, name, value string) error
	DeleteSecret(ctx context.Context, shop tenant.ShopID, name string) error
}

// Errors of Automation, Book and TestChats, besides tenant.ErrNotFound and ErrNoFlow.
var (
	ErrFlowInUse   = errors.New("the flow, or its version, is in use")
	ErrTooMany     = errors.New("the shop has as many as it may")
	ErrNoNode      = errors.New("the flow has no such node")
	ErrNothingToDo = errors.New("nothing waits for that")
)

// Happening is an event of the shop's other programs. One of Conversation and To is set.
type Happening struct {
	Conversation string
	To           string // digits
	Name         string
	Data         map[string]any
	Key          string // idempotency: the same key again is the same event
}

// TraceStep is how one input was dealt with.
type TraceStep struct {
	At      time.Time    `json:"at"`
	Input   *Document    `json:"input,omitempty" doc:"What happened; its type tells: message, timer, result, human_sent, command, event."`
	Began   bool         `json:"began,omitempty" doc:"No flow was under way before."`
	Events  []TraceEvent `json:"events" nullable:"false" doc:"Which rules matched and why, which nodes were entered."`
	Effects []Document   `json:"effects" nullable:"false" doc:"What was done; type tells: send, set_timer, cancel_timer, contact, handoff, notify, http."`
	Sent    []string     `json:"sent" nullable:"false" doc:"Ids of the messages that came of it."`
	Flow    string       `json:"flow,omitempty" doc:"Where it stands afterwards; missing when the flow is over."`
	Version int          `json:"version,omitempty"`
	Node    string       `json:"node,omitempty"`
	Status  string       `json:"status,omitempty"`
	Cut     bool         `json:"cut,omitempty" doc:"Input and effects were too large to keep."`
}

// Automation is what starts flows and tells how they answered.
type Automation interface {
	Happen(ctx context.Context, shop tenant.ShopID, h Happening) (Conversation, error)
	// Start returns ErrNoFlow and ErrNoNode.
	Start(ctx context.Context, shop tenant.ShopID, id, flow, node, by string) (Conversation, error)
	Tag(ctx context.Context, shop tenant.ShopID, id string, add, remove []string) (Conversation, error)
	// Trace returns the steps of at most limit units of work, the oldest first.
	Trace(ctx context.Context, shop tenant.ShopID, id string, limit int) ([]TraceStep, error)
}

// FlowVersion is one version of a flow, as a list shows it.
type FlowVersion struct {
	FlowID      string    `json:"flowId"`
	Version     int       `json:"version"`
	PublishedAt time.Time `json:"publishedAt"`
	PublishedBy string    `json:"publishedBy"`
	Main        bool      `json:"main,omitempty" doc:"It is the shop's main flow."`
	Published   bool      `json:"published" doc:"It is what conversations start with."`
	Name        string    `json:"name,omitempty"`
}

// Impact is what publishing a draft means for conversations that are in the flow now.
type Impact struct {
	Open    int `json:"open" doc:"Conversations in an older version of the flow."`
	Move    int `json:"move" doc:"Of these, how many go on in the new one at their next message."`
	Finish  int `json:"finish" doc:"How many end with the version that they have."`
	Restart int `json:"restart" doc:"How many begin again, and are told so."`
	Person  int `json:"person" doc:"How many go to a person: their version is gone, and they fit nowhere."`
	Looked  int `json:"looked" doc:"Conversations looked at, those that moved last; further ones are not counted."`
}

// Review is what publishing a draft would do.
type Review struct {
	Issues  []flow.Issue
	Changes []flow.Change // against what is published; none for a new flow
	Impact  Impact
}

// Replayed is a conversation that a draft would have answered otherwise.
type Replayed struct {
	Conversation string             `json:"conversation"`
	Exchanges    []sandbox.Exchange `json:"exchanges" nullable:"false" doc:"Where the answers differ, before and after."`
}

// ReplayReport is how recorded conversations fare with a draft.
type ReplayReport struct {
	Looked    int        `json:"looked" doc:"Conversations whose beginning is recorded."`
	Exchanges int        `json:"exchanges" doc:"What customers and events said in them."`
	Different []Replayed `json:"different" nullable:"false"`
}

// Book keeps all flows of the shops and their versions.
type Book interface {
	// Flows lists what is published, the main flow first.
	Flows(ctx context.Context, shop tenant.ShopID) ([]FlowVersion, error)
	// Flow returns a published flow, or ErrNoFlow.
	Flow(ctx context.Context, shop tenant.ShopID, id string) (PublishedFlow, error)
	// PublishFlow is Flows.Publish for a flow of any id; ErrTooMany.
	PublishFlow(ctx context.Context, shop tenant.ShopID, id string, d Draft) (PublishedFlow, []flow.Issue, error)
	// Withdraw returns ErrNoFlow and ErrFlowInUse.
	Withdraw(ctx context.Context, shop tenant.ShopID, id string) error
	// Versions lists a flow's, the newest first, or returns ErrNoFlow.
	Versions(ctx context.Context, shop tenant.ShopID, id string) ([]FlowVersion, error)
	// Version returns one version, or ErrNoFlow.
	Version(ctx context.Context, shop tenant.ShopID, id string, version int) (PublishedFlow, error)
	// Rollback publishes an old version as a new one; ErrNoFlow, *InvalidFlowError.
	Rollback(ctx context.Context, shop tenant.ShopID, id string, version int, by string, lang i18n.Lang) (PublishedFlow, []flow.Issue, error)
	// Retract takes conversations out of a version that is no longer published and
	// returns how many; ErrNoFlow, ErrFlowInUse.
	Retract(ctx context.Context, shop tenant.ShopID, id string, version int) (int, error)
	// Review says what publishing a definition would do; one that cannot work has issues alone.
	Review(ctx context.Context, shop tenant.ShopID, definition json.RawMessage, lang i18n.Lang) (Review, error)
	// Replay has recorded conversations happen again with a draft of the flow, or of
	// those given alone; *InvalidFlowError.
	Replay(ctx context.Context, shop tenant.ShopID, id string, definition json.RawMessage, only []string, lang i18n.Lang) (ReplayReport, error)
}
