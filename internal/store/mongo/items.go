package mongo

import (
	"fmt"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// body is the JSON of a message: the fields that are read with it and never searched.
type body struct {
	Peer    message.Peer    `json:"peer,omitzero"` // the chat it came from, or whom it goes to
	Sender  message.Peer    `json:"sender,omitzero"`
	Name    string          `json:"name,omitempty"`
	Quoted  string          `json:"quoted,omitempty"`
	Typing  bool            `json:"typing,omitempty"` // of a queued message
	Offline bool            `json:"offline,omitempty"`
	Content message.Content `json:"content"`
}

func (b body) text() (string, error) { return encode(b) }

func parseBody(text string) (b body, err error) { return b, decode(text, &b) }

// inboxDoc is a document of inbox.
type inboxDoc struct {
	ID    string          `bson:"_id"` // shared with the message's history
	Shop  tenant.ShopID   `bson:"shop"`
	Conv  conversation.ID `bson:"conv"`
	N     int64           `bson:"n"`
	Key   string          `bson:"key"` // unique in the shop
	State string          `bson:"state"`
	Token string          `bson:"token,omitempty"` // of a timer; the rest is empty then
	Due   int64           `bson:"due,omitempty"`
	Note  string          `bson:"note,omitempty"` // key of a note, whose input is Body
	MID   string          `bson:"mid,omitempty"`  // WhatsApp's id
	Mine  bool            `bson:"mine,omitempty"`
	At    int64           `bson:"at,omitempty"`
	Body  string          `bson:"body,omitempty"`
}

// States of inbox documents.
const (
	stateNew  = "new"
	stateDone = "done"
	stateDead = "dead"
)

func (d inboxDoc) item(channel message.ChannelType) (conversation.InboxItem, error) {
	item := conversation.InboxItem{N: d.N}
	if d.Note != "" {
		item.Queued = &conversation.QueuedInput{Key: d.Note, Input: []byte(d.Body)}
		return item, nil
	}
	if d.Token != "" {
		item.Timer = &conversation.Timer{Token: d.Token, Due: moment(d.Due)}
		return item, nil
	}
	b, err := parseBody(d.Body)
	if err != nil {
		return item, fmt.Errorf("item %d of %s: %w", d.N, d.Conv, err)
	}
	item.In = &message.In{
		Shop: d.Shop, Channel: channel, ID: d.MID, Chat: b.Peer, Sender: b.Sender, Name: b.Name, FromMe: d.Mine,
		At: moment(d.At), Offline: b.Offline, Quoted: b.Quoted, Content: b.Content,
	}
	return item, nil
}

// outboxDoc is a document of outbox.
type outboxDoc struct {
	ID        string              `bson:"_id"` // shared with the message's history
	Shop      tenant.ShopID       `bson:"shop"`
	Conv      conversation.ID     `bson:"conv"`
	Channel   message.ChannelType `bson:"channel"`
	Ord       int64               `bson:"ord"`
	MID       string              `bson:"mid"`
	State     message.Status      `bson:"state"`
	By        string              `bson:"by"`
	NotBefore int64               `bson:"notBefore"`
	At        int64               `bson:"at"`
	Body      string              `bson:"body"`
}

func (d outboxDoc) item() (conversation.OutboxItem, error) {
	b, err := parseBody(d.Body)
	if err != nil {
		return conversation.OutboxItem{}, fmt.Errorf("outbox of %s: %w", d.Conv, err)
	}
	return conversation.OutboxItem{
		Conversation: d.Conv, Ord: d.Ord, By: d.By, NotBefore: moment(d.NotBefore), Typing: b.Typing, QueuedAt: moment(d.At),
		Out: message.Out{Shop: d.Shop, Channel: d.Channel, ID: d.MID, To: b.Peer, Quoted: b.Quoted, Content: b.Content},
	}, nil
}

// messageDoc is a document of messages: a line of history.
type messageDoc struct {
	ID     string                 `bson:"_id"`
	Shop   tenant.ShopID          `bson:"shop"`
	Conv   conversation.ID        `bson:"conv"`
	N      int64                  `bson:"n"`
	MID    string                 `bson:"mid"`
	Dir    conversation.Direction `bson:"dir"`
	By     string                 `bson:"by"`
	Status message.Status         `bson:"status"`
	Code   string                 `bson:"code"`
	At     int64                  `bson:"at"`
	Body   string                 `bson:"body"`
}

func (d messageDoc) message() (conversation.Message, error) {
	b, err := parseBody(d.Body)
	if err != nil {
		return conversation.Message{}, fmt.Errorf("message %d of %s: %w", d.N, d.Conv, err)
	}
	m := conversation.Message{
		Conversation: d.Conv, N: d.N, ID: d.MID, Direction: d.Dir, By: d.By, Quoted: b.Quoted, Content: b.Content,
		At: moment(d.At), Status: d.Status, Code: d.Code,
	}
	if b.Peer.Group != "" {
		m.Sender, m.SenderName = b.Sender, b.Name
	}
	if m.Content.Media != nil {
		m.Content.Media.Data = nil
	}
	return m, nil
}

// outKey is the _id of a message that the shop wrote: its id is unique.
func outKey(shop tenant.ShopID, mid string) string { return key(string(shop), "out", mid) }
