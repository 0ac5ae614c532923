package conversation

import (
	"encoding/json"
	"time"

	"recado/internal/cluster"
	"recado/internal/contact"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Commit moves a conversation from Rev to Rev+1, with everything that follows.
type Commit struct {
	Shop         tenant.ShopID
	Conversation ID
	Rev          int64 // the revision that was read

	// Epoch is the owner's; a store refuses an older one than the newest it
	// adopted. 0 is for commits of people, which any node may make: they rely on
	// Rev alone and list no items.
	Epoch cluster.Epoch

	// Lost, when set, allows the store to return before the commit is durable: nothing
	// that is written later becomes durable before it, and Next and Ready see it. Lost
	// is called, and must not block, if it turns out lost after all.
	Lost func(error)

	// What the conversation becomes, whole.
	Run     json.RawMessage
	Paused  bool
	Handoff *HandoffRequest

	Done   []int64      // items that are processed
	Failed []FailedItem // items that were given up
	Recall bool         // the flow's messages that wait in the outbox are dropped, before Sends are added

	Sends   []Send
	Typing  *TypingIndicator // shown once all of it is sent; no store keeps it
	Timers  []TimerChange
	Contact []contact.Patch
	Calls   []Call          // a second one of the same Key is ignored; Conversation and At are the commit's
	Trace   json.RawMessage // nil = none
	At      time.Time
}

// MaxSends bounds the messages of one commit.
const MaxSends = 50

// FailedItem is an item that could not be processed, with the reason that the shop reads.
type FailedItem struct {
	N      int64
	Reason string
}

// Send is a message for the outbox. A second Send of the same MessageID in the
// same conversation is ignored.
type Send struct {
	MessageID string // WhatsApp's id, derived from the effect's key
	To        message.Peer
	Quoted    string
	Content   message.Content
	By        string    // ByFlow, or a user's or an API key's id
	NotBefore time.Time // zero: at once
	Typing    bool      // show "typing…" until then
}

// Authors besides users and API keys.
const (
	ByFlow  = "flow"
	ByPhone = "phone" // the shop's owner, on the phone itself
)

// TypingIndicator says to whom the shop seems to be typing, and until when. It is
// shown at most once and delays no message, so no store keeps it.
type TypingIndicator struct {
	Channel message.ChannelType
	To      message.Peer
	Until   time.Time
}

// CommitResult is what a commit did.
type CommitResult struct {
	Conversation Conversation
	Queued       []OutboxItem // in the order in which they will be sent
	Recalled     []Message    // now dropped
	Unrelayed    bool         // Relay has something to finish
}
