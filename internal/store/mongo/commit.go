package mongo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/conversation"
	"recado/internal/message"
)

// commitStore implements the Commit of conversation.Inbox.
type commitStore struct {
	db            *collections
	cache         *cache
	epochs        *epochStore
	conversations *conversationStore
	relay         *relayer
}

// effectDoc is something that a commit decided and Relay will carry out. One of
// the groups of fields is used.
type effectDoc struct {
	Key string `bson:"key"` // unique in the conversation
	Do  string `bson:"do"`

	N      []int64 `bson:"n,omitempty"`      // done, dead
	Reason string  `bson:"reason,omitempty"` // dead

	Ord       int64  `bson:"ord,omitempty"` // send; recall: up to this one; trace: the revision
	MID       string `bson:"mid,omitempty"` // send; call: its key
	By        string `bson:"by,omitempty"`
	NotBefore int64  `bson:"notBefore,omitempty"`
	At        int64  `bson:"at,omitempty"`
	Body      string `bson:"body,omitempty"`

	Token  string `bson:"token,omitempty"` // timer
	Due    int64  `bson:"due,omitempty"`
	Cancel bool   `bson:"cancel,omitempty"`

	Patch string `bson:"patch,omitempty"` // contact: JSON
}

// Values of effectDoc.Do.
const (
	doDone    = "done"
	doDead    = "dead"
	doRecall  = "recall"
	doSend    = "send"
	doTimer   = "timer"
	doContact = "contact"
	doCall    = "call"
	doTrace   = "trace"
)

// Commit implements conversation.Inbox.
func (s *commitStore) Commit(ctx context.Context, c conversation.Commit) (done conversation.CommitResult, err error) {
	if len(c.Sends) > conversation.MaxSends {
		return done, fmt.Errorf("commit conversation: %w: %d messages", conversation.ErrTooLarge, len(c.Sends))
	}
	done, err = s.commit(ctx, c)
	return done, wrapped("commit conversation", err)
}

func (s *commitStore) commit(ctx context.Context, c conversation.Commit) (done conversation.CommitResult, err error) {
	if d, ok := s.cache.conv(convKey(c.Shop, c.Conversation), c.Rev); ok && (!c.Recall || !d.Unrelayed) {
		if done, err = s.commitOn(ctx, d, c); !errors.Is(err, conversation.ErrConflict) {
			return done, err
		}
	}
	d, err := s.at(ctx, c)
	if err != nil {
		return conversation.CommitResult{}, err
	}
	return s.commitOn(ctx, d, c)
}

// at reads the conversation's document at the revision that c has read.
func (s *commitStore) at(ctx context.Context, c conversation.Commit) (convDoc, error) {
	if c.Epoch != 0 {
		if err := s.epochs.fence(ctx, c.Shop, c.Epoch); err != nil {
			return convDoc{}, err
		}
	}
	d, err := s.conversations.conv(ctx, c.Shop, c.Conversation)
	if err == nil && d.Rev != c.Rev {
		err = conversation.ErrConflict
	}
	if err != nil || !c.Recall || !d.Unrelayed {
		return d, err
	}
	// Recall works on the outbox, so all effects have to be there.
	if err := s.relay.relay(ctx, s.cache.withPlaces(d)); err != nil {
		return d, err
	}
	d.Effects, d.Unrelayed = nil, false
	return d, nil
}

// commitOn commits on d, of which the lists may be missing.
func (s *commitStore) commitOn(ctx context.Context, d convDoc, c conversation.Commit) (done conversation.CommitResult, err error) {
	if c.Recall {
		if done.Recalled, err = s.recallable(ctx, d); err != nil {
			return done, err
		}
	}
	effects, queued, err := s.decide(ctx, d, c)
	if err != nil {
		return done, err
	}
	next, err := s.swap(ctx, d, c, effects, queued)
	if err != nil {
		s.cache.dropConversation(d.Key)
		return conversation.CommitResult{}, err
	}
	next.places = make(map[string]int64, len(d.places)+len(queued))
	maps.Copy(next.places, d.places)
	for i, item := range queued {
		next.places[item.Out.ID] = next.Top - int64(len(queued)-1-i)
	}
	s.cache.putConversation(next)
	done.Queued, done.Unrelayed = queued, len(next.Effects) > 0
	done.Conversation, err = next.conversation()
	return done, err
}

