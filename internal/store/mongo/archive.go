package mongo

import (
	"context"
	"math"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// archiveStore implements conversation.Archive.
type archiveStore struct {
	db            *collections
	conversations *conversationStore
	identities    *identityStore
}

// Open implements conversation.Archive.
func (s *archiveStore) Open(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, peer message.Peer, now time.Time) (l conversation.ConversationWithContact, err error) {
	err = retrying(func() error {
		c, _, err := s.identities.recognize(ctx, shop, peer, "", millis(now))
		if err != nil {
			return err
		}
		d, err := s.conversations.openConv(ctx, c, channel, millis(now))
		if err != nil {
			return err
		}
		l.Contact = c
		l.Conversation, err = d.conversation()
		return err
	})
	return l, wrapped("open conversation", err)
}

// Conversation implements conversation.Archive.
func (s *archiveStore) Conversation(ctx context.Context, shop tenant.ShopID, id conversation.ID) (l conversation.ConversationWithContact, err error) {
	d, err := s.conversations.conv(ctx, shop, id)
	if err == nil {
		l, err = s.conversations.listed(ctx, d)
	}
	return l, wrapped("read conversation", err)
}

// Conversations implements conversation.Archive.
func (s *archiveStore) Conversations(ctx context.Context, shop tenant.ShopID, p conversation.Page) ([]conversation.ConversationWithContact, error) {
	filter := bson.M{"shop": shop, "into": "", "lastAt": bson.M{"$gt": 0}}
	if !p.Before.IsZero() {
		at := millis(p.Before)
		filter["$or"] = bson.A{bson.M{"lastAt": bson.M{"$lt": at}}, bson.M{"lastAt": at, "id": bson.M{"$lt": p.BeforeID}}}
	}
	newest := bson.D{{Key: "lastAt", Value: -1}, {Key: "id", Value: -1}}
	c, err := s.db.conversations.Find(ctx, filter, options.Find().SetSort(newest).SetLimit(int64(p.Limit)))
	docs, err := all[convDoc](ctx, c, err)
	if err != nil {
		return nil, wrapped("list conversations", err)
	}
	contacts, err := s.contactsOf(ctx, shop, docs)
	if err != nil {
		return nil, wrapped("list conversations", err)
	}
	var list []conversation.ConversationWithContact
	for _, d := range docs {
		v, err := d.conversation()
		if err != nil {
			return nil, wrapped("list conversations", err)
		}
		if c, ok := contacts[d.Contact]; ok { // else it is being merged in this moment
			list = append(list, conversation.ConversationWithContact{Conversation: v, Contact: c})
		}
	}
	return list, nil
}

func (s *archiveStore) contactsOf(ctx context.Context, shop tenant.ShopID, convs []convDoc) (map[contact.ID]contact.Contact, error) {
	var keys []string
	for _, d := range convs {
		keys = append(keys, key(string(shop), string(d.Contact)))
	}
	if len(keys) == 0 {
		return nil, nil
	}
	c, err := s.db.contacts.Find(ctx, bson.M{"_id": bson.M{"$in": keys}})
	docs, err := all[contactDoc](ctx, c, err)
	if err != nil {
		return nil, err
	}
	contacts := make(map[contact.ID]contact.Contact, len(docs))
	for _, d := range docs {
		c, err := d.contact()
		if err != nil {
			return nil, err
		}
		contacts[d.ID] = c
	}
	return contacts, nil
}

// Messages implements conversation.Archive.
func (s *archiveStore) Messages(ctx context.Context, shop tenant.ShopID, id conversation.ID, before int64, limit int) ([]conversation.Message, error) {
	if _, err := s.conversations.conv(ctx, shop, id); err != nil {
		return nil, wrapped("read messages", err)
	}
	filter := bson.M{"shop": shop, "conv": id}
	if before != math.MaxInt64 {
		filter["n"] = bson.M{"$lt": before}
	}
	c, err := s.db.messages.Find(ctx, filter, options.Find().SetSort(bson.M{"n": -1}).SetLimit(int64(limit)))
	docs, err := all[messageDoc](ctx, c, err)
	if err != nil {
		return nil, wrapped("read messages", err)
	}
	var list []conversation.Message
	for _, d := range docs {
		m, err := d.message()
		if err != nil {
			return nil, wrapped("read messages", err)
		}
		list = append(list, m)
	}
	return list, nil
}

// MarkRead implements conversation.Archive.
func (s *archiveStore) MarkRead(ctx context.Context, shop tenant.ShopID, id conversation.ID) error {
	res, err := s.db.conversations.UpdateOne(ctx, bson.M{"_id": convKey(shop, id), "into": ""}, set(bson.M{"unread": 0}))
	if err == nil && res.MatchedCount == 0 {
		err = conversation.ErrNotFound
	}
	return wrapped("mark conversation read", err)
}
