package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// conversationStore reads and creates conversations' documents.
type conversationStore struct {
	db       *collections
	epochs   *epochStore
	contacts *contactStore
}

// convDoc is a document of conversations: the one place where a commit happens.
type convDoc struct {
	Key       string              `bson:"_id"`
	Shop      tenant.ShopID       `bson:"shop"`
	ID        conversation.ID     `bson:"id"`
	Channel   message.ChannelType `bson:"channel"`
	Contact   contact.ID          `bson:"contact"`
	CreatedAt int64               `bson:"createdAt"`

	ContactRev int64 `bson:"contactRev"` // at least this is the contact's revision

	// Changed by commits, under Rev.
	Rev       int64       `bson:"rev"`
	Epoch     int64       `bson:"epoch"` // of the newest owner that is known to it; an older one is refused
	Run       string      `bson:"run"`   // JSON
	Paused    bool        `bson:"paused"`
	Attention string      `bson:"attention"`      // JSON
	Ord       int64       `bson:"ord"`            // of the newest message for the outbox
	Seen      []int64     `bson:"seen"`           // n of the newest items that are dealt with
	Effects   []effectDoc `bson:"effects"`        // decided and not relayed
	Unrelayed bool        `bson:"unrelayed"`      // Effects is not empty
	Absorbed  []string    `bson:"absorbed"`       // conversations that were merged into this one
	Into      string      `bson:"into"`           // this one is being merged into that
	Sent      []string    `bson:"sent,omitempty"` // ids of the newest messages that were decided on

	places map[string]int64 `bson:"-"` // n that a commit of this process has taken for its messages, by id

	// Changed by arrivals, without Rev.
	Top         int64  `bson:"top"` // n of the newest message or timer
	Unread      int    `bson:"unread"`
	WindowUntil int64  `bson:"windowUntil"`
	LastAt      int64  `bson:"lastAt"`
	LastID      string `bson:"lastId"`
	LastDir     string `bson:"lastDir"`
	LastKind    string `bson:"lastKind"`
	LastText    string `bson:"lastText"`

	Recent []string `bson:"recent,omitempty"` // keys of the newest arrivals
}

// maxRecent is how many arrivals and sent messages a conversation's document
// remembers; beyond that a duplicate costs one more query.
const maxRecent = 64

// maxSeen is how many items a conversation remembers as dealt with: many times
// what one commit takes.
const maxSeen = 256

func convKey(shop tenant.ShopID, id conversation.ID) string { return key(string(shop), string(id)) }

func (d convDoc) conversation() (conversation.Conversation, error) {
	v := conversation.Conversation{
		Shop: d.Shop, ID: d.ID, Channel: d.Channel, Contact: d.Contact, Rev: d.Rev, Paused: d.Paused, Unread: d.Unread,
		WindowUntil: moment(d.WindowUntil), CreatedAt: moment(d.CreatedAt),
		Last: conversation.Preview{
			ID: d.LastID, Direction: conversation.Direction(d.LastDir), Kind: message.Kind(d.LastKind), Text: d.LastText, At: moment(d.LastAt),
		},
	}
	if d.Run != "" {
		v.Run = []byte(d.Run)
	}
	return v, decode(d.Attention, &v.Handoff)
}

// conv reads a conversation's document; ErrNotFound when there is none, or it is
// being merged into another.
func (s *conversationStore) conv(ctx context.Context, shop tenant.ShopID, id conversation.ID) (d convDoc, err error) {
	err = s.db.conversations.FindOne(ctx, bson.M{"_id": convKey(shop, id), "into": ""}).Decode(&d)
	return d, or(err, conversation.ErrNotFound)
}

// openConv finds or creates the contact's conversation on the channel.
func (s *conversationStore) openConv(ctx context.Context, c contact.Contact, channel message.ChannelType, now int64) (d convDoc, err error) {
	filter := bson.M{"shop": c.Shop, "contact": c.ID, "channel": channel}
	err = s.db.conversations.FindOne(ctx, filter).Decode(&d)
	if !errors.Is(err, mongo.ErrNoDocuments) {
		return d, err
	}
	epoch, err := s.epochs.epoch(ctx, c.Shop)
	if err != nil {
		return d, err
	}
	id := conversation.IDOf(c.Shop, channel, c.ID)
	d = convDoc{
		Key: convKey(c.Shop, id), Shop: c.Shop, ID: id, Channel: channel, Contact: c.ID, CreatedAt: now, Epoch: int64(epoch),
		Seen: []int64{}, Effects: []effectDoc{}, Absorbed: []string{},
	}
	if _, err = s.db.conversations.InsertOne(ctx, d); err != nil {
		return d, asRace(err)
	}
	newest, err := s.epochs.epoch(ctx, c.Shop) // an Adopt in between has not seen it
	if err == nil && newest != epoch {
		d.Epoch = int64(newest)
		_, err = s.db.conversations.UpdateOne(ctx, bson.M{"_id": d.Key, "epoch": bson.M{"$lt": newest}}, set(bson.M{"epoch": newest}))
	}
	return d, err
}

// listed joins a conversation with its contact.
func (s *conversationStore) listed(ctx context.Context, d convDoc) (l conversation.ConversationWithContact, err error) {
	if l.Conversation, err = d.conversation(); err != nil {
		return l, err
	}
	if l.Contact, err = s.contacts.contact(ctx, d.Shop, d.Contact); err != nil {
		return l, fmt.Errorf("contact of %s: %w", d.ID, err)
	}
	return l, nil
}
