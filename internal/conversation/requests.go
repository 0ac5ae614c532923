package conversation

import (
	"errors"

	"recado/internal/message"
)

// Errors of requests.
var (
	ErrKeyReused  = errors.New("the idempotency key was used with another message")
	ErrCursor     = errors.New("not a cursor of this list")
	ErrNoChannel  = errors.New("the shop has no channel")
	ErrNoSuchFlow = errors.New("the shop has published no such flow")
	ErrNoSuchNode = errors.New("the flow has no such node")
)

// SendRequest is a message that a person or a program sends.
type SendRequest struct {
	Conversation ID                  // either this,
	To           message.Peer        // or this
	Channel      message.ChannelType // with To; empty: the shop's
	Quoted       string              // id of the message it answers
	Content      message.Content
	Key          string // idempotency: the same key and message again is the same message
	By           string // a user's or an API key's id
}

// EventRequest is an event of the shop's other programs: an order was paid.
type EventRequest struct {
	Conversation ID                  // either this,
	To           message.Peer        // or this
	Channel      message.ChannelType // with To; empty: the shop's
	Name         string              // the shop's own word, without a colon
	Data         map[string]any      // JSON values
	Key          string              // idempotency: the same key again is the same event
}
