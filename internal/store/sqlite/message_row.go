package sqlite

import (
	"encoding/json"
	"fmt"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// body is the JSON of a message's row: what is read with the row and never
// searched for.
type body struct {
	Peer    message.Peer    `json:"peer,omitzero"` // the chat it came from, or whom it goes to
	Sender  message.Peer    `json:"sender,omitzero"`
	Name    string          `json:"name,omitempty"`
	Quoted  string          `json:"quoted,omitempty"`
	Typing  bool            `json:"typing,omitempty"` // of a queued message
	Offline bool            `json:"offline,omitempty"`
	Content message.Content `json:"content"`
	Input   json.RawMessage `json:"input,omitempty"` // of a note
}

// Values of messages.dir and messages.state that history does not show as they are.
const (
	dirTimer  = "-"
	dirNote   = "*"
	stateNew  = "new"
	stateDone = "done"
)

const messageColumns = `conv, n, id, dir, state, at, not_before, author, body, code`

// row is a row of messages.
type row struct {
	shop      tenant.ShopID
	conv      conversation.ID
	n         int64
	id        string
	dir       string
	state     string
	at        int64
	notBefore int64
	author    string
	body      body
	code      string
}

func scanRow(shop tenant.ShopID) func(scanner) (row, error) {
	return func(s scanner) (row, error) {
		r := row{shop: shop}
		var b []byte
		err := s.Scan(&r.conv, &r.n, &r.id, &r.dir, &r.state, &r.at, &r.notBefore, &r.author, &b, &r.code)
		if err != nil {
			return r, or(err, conversation.ErrNotFound)
		}
		if r.dir == dirTimer {
			return r, nil
		}
		if err := json.Unmarshal(b, &r.body); err != nil {
			return r, fmt.Errorf("message %d of %s: %w", r.n, r.conv, err)
		}
		return r, nil
	}
}

// message is the row as history shows it.
func (r row) message() conversation.Message {
	m := conversation.Message{
		Conversation: r.conv, N: r.n, ID: r.id, Direction: conversation.Direction(r.dir), By: r.author,
		Quoted: r.body.Quoted, Content: r.body.Content, At: moment(r.at), Status: message.Status(r.state), Code: r.code,
	}
	if r.body.Peer.Group != "" {
		m.Sender, m.SenderName = r.body.Sender, r.body.Name
	}
	if m.Content.Media != nil {
		m.Content.Media.Data = nil
	}
	incoming := m.Direction == conversation.Incoming
	switch r.state {
	case stateNew, stateDone:
		m.Status = message.Sent // written on the shop's phone
		if incoming {
			m.Status = conversation.Received
		}
	}
	return m
}

// outbox is the row as the dispatcher sees it.
func (r row) outbox(channel message.ChannelType) conversation.OutboxItem {
	return conversation.OutboxItem{
		Conversation: r.conv, Ord: r.n, By: r.author, NotBefore: moment(r.notBefore), Typing: r.body.Typing, QueuedAt: moment(r.at),
		Out: message.Out{
			Shop: r.shop, Channel: channel, ID: r.id, To: r.body.Peer, Quoted: r.body.Quoted, Content: r.body.Content,
		},
	}
}

// inbox is the row as a step sees it.
func (r row) inbox(channel message.ChannelType) conversation.InboxItem {
	if r.dir == dirTimer {
		return conversation.InboxItem{N: r.n, Timer: &conversation.Timer{Token: r.id, Due: moment(r.notBefore)}}
	}
	if r.dir == dirNote {
		return conversation.InboxItem{N: r.n, Queued: &conversation.QueuedInput{Key: r.id, Input: r.body.Input}}
	}
	return conversation.InboxItem{N: r.n, In: &message.In{
		Shop: r.shop, Channel: channel, ID: r.id, Chat: r.body.Peer, Sender: r.body.Sender, Name: r.body.Name,
		FromMe: r.dir == string(conversation.Outgoing), At: moment(r.at), Offline: r.body.Offline, Quoted: r.body.Quoted,
		Content: r.body.Content,
	}}
}
