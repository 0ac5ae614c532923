package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
)

// merge makes two of the holders of peer's keys one. A merge that a crash interrupted
// is found and repeated: the other contact's keys go last, and of them the peer's.
func (s *identityStore) merge(ctx context.Context, h holders, id contact.Resolution, peer message.Peer, name string) (contact.Contact, []conversation.ID, error) {
	keep, gone := h.contacts[id.Keep], h.contacts[id.Absorb]
	ended, err := s.absorb(ctx, keep, gone)
	if err != nil {
		return keep, nil, err
	}
	if gone, err = s.contacts.contact(ctx, gone.Shop, gone.ID); err != nil { // as its conversations' commits have left it
		if errors.Is(err, conversation.ErrNotFound) {
			err = errRace
		}
		return keep, nil, err
	}
	c := keep.Merge(gone)
	facts := c
	facts.Peer, facts.Aliases = keep.Peer, keep.Aliases
	doc, err := s.contacts.rewrite(ctx, h.docs[id.Keep], facts)
	if err != nil {
		return keep, nil, err
	}
	var others, shown []string
	for _, alias := range gone.Aliases {
		if slices.Contains(peer.Keys(), alias) {
			shown = append(shown, alias)
		} else {
			others = append(others, alias)
		}
	}
	c, _ = c.Observe(peer, name)
	if err := s.contacts.claimAll(ctx, doc, c, slices.Concat(id.Claim, others, shown), gone.ID); err != nil {
		return c, nil, err
	}
	_, err = s.db.contacts.DeleteOne(ctx, bson.M{"_id": key(string(gone.Shop), string(gone.ID))})
	return c, ended, err
}

// absorb gives the conversations of the contact gone to keep, and returns those that ended.
func (s *identityStore) absorb(ctx context.Context, keep, gone contact.Contact) (ended []conversation.ID, err error) {
	c, err := s.db.conversations.Find(ctx, bson.M{"shop": gone.Shop, "contact": gone.ID})
	convs, err := all[convDoc](ctx, c, err)
	if err != nil {
		return nil, err
	}
	for _, old := range convs {
		var kept convDoc
		err := s.db.conversations.FindOne(ctx, bson.M{"shop": keep.Shop, "contact": keep.ID, "channel": old.Channel}).Decode(&kept)
		switch {
		case errors.Is(err, mongo.ErrNoDocuments): // the only one on its channel: it moves as it is
			_, err = s.db.conversations.UpdateOne(ctx, bson.M{"_id": old.Key}, bson.M{"$set": bson.M{"contact": keep.ID}, "$inc": bson.M{"rev": 1}})
		case err == nil:
			ended = append(ended, old.ID)
			err = s.join(ctx, old, kept)
		}
		if err != nil {
			return nil, fmt.Errorf("merge %s: %w", old.ID, asRace(err))
		}
	}
	return ended, nil
}

// join puts what old has before what kept has, and ends old. Every line may be repeated.
func (s *identityStore) join(ctx context.Context, old, kept convDoc) error {
	if err := s.relay.relay(ctx, old); err != nil {
		return err
	}
	// From here on no commit and no append to old succeeds.
	err := s.db.conversations.FindOneAndUpdate(ctx, bson.M{"_id": old.Key}, bson.M{"$set": bson.M{"into": string(kept.ID)}, "$inc": bson.M{"rev": 1}},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&old)
	if err != nil {
		return err
	}
	if err := s.relay.relay(ctx, old); err != nil {
		return err
	}
	n, err := s.lowest(ctx, s.db.messages, kept, "n")
	if err != nil {
		return err
	}
	ord, err := s.lowest(ctx, s.db.outbox, kept, "ord")
	if err != nil {
		return err
	}
	if err := s.moveAll(ctx, old, kept, n-old.Top, ord-old.Ord); err != nil {
		return err
	}
	if err := s.adoptRun(ctx, old, kept); err != nil {
		return err
	}
	_, err = s.db.conversations.DeleteOne(ctx, bson.M{"_id": old.Key})
	return err
}

