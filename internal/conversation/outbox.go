package conversation

import (
	"time"

	"recado/internal/message"
)

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

// Message returns the item as history shows it.
func (i OutboxItem) Message(status message.Status, code string) Message {
	return Message{
		Conversation: i.Conversation, N: i.Ord, ID: i.Out.ID, Direction: Outgoing, By: i.By, Quoted: i.Out.Quoted,
		Content: i.Out.Content, At: i.QueuedAt, Status: status, Code: code,
	}
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

// The statuses of messages that arrived; those of outgoing messages are in package message.
const (
	Received         message.Status = "received"
	ProcessingFailed message.Status = "dead" // for good; a person has to look
)

// Message is one line of a conversation's history. N orders them.
type Message struct {
	Conversation ID
	N            int64
	ID           string // WhatsApp's
	Direction    Direction
	By           string       // see Send.By; empty for customers
	Sender       message.Peer // the author in a group; zero otherwise
	SenderName   string
	Quoted       string
	Content      message.Content // without inline data
	At           time.Time
	Status       message.Status
	Code         string // why it failed
}
