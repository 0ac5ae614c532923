package conversation

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"time"

	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Errors of every Store. They may come wrapped.
var (
	ErrNotFound = errors.New("no such conversation or message")
	ErrConflict = errors.New("the conversation changed in between")
	ErrStale    = errors.New("another node owns the shop")
	ErrTooLarge = errors.New("too large to be stored")
)

// Store keeps contacts, conversations and what they wait for. The contract
// suite is store/storetest. Every verb takes the shop and neither returns nor
// changes anything of another. Times come back in UTC, to the millisecond.
//
// A verb that returned nil is durable. Verbs may be repeated after an error of
// unknown outcome.
type Store interface {
	Inbox
	Outbox
	Timers
	Calls
	Archive
	Assets
	Traces
}

// Inbox takes what arrives, and the commits that process it.
type Inbox interface {
	// Append stores a message once: its key is shop, channel, chat, sender, id
	// and kind, and for messages of the shop's own phone shop and id alone, so that the
	// echo of a message of ours is not fresh. It finds or creates the contact and the
	// conversation, and merges contacts that turn out to be one.
	Append(ctx context.Context, m message.In) (AppendResult, error)
	// Next returns the conversation and at most limit of its oldest new items, after
	// relaying what an earlier commit may have left; ErrNotFound when there is no such conversation.
	Next(ctx context.Context, shop tenant.ShopID, id ID, limit int) (InboxBatch, error)
	// Commit is one compare-and-swap. It returns ErrConflict when the
	// conversation is not at c.Rev, ErrStale when the shop was adopted by a newer
	// epoch, ErrNotFound when there is no such conversation.
	Commit(ctx context.Context, c Commit) (CommitResult, error)
	// Relay finishes commits: outbox, history, timers, contact, inbox items, traces.
	// Until then only Next, Commit and Adopt see their effects. It may be repeated. A
	// store whose Commit does it all at once does nothing.
	Relay(ctx context.Context, shop tenant.ShopID, ids ...ID) error
}

// AsyncAppender is a Store that can go on with a message before it is durable. The
// message, its commit and the state of the encrypted answer then become durable
// together, with one wait for the disk instead of two.
type AsyncAppender interface {
	// AppendAsync is Append that returns as soon as Next, Commit and Ready see the
	// message; nothing that is written later becomes durable before it. If it turns
	// out lost after all, a Commit that lists it fails with ErrConflict. A nil Ticket
	// says that it is durable, or not fresh.
	AppendAsync(ctx context.Context, m message.In) (AppendResult, Ticket, error)
}

// Ticket is a message whose write is under way.
type Ticket interface {
	// Stored delivers exactly one value: nil once the message is durable, otherwise the error.
	Stored() <-chan error
	// Flush makes it durable now: nothing will follow that could be written with it.
	Flush(ctx context.Context) error
}

// Outbox keeps what is to be sent, and its outcomes.
type Outbox interface {
	// Adopt makes l's epoch the shop's: older ones are refused from now on. It
	// relays what a crash left behind and returns what waits. ErrStale when a
	// newer epoch adopted the shop.
	Adopt(ctx context.Context, l cluster.Lease) (Unfinished, error)
	// Ready returns at most limit waiting items with an Ord greater than after, in order.
	Ready(ctx context.Context, shop tenant.ShopID, id ID, after int64, limit int) ([]OutboxItem, error)
	// Settle records outcomes. A status never moves backwards; ErrStale as in Commit.
	Settle(ctx context.Context, l cluster.Lease, outcomes []Outcome) error
	// Update records delivered and read, and returns the messages that changed.
	Update(ctx context.Context, u message.Update) ([]Message, error)
	// Sent returns a message of ours by its WhatsApp id; ErrNotFound when there is none.
	Sent(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, messageID string) (OutboxItem, Message, error)
}

// Timers wake conversations.
type Timers interface {
	// Fire moves at most limit timers that are due at now to the inbox, the
	// earliest first, and returns their conversations. ErrStale as in Commit.
	Fire(ctx context.Context, l cluster.Lease, now time.Time, limit int) ([]ID, error)
	// NextTimer returns when the shop's earliest timer is due; zero when there is none.
	NextTimer(ctx context.Context, shop tenant.ShopID) (time.Time, error)
}

// Calls are the web services that flows wait for.
type Calls interface {
	// Calls returns at most limit calls of the shop that have no answer yet and a
	// Key greater than after, by Key.
	Calls(ctx context.Context, shop tenant.ShopID, after string, limit int) ([]Call, error)
	// Push puts an input into the conversation's inbox, once for each Key for as long
	// as its messages are kept, and removes the call of that Key. When there is such
	// a call, its conversation counts and not id: they differ after a merge.
	// ErrNotFound when there is no such conversation; the call is removed all the same.
	Push(ctx context.Context, shop tenant.ShopID, id ID, in QueuedInput) (PushResult, error)
}

// Trace is what one commit keeps of its steps. Rev is the conversation's revision after it.
type Trace struct {
	Rev  int64
	At   time.Time
	Data json.RawMessage // see EncodeTrace
}

// MaxTraces is how many traces of a conversation are kept, the newest.
const MaxTraces = 200

// Traces explain answers.
type Traces interface {
	// Traces returns at most limit traces with a Rev less than before, the newest
	// first. ErrNotFound when there is no such conversation.
	Traces(ctx context.Context, shop tenant.ShopID, id ID, before int64, limit int) ([]Trace, error)
	// DropTraces removes the traces of all shops that are older than before.
	DropTraces(ctx context.Context, before time.Time) error
}

// Page asks for part of a list of conversations, sorted by their newest message,
// the latest first. The zero value is the beginning; Before and BeforeID of the
// next page are the last one's Last.At and ID.
type Page struct {
	Before   time.Time
	BeforeID ID
	Limit    int
}

// Newest is the cursor at which a list of messages begins.
const Newest = math.MaxInt64

// Archive serves the inbox page and the API.
type Archive interface {
	// Open returns the conversation with peer on the channel, created when there is none.
	Open(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, peer message.Peer, now time.Time) (ConversationWithContact, error)
	// Conversation returns ErrNotFound when the shop has none of that id.
	Conversation(ctx context.Context, shop tenant.ShopID, id ID) (ConversationWithContact, error)
	// Conversations returns those that have messages.
	Conversations(ctx context.Context, shop tenant.ShopID, p Page) ([]ConversationWithContact, error)
	// Messages returns at most limit messages with an N less than before, the
	// newest first. ErrNotFound as for Conversation.
	Messages(ctx context.Context, shop tenant.ShopID, id ID, before int64, limit int) ([]Message, error)
	// MarkRead sets Unread to 0. ErrNotFound as for Conversation.
	MarkRead(ctx context.Context, shop tenant.ShopID, id ID) error
}
