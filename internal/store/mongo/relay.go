package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// relayer carries out the effects of commits.
type relayer struct {
	db            *collections
	cache         *cache
	conversations *conversationStore
	contacts      *contactStore
	timers        *timerStore
	calls         *callStore
	traces        *traceStore
	crash         func(line string) error // for tests: an error after a labelled line ends the verb there
}

// Relay implements conversation.Inbox: it applies the effects of the conversations'
// commits in order, and then removes them from the documents. Every effect may be
// applied twice.
func (s *relayer) Relay(ctx context.Context, shop tenant.ShopID, ids ...conversation.ID) error {
	docs := make([]convDoc, 0, len(ids))
	for _, id := range ids {
		d, mine := s.cache.unrelayed(convKey(shop, id))
		if !mine {
			var err error
			d, err = s.conversations.conv(ctx, shop, id)
			if errors.Is(err, conversation.ErrNotFound) {
				continue
			}
			if err != nil {
				return wrapped("relay", err)
			}
		}
		docs = append(docs, d)
	}
	return wrapped("relay", s.relay(ctx, docs...))
}

// relay applies batchable documents together first, then the others one by one; a
// failure of one does not keep the others.
func (s *relayer) relay(ctx context.Context, docs ...convDoc) error {
	var together []convDoc
	var errs []error
	for _, d := range docs {
		if d.Unrelayed && d.batchable() {
			together = append(together, d)
		}
	}
	if len(together) > 0 {
		errs = append(errs, s.relayBatch(ctx, together))
	}
	for _, d := range docs {
		if d.Unrelayed && !d.batchable() {
			errs = append(errs, s.relayOne(ctx, d))
		}
	}
	return errors.Join(errs...)
}

func (s *relayer) relayOne(ctx context.Context, d convDoc) error {
	for _, e := range d.Effects {
		if err := s.crash(e.Do); err != nil {
			return err
		}
		if err := s.apply(ctx, d, e); err != nil {
			return fmt.Errorf("%s: %w", e.Do, err)
		}
	}
	if err := s.crash("pull"); err != nil {
		return err
	}
	return s.clearEffects(ctx, []convDoc{d})
}

func (s *relayer) apply(ctx context.Context, d convDoc, e effectDoc) error {
	switch e.Do {
	case doDone:
		return s.finishItems(ctx, d, e.N)
	case doDead:
		return s.markDead(ctx, d, e)
	case doRecall:
		return s.recall(ctx, d, e)
	case doSend:
		return s.queue(ctx, d, e)
	case doTimer:
		return s.timers.changeTimer(ctx, d, e)
	case doCall:
		return s.calls.addCall(ctx, d, e)
	case doTrace:
		return s.traces.trace(ctx, d, e)
	case doContact:
		var p contact.Patch
		if err := decode(e.Patch, &p); err != nil {
			return err
		}
		if p.Key == "" {
			p.Key = key(string(d.ID), e.Key)
		}
		return s.contacts.patchContact(ctx, d.Shop, d.Contact, p)
	}
	return fmt.Errorf("unknown effect %q", e.Do)
}

// finishItems takes items out of the inbox. A message's document stays, without
// its body, so that the message is known when it is delivered again.
func (s *relayer) finishItems(ctx context.Context, d convDoc, ns []int64) error {
	res, err := s.db.inbox.UpdateMany(ctx, waitingItems(d, ns, false), finished)
	if err != nil || res.MatchedCount == int64(len(ns)) {
		return err
	}
	_, err = s.db.inbox.DeleteMany(ctx, waitingItems(d, ns, true))
	return err
}

func waitingItems(d convDoc, ns []int64, timers bool) bson.D {
	return obj("shop", d.Shop, "conv", d.ID, "n", obj("$in", ns), "state", stateNew, "token", obj("$exists", timers))
}

var finished = obj("$set", obj("state", stateDone), "$unset", obj("body", ""))

func (s *relayer) markDead(ctx context.Context, d convDoc, e effectDoc) error {
	filter := bson.M{"shop": d.Shop, "conv": d.ID, "n": e.N[0]}
	if _, err := s.db.messages.UpdateOne(ctx, filter, set(bson.M{"status": conversation.ProcessingFailed, "code": e.Reason})); err != nil {
		return err
	}
	_, err := s.db.inbox.UpdateOne(ctx, filter, set(bson.M{"state": stateDead}))
	return err
}

// recall drops the flow's queued messages: in the history first, because a queued
// message in the outbox is what makes a repetition find work.
func (s *relayer) recall(ctx context.Context, d convDoc, e effectDoc) error {
	c, err := s.db.outbox.Find(ctx, recallFilter(d, e.Ord), options.Find().SetProjection(bson.M{"_id": 1}))
	docs, err := all[outboxDoc](ctx, c, err)
	if err != nil || len(docs) == 0 {
		return err
	}
	var ids []string
	for _, o := range docs {
		ids = append(ids, o.ID)
	}
	waiting := bson.M{"_id": bson.M{"$in": ids}}
	waiting["status"] = message.Queued
	if _, err := s.db.messages.UpdateMany(ctx, waiting, set(bson.M{"status": message.Dropped, "code": recalled})); err != nil {
		return err
	}
	_, err = s.db.outbox.UpdateMany(ctx, bson.M{"_id": bson.M{"$in": ids}, "state": message.Queued}, set(bson.M{"state": message.Dropped}))
	return err
}

// queue puts a message into history and outbox, each once.
func (s *relayer) queue(ctx context.Context, d convDoc, e effectDoc) error {
	o := outboxOf(d, e)
	if n, ok := d.places[e.MID]; ok {
		if err := s.enterHistory(ctx, o, n); err != nil {
			return err
		}
		return s.enterOutbox(ctx, o)
	}
	err := s.db.messages.FindOne(ctx, bson.M{"_id": o.ID}, options.FindOne().SetProjection(bson.M{"_id": 1})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		n, err := s.conversations.nextN(ctx, d)
		if err != nil {
			return err
		}
		if err := s.enterHistory(ctx, o, n); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return s.enterOutbox(ctx, o)
}

func (s *relayer) enterHistory(ctx context.Context, o outboxDoc, n int64) error {
	return s.db.insertMessage(ctx, o.line(n))
}

// line returns the message's document in the history, at place n.
func (d outboxDoc) line(n int64) messageDoc {
	return messageDoc{
		ID: d.ID, Shop: d.Shop, Conv: d.Conv, N: n, MID: d.MID, Dir: conversation.Outgoing, By: d.By, Status: message.Queued,
		At: d.At, Body: d.Body,
	}
}

func (s *relayer) enterOutbox(ctx context.Context, o outboxDoc) error {
	_, err := s.db.outbox.InsertOne(ctx, o)
	if stored(err) {
		return nil
	}
	return err
}

// nextN takes a place in the conversation's history.
func (s *conversationStore) nextN(ctx context.Context, d convDoc) (int64, error) {
	var next convDoc
	err := s.db.conversations.FindOneAndUpdate(ctx, bson.M{"_id": d.Key}, bson.M{"$inc": bson.M{"top": 1}},
		options.FindOneAndUpdate().SetReturnDocument(options.After).SetProjection(bson.M{"top": 1})).Decode(&next)
	return next.Top, err
}