// swap is the compare-and-swap. It returns the document, of whose lists it knows nothing.
func (s *commitStore) swap(ctx context.Context, d convDoc, c conversation.Commit, effects []effectDoc, queued []conversation.OutboxItem) (next convDoc, err error) {
	attention := ""
	if c.Handoff != nil {
		if attention, err = encode(c.Handoff); err != nil {
			return next, err
		}
	}
	seen := slices.Clone(c.Done)
	for _, dead := range c.Failed {
		seen = append(seen, dead.N)
	}
	next = d
	next.Seen, next.Sent, next.Recent, next.Absorbed = nil, nil, nil, nil
	next.Rev, next.Run, next.Paused, next.Attention = d.Rev+1, string(c.Run), c.Paused, attention
	next.Effects = slices.Concat(d.Effects, effects)
	next.Unrelayed = len(next.Effects) > 0
	fields := obj("rev", next.Rev, "run", next.Run, "paused", next.Paused, "attention", attention, "unrelayed", next.Unrelayed)
	filter := obj("_id", d.Key, "rev", d.Rev, "into", "")
	if c.Epoch != 0 {
		filter = append(filter, obj("epoch", obj("$lte", int64(c.Epoch)))...)
	}
	var push, update bson.D
	if len(seen) > 0 {
		push = append(push, obj("seen", obj("$each", seen, "$slice", -maxSeen))...)
	}
	if len(effects) > 0 {
		push = append(push, obj("effects", obj("$each", effects))...)
	}
	if k := len(queued); k > 0 {
		last := queued[k-1].Out
		p := conversation.PreviewOf(last.ID, conversation.Outgoing, last.Content, c.At)
		next.Ord = queued[k-1].Ord
		fields = append(fields, obj("ord", next.Ord, "lastId", p.ID, "lastDir", string(p.Direction), "lastKind", string(p.Kind), "lastText", p.Text)...)
		ids := make([]string, 0, k)
		for _, item := range queued {
			ids = append(ids, item.Out.ID)
		}
		filter = append(filter, obj("sent", obj("$nin", ids))...)
		push = append(push, obj("sent", obj("$each", ids, "$slice", -maxRecent))...)
		update = obj("$max", obj("lastAt", millis(p.At)), "$inc", obj("top", k))
	}
	update = append(update, obj("$set", fields)...)
	if len(push) > 0 {
		update = append(update, obj("$push", push)...)
	}
	err = s.db.conversations.FindOneAndUpdate(ctx, filter, update,
		options.FindOneAndUpdate().SetReturnDocument(options.After).SetProjection(byArrivals)).Decode(&next)
	if err = or(err, conversation.ErrConflict); err != nil && c.Epoch != 0 {
		if stale := s.epochs.fence(ctx, c.Shop, c.Epoch); stale != nil {
			err = stale
		}
	}
	return next, err
}

// Projections of a conversation's document: all but its lists; and the fields that
// arrivals and other acts may have changed since it was read.
var (
	withoutLists = obj("seen", 0, "effects", 0, "sent", 0, "recent", 0, "absorbed", 0)
	byArrivals   = obj("epoch", 1, "contact", 1, "contactRev", 1, "top", 1, "unread", 1, "windowUntil", 1,
		"lastAt", 1, "lastId", 1, "lastDir", 1, "lastKind", 1, "lastText", 1)
)

