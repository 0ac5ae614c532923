package conversation

import (
	"encoding/json"
	"time"

	"recado/internal/cluster"
	"recado/internal/contact"
	"recado/internal/message"
	"recado/internal/tenant"
)

// InboxItem is one thing that happened to a conversation and that its flow has
// not seen yet. N orders the items of one conversation by arrival.
type InboxItem struct {
	N      int64
	In     *message.In  // a message arrived
	Timer  *Timer       // or a timer fired
	Queued *QueuedInput // or something else happened; exactly one of the three is set
}

// QueuedInput is an input of the flow engine that is neither a message nor a timer: the
// answer of a web service, an event of the shop's other programs. A conversation
// takes one Key once.
type QueuedInput struct {
	Key   string
	Input json.RawMessage // as engine.EncodeInput writes it
}

// Call is a web service that a flow waits for. It is over when a QueuedInput of its Key arrives.
type Call struct {
	Conversation ID
	Key          string          // of the effect; also the call's Idempotency-Key
	Request      json.RawMessage // an engine.HTTP, or what a flow tells somebody outside of the inbox
	At           time.Time       // when the flow asked for it
}

// PushResult says what became of a QueuedInput.
type PushResult struct {
	Fresh        bool // false: it was stored before
	Conversation ID   // whose inbox has it: not the one asked for when that was merged into another
}

// Trace is what one commit leaves of how it came about. Rev is the
// conversation's revision after it.
type Trace struct {
	Rev  int64
	At   time.Time
	Data json.RawMessage
}

// MaxTraces is how many traces of a conversation are kept, the newest.
const MaxTraces = 200

// Timer is a flow's wish to be woken. Setting a token again replaces its due time.
type Timer struct {
	Token string
	Due   time.Time
}

// TimerChange sets a timer, or cancels it when Cancel.
type TimerChange struct {
	Timer
	Cancel bool
}

// AppendResult says what became of an arrival.
type AppendResult struct {
	Fresh        bool         // false: it was stored before, nothing changed
	Conversation Conversation // of what is not fresh: Shop and ID alone, if a store knows that the message still waits
	Contact      contact.Contact
	Message      Message // as history shows it; zero unless Fresh
	Merged       []ID    // conversations that ceased to exist because their contact turned out to be this one
}

// InboxBatch is what a step reads: a conversation and its oldest new items.
type InboxBatch struct {
	Conversation Conversation
	Contact      contact.Contact
	Items        []InboxItem // in order of arrival; the rest comes with the next call
	More         bool
}

// Unfinished is what waits durably in a shop when a node becomes its owner.
type Unfinished struct {
	Inbox  []ID // conversations with new items
	Outbox []ID // conversations with messages to send
}

// Commit moves a conversation from Rev to Rev+1, with everything that follows.
type Commit struct {
	Shop         tenant.ShopID
	Conversation ID
	Rev          int64 // the revision that was read

	// Epoch is the owner's; a store refuses an older one than the newest it
	// adopted. 0 is for acts of people, which any node may do: they rely on Rev
	// alone and list no items.
	Epoch cluster.Epoch

	// Lost, when set, allows the store to return before the commit is durable: nothing
	// that is written later becomes durable before it, and Next and Ready see it. Lost
	// is called, and must not block, if it turns out lost after all.
	Lost func(error)

	// What the conversation becomes, whole.
	Run     json.RawMessage
	Paused  bool
	Handoff *HandoffRequest

	Done   []int64      // items that are dealt with
	Failed []FailedItem // items that were given up
	Recall bool         // messages of the flow that wait in the outbox are dropped, before Sends are added

	Sends   []Send
	Typing  *TypingIndicator // when all of it is sent; no store keeps it
	Timers  []TimerChange
	Contact []contact.Patch
	Calls   []Call          // a second one of the same Key is ignored; Conversation and At are the commit's
	Trace   json.RawMessage // nil = none
	At      time.Time
}

// MaxSends bounds the messages of one commit.
const MaxSends = 50

// FailedItem is an item that could not be processed, with the reason for the shop's eyes.
type FailedItem struct {
	N      int64
	Reason string
}

// Send is a message for the outbox. MessageID makes it happen once: a second
// Send of the same id in the same conversation is ignored.
type Send struct {
	MessageID string // WhatsApp's id, derived from the effect's key
	To        message.Peer
	Quoted    string
	Content   message.Content
	By        string    // who wrote it: ByFlow, a user's or an API key's id
	NotBefore time.Time // zero: at once
	Typing    bool      // show "typing…" until then
}

// Who writes for the shop, besides users and API keys by their id.
const (
	ByFlow  = "flow"
	ByPhone = "phone" // the shop's owner, on the phone itself
)

// CommitResult is what a commit did.
type CommitResult struct {
	Conversation Conversation
	Queued       []OutboxItem // in the order in which they will be sent
	Recalled     []Message    // now dropped
	Unrelayed    bool         // Relay has something to finish
}

// OutboxItem is a message that waits to be sent. Ord orders the items of one conversation.
type OutboxItem struct {
	Conversation ID
	Ord          int64
	Out          message.Out
	By           string
	NotBefore    time.Time
	Typing       bool // show "typing…" until then
	QueuedAt     time.Time
}

// Outcome is how an item of the outbox ended: Sent, Failed with a code, or Dropped with one.
type Outcome struct {
	Conversation ID
	Ord          int64
	MessageID    string
	Status       message.Status
	Code         string
	At           time.Time
}

// Received and ProcessingFailed are the statuses of messages that arrived; those of messages
// of ours are in package message.
const (
	Received         message.Status = "received"
	ProcessingFailed message.Status = "dead" // processing it failed for good; a person has to look
)

// Message is one line of a conversation's history. N orders them.
type Message struct {
	Conversation ID
	N            int64
	ID           string // WhatsApp's
	Direction    Direction
	By           string       // see Send.By; empty for customers
	Sender       message.Peer // who wrote in a group; zero otherwise
	SenderName   string
	Quoted       string
	Content      message.Content // without inline data
	At           time.Time
	Status       message.Status
	Code         string // why it failed
}
