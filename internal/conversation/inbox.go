package conversation

import (
	"encoding/json"
	"time"

	"recado/internal/contact"
	"recado/internal/message"
)

// InboxItem is one event of a conversation that its flow has not seen yet. N
// orders the items of one conversation by arrival. Exactly one of the others is set.
type InboxItem struct {
	N      int64
	In     *message.In // a message arrived
	Timer  *Timer      // a timer fired
	Queued *QueuedInput
}

// QueuedInput is an input of the flow engine that is neither a message nor a
// timer: the answer of a web service, an event of the shop's other programs. A
// conversation takes one Key once.
type QueuedInput struct {
	Key   string
	Input json.RawMessage // as engine.EncodeInput writes it
}

// PushResult says where a QueuedInput is.
type PushResult struct {
	Fresh        bool // false: it was stored before
	Conversation ID   // whose inbox has it: another one than asked for after a merge
}

// AppendResult says what an arrival changed.
type AppendResult struct {
	Fresh        bool         // false: it was stored before, nothing changed
	Conversation Conversation // unless Fresh only Shop and ID, if a store knows that the message still waits
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

// Call is a web service that a flow waits for. It is over when a QueuedInput of its Key arrives.
type Call struct {
	Conversation ID
	Key          string          // of the effect; also the call's Idempotency-Key
	Request      json.RawMessage // a stepper.Request: an HTTP call, or a notice
	At           time.Time       // when the flow asked for it
}