// decide turns a commit into effects, and returns the messages among them.
func (s *commitStore) decide(ctx context.Context, d convDoc, c conversation.Commit) (effects []effectDoc, queued []conversation.OutboxItem, err error) {
	add := func(e effectDoc) {
		e.Key = strconv.FormatInt(d.Rev, 10) + "." + strconv.Itoa(len(effects))
		effects = append(effects, e)
	}
	if len(c.Done) > 0 {
		add(effectDoc{Do: doDone, N: c.Done})
	}
	for _, dead := range c.Failed {
		add(effectDoc{Do: doDead, N: []int64{dead.N}, Reason: dead.Reason})
	}
	if c.Recall {
		add(effectDoc{Do: doRecall, Ord: d.Ord})
	}
	ord := d.Ord
	for _, send := range c.Sends {
		known, err := s.queuedBefore(ctx, d, send)
		if err != nil {
			return nil, nil, err
		}
		if known {
			continue
		}
		text, err := body{Peer: send.To, Quoted: send.Quoted, Typing: send.Typing, Content: send.Content}.text()
		if err != nil {
			return nil, nil, err
		}
		ord++
		e := effectDoc{Do: doSend, Ord: ord, MID: send.MessageID, By: send.By, NotBefore: millis(send.NotBefore), At: millis(c.At), Body: text}
		add(e)
		item, err := outboxOf(d, e).item()
		if err != nil {
			return nil, nil, err
		}
		queued = append(queued, item)
	}
	for _, t := range c.Timers {
		add(effectDoc{Do: doTimer, Token: t.Token, Due: millis(t.Due), Cancel: t.Cancel})
	}
	for _, call := range c.Calls {
		add(effectDoc{Do: doCall, MID: call.Key, At: millis(c.At), Body: string(call.Request)})
	}
	if len(c.Trace) > 0 {
		add(effectDoc{Do: doTrace, Ord: d.Rev + 1, At: millis(c.At), Body: string(c.Trace)})
	}
	for _, p := range c.Contact {
		text, err := encode(p)
		if err != nil {
			return nil, nil, err
		}
		add(effectDoc{Do: doContact, Patch: text})
	}
	return effects, queued, nil
}

// queuedBefore reports whether the message was already decided on. The ids of a
// flow are made of the revision's own numbers, so that only a recent one could
// come again; where d has no lists, the swap refuses that. A sender with a key of its
// own may repeat it after a long time.
func (s *commitStore) queuedBefore(ctx context.Context, d convDoc, send conversation.Send) (bool, error) {
	known := func(e effectDoc) bool { return e.Do == doSend && e.MID == send.MessageID }
	if slices.Contains(d.Sent, send.MessageID) || slices.ContainsFunc(d.Effects, known) {
		return true, nil
	}
	if send.By == conversation.ByFlow {
		return false, nil
	}
	n, err := s.db.outbox.CountDocuments(ctx, bson.M{"_id": outKey(d.Shop, send.MessageID)}, options.Count().SetLimit(1))
	return n > 0, err
}

func outboxOf(d convDoc, e effectDoc) outboxDoc {
	return outboxDoc{
		ID: outKey(d.Shop, e.MID), Shop: d.Shop, Conv: d.ID, Channel: d.Channel, Ord: e.Ord, MID: e.MID, State: message.Queued,
		By: e.By, NotBefore: e.NotBefore, At: e.At, Body: e.Body,
	}
}

// recallable returns the flow's messages that wait, as they will be when taken back.
func (s *commitStore) recallable(ctx context.Context, d convDoc) ([]conversation.Message, error) {
	c, err := s.db.outbox.Find(ctx, recallFilter(d, d.Ord), options.Find().SetSort(bson.M{"ord": 1}))
	docs, err := all[outboxDoc](ctx, c, err)
	if err != nil {
		return nil, err
	}
	var list []conversation.Message
	for _, o := range docs {
		m, err := messageDoc{
			ID: o.ID, Shop: o.Shop, Conv: o.Conv, N: o.Ord, MID: o.MID, Dir: conversation.Outgoing, By: o.By,
			Status: message.Dropped, Code: recalled, At: o.At, Body: o.Body,
		}.message()
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// recalled is the code of recalled messages.
const recalled = "recalled"

func recallFilter(d convDoc, upTo int64) bson.M {
	return bson.M{
		"shop": d.Shop, "state": message.Queued, "conv": d.ID, "by": conversation.ByFlow, "ord": bson.M{"$lte": upTo},
	}
}
