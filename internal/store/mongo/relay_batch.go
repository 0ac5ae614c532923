package mongo

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Most commits finish what arrived, send, set a timer and leave a trace. Their
// effects depend on no reading, so those of many conversations go together, a
// command for each kind instead of one for each effect: a command costs this
// process far more than a document in it.

// batchable reports whether all of d's effects are of that kind.
func (d convDoc) batchable() bool {
	return !slices.ContainsFunc(d.Effects, func(e effectDoc) bool {
		switch e.Do {
		case doDone, doTimer, doTrace:
			return false
		case doSend:
			_, known := d.places[e.MID]
			return !known
		}
		return true
	})
}

// relayBatch applies the effects of batchable documents, in the order of relayOne.
func (s *relayer) relayBatch(ctx context.Context, docs []convDoc) error {
	for _, stage := range []struct {
		name string
		do   func(context.Context, []convDoc) error
	}{
		{doDone, s.finishAll}, {doSend, s.queueAll}, {doTimer, s.changeTimers}, {doTrace, s.traceAll},
	} {
		if err := s.crash(stage.name); err != nil {
			return err
		}
		if err := stage.do(ctx, docs); err != nil {
			return err
		}
	}
	if err := s.crash("pull"); err != nil {
		return err
	}
	return s.clearEffects(ctx, docs)
}

func (s *relayer) finishAll(ctx context.Context, docs []convDoc) error {
	var messages, timers []mongo.WriteModel
	total := 0
	for _, d := range docs {
		var ns []int64
		for e := range d.effects(doDone) {
			ns = append(ns, e.N...)
		}
		if len(ns) == 0 {
			continue
		}
		total += len(ns)
		messages = append(messages, mongo.NewUpdateManyModel().SetFilter(waitingItems(d, ns, false)).SetUpdate(finished))
		timers = append(timers, mongo.NewDeleteManyModel().SetFilter(waitingItems(d, ns, true)))
	}
	res, err := bulk(ctx, s.db.inbox, messages)
	if err != nil || res.MatchedCount == int64(total) {
		return err
	}
	_, err = bulk(ctx, s.db.inbox, timers)
	return err
}

// queueAll writes the history first: a message in the outbox is ready to be sent.
func (s *relayer) queueAll(ctx context.Context, docs []convDoc) error {
	var lines, items []any
	for _, d := range docs {
		for e := range d.effects(doSend) {
			o := outboxOf(d, e)
			lines, items = append(lines, o.line(d.places[e.MID])), append(items, o)
		}
	}
	if err := insertOnce(ctx, s.db.messages, lines); err != nil {
		return err
	}
	return insertOnce(ctx, s.db.outbox, items)
}

// changeTimers leaves each token as its last change wants it.
func (s *relayer) changeTimers(ctx context.Context, docs []convDoc) error {
	last := make(map[string]mongo.WriteModel)
	for _, d := range docs {
		for e := range d.effects(doTimer) {
			t := timerOf(d, e)
			last[t.Key] = t.change(e.Cancel)
		}
	}
	var changes []mongo.WriteModel
	for _, m := range last {
		changes = append(changes, m)
	}
	_, err := bulk(ctx, s.db.timers, changes)
	return err
}

func (s *relayer) traceAll(ctx context.Context, docs []convDoc) error {
	var traces []any
	var old []mongo.WriteModel
	for _, d := range docs {
		for e := range d.effects(doTrace) {
			traces = append(traces, traceOf(d, e))
			if e.Ord%pruneEvery == 0 {
				old = append(old, mongo.NewDeleteManyModel().SetFilter(surplusTraces(d, e.Ord)))
			}
		}
	}
	if err := insertOnce(ctx, s.db.traces, traces); err != nil {
		return err
	}
	_, err := bulk(ctx, s.db.traces, old)
	return err
}

// clearEffects removes the effects of docs from them: all there are, unless a commit
// has come in between.
func (s *relayer) clearEffects(ctx context.Context, docs []convDoc) error {
	var clear, pull, none []mongo.WriteModel
	for _, d := range docs {
		update := mongo.NewUpdateOneModel
		clear = append(clear, update().SetFilter(obj("_id", d.Key, "rev", d.Rev)).SetUpdate(cleared))
		pull = append(pull, update().SetFilter(obj("_id", d.Key)).SetUpdate(obj("$pull", obj("effects", obj("key", obj("$in", d.effectKeys()))))))
		none = append(none, update().SetFilter(obj("_id", d.Key, "effects", obj("$size", 0))).SetUpdate(obj("$set", obj("unrelayed", false))))
	}
	res, err := bulk(ctx, s.db.conversations, clear)
	if err == nil && res.MatchedCount < int64(len(docs)) {
		if _, err = bulk(ctx, s.db.conversations, pull); err == nil {
			_, err = bulk(ctx, s.db.conversations, none)
		}
	}
	if err != nil { // they may be off: a call that is made again then, or a timer that is set, could be over meanwhile
		for _, d := range docs {
			s.cache.dropConversation(d.Key)
		}
		return err
	}
	s.cache.dropEffects(docs)
	return nil
}

var cleared = obj("$set", obj("effects", bson.A{}, "unrelayed", false))

// effects returns the document's effects of one kind.
func (d convDoc) effects(do string) func(func(effectDoc) bool) {
	return func(yield func(effectDoc) bool) {
		for _, e := range d.Effects {
			if e.Do == do && !yield(e) {
				return
			}
		}
	}
}

func (d convDoc) effectKeys() []string {
	keys := make([]string, 0, len(d.Effects))
	for _, e := range d.Effects {
		keys = append(keys, e.Key)
	}
	return keys
}

// bulk writes models in any order; nothing when there are none.
func bulk(ctx context.Context, to *mongo.Collection, models []mongo.WriteModel) (*mongo.BulkWriteResult, error) {
	if len(models) == 0 {
		return new(mongo.BulkWriteResult), nil
	}
	return to.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
}

// stored reports whether err says that a majority has the document already.
func stored(err error) bool {
	var failed mongo.WriteException
	return mongo.IsDuplicateKeyError(err) && (!errors.As(err, &failed) || failed.WriteConcernError == nil)
}

// insertOnce inserts the documents that are not there yet.
func insertOnce(ctx context.Context, into *mongo.Collection, docs []any) error {
	if len(docs) == 0 {
		return nil
	}
	_, err := into.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	var failed mongo.BulkWriteException
	if !errors.As(err, &failed) || failed.WriteConcernError != nil {
		return err
	}
	for _, e := range failed.WriteErrors {
		if !mongo.IsDuplicateKeyError(e.WriteError) {
			return err
		}
	}
	return nil
}