// lowest returns a number below every value of field in the conversation's documents.
func (s *identityStore) lowest(ctx context.Context, in *mongo.Collection, d convDoc, field string) (int64, error) {
	var first struct {
		N   int64 `bson:"n"`
		Ord int64 `bson:"ord"`
	}
	err := in.FindOne(ctx, bson.M{"shop": d.Shop, "conv": d.ID}, options.FindOne().SetSort(bson.M{field: 1})).Decode(&first)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return 0, nil
	}
	return first.N + first.Ord - 1, err
}

// moveAll moves old's messages, inbox and outbox, with their places shifted below
// kept's. What both have is dropped.
func (s *identityStore) moveAll(ctx context.Context, old, kept convDoc, n, ord int64) error {
	of := bson.M{"shop": old.Shop, "conv": old.ID}
	c, err := s.db.inbox.Find(ctx, of)
	items, err := all[inboxDoc](ctx, c, err)
	if err != nil {
		return err
	}
	for _, d := range items {
		if err := s.moveItem(ctx, d, old, kept, n); err != nil {
			return err
		}
	}
	for _, follows := range []*mongo.Collection{s.db.calls, s.db.traces} {
		if _, err := follows.UpdateMany(ctx, of, set(bson.M{"conv": kept.ID})); err != nil {
			return err
		}
	}
	if _, err := s.db.messages.UpdateMany(ctx, of, bson.M{"$set": bson.M{"conv": kept.ID}, "$inc": bson.M{"n": n}}); err != nil {
		return err
	}
	_, err = s.db.outbox.UpdateMany(ctx, of, bson.M{"$set": bson.M{"conv": kept.ID}, "$inc": bson.M{"ord": ord}})
	return err
}

func (s *identityStore) moveItem(ctx context.Context, d inboxDoc, old, kept convDoc, n int64) error {
	next := d.Key
	if rest, found := cutConv(d.Key, old.ID); found {
		next = key(string(kept.ID), rest)
	}
	_, err := s.db.inbox.UpdateOne(ctx, bson.M{"_id": d.ID}, bson.M{"$set": bson.M{"conv": kept.ID, "key": next}, "$inc": bson.M{"n": n}})
	if !mongo.IsDuplicateKeyError(err) {
		return err
	}
	if _, err := s.db.messages.DeleteOne(ctx, bson.M{"_id": d.ID}); err != nil {
		return err
	}
	_, err = s.db.inbox.DeleteOne(ctx, bson.M{"_id": d.ID})
	return err
}

// cutConv removes the conversation from an item's key.
func cutConv(itemKey string, id conversation.ID) (rest string, found bool) {
	prefix := string(id) + "|"
	if len(itemKey) > len(prefix) && itemKey[:len(prefix)] == prefix {
		return itemKey[len(prefix):], true
	}
	return itemKey, false
}

// adoptRun adds old's numbers to kept, once. A conversation whose flow never ran
// takes over the run of the other, with its timers.
func (s *identityStore) adoptRun(ctx context.Context, old, kept convDoc) error {
	fields := bson.M{}
	takes := kept.Run == "" && old.Run != ""
	if takes {
		fields["run"], fields["paused"], fields["attention"] = old.Run, old.Paused, old.Attention
	}
	of := bson.M{"shop": old.Shop, "conv": old.ID}
	if takes {
		c, err := s.db.timers.Find(ctx, of)
		timers, err := all[timerDoc](ctx, c, err)
		if err != nil {
			return err
		}
		for _, t := range timers {
			if err := s.timers.changeTimer(ctx, kept, effectDoc{Token: t.Token, Due: t.Due}); err != nil {
				return err
			}
		}
	}
	if _, err := s.db.timers.DeleteMany(ctx, of); err != nil {
		return err
	}
	update := bson.M{
		"$inc":  bson.M{"rev": 1, "unread": old.Unread},
		"$max":  bson.M{"windowUntil": old.WindowUntil},
		"$min":  bson.M{"createdAt": old.CreatedAt},
		"$push": bson.M{"absorbed": string(old.ID)},
	}
	if len(fields) > 0 {
		update["$set"] = fields
	}
	_, err := s.db.conversations.UpdateOne(ctx, bson.M{"_id": kept.Key, "absorbed": bson.M{"$ne": string(old.ID)}}, update)
	return err
}
