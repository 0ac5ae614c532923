package mongo

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/migrate"
	"recado/internal/tenant"
)

// messages moves inbox, outbox and history, which are one row for each message. A
// document of the history has the _id of the one in inbox or outbox.
type messages struct{ db *collections }

func (m messages) collections() []*mongo.Collection {
	return []*mongo.Collection{m.db.inbox, m.db.outbox, m.db.messages}
}

func (m messages) exportRows(ctx context.Context, _ time.Time, visit func([]migrate.Row) error) error {
	err := batches(ctx, m.db.messages, bson.M{}, transferBatch, func(lines []messageDoc) error {
		rows, err := m.history(ctx, lines)
		if err != nil {
			return err
		}
		return visit(rows)
	})
	if err != nil {
		return err
	}
	return batches(ctx, m.db.inbox, bson.M{}, transferBatch, func(in []inboxDoc) error {
		rows, err := m.waiting(ctx, in)
		if err != nil {
			return err
		}
		return visit(rows)
	})
}

// byID reads the documents of these ids, with the fields named.
func byID[D any](ctx context.Context, in *mongo.Collection, ids []string, id func(D) string, fields ...string) (map[string]D, error) {
	o := options.Find()
	if len(fields) > 0 {
		only := bson.M{}
		for _, f := range fields {
			only[f] = 1
		}
		o.SetProjection(only)
	}
	c, err := in.Find(ctx, bson.M{"_id": bson.M{"$in": ids}}, o)
	found, err := all[D](ctx, c, err)
	if err != nil {
		return nil, err
	}
	by := make(map[string]D, len(found))
	for _, d := range found {
		by[id(d)] = d
	}
	return by, nil
}

// history joins lines of the history with their documents in inbox and outbox.
func (m messages) history(ctx context.Context, lines []messageDoc) (rows []migrate.Row, err error) {
	var ids []string
	for _, d := range lines {
		ids = append(ids, d.ID)
	}
	arrived, err := byID(ctx, m.db.inbox, ids, func(d inboxDoc) string { return d.ID }, "shop", "conv", "key", "state", "mid")
	if err != nil {
		return nil, err
	}
	sent, err := byID(ctx, m.db.outbox, ids, func(d outboxDoc) string { return d.ID }, "state", "notBefore")
	if err != nil {
		return nil, err
	}
	for _, d := range lines {
		r := &migrate.Item{
			Shop: string(d.Shop), Conv: string(d.Conv), N: d.N, ID: d.MID, Dir: string(d.Dir), At: d.At, Author: d.By, Body: d.Body, Err: d.Code,
		}
		in, hasIn := arrived[d.ID]
		out, hasOut := sent[d.ID]
		switch {
		case d.Dir == conversation.Incoming && hasIn:
			r.What, r.State = whatOf(in), in.State
		case d.Dir == conversation.Incoming:
			if r.What, err = arrivalOf(d); err != nil {
				return nil, err
			}
			r.State = stateDone
		case hasOut:
			r.What, r.State, r.NotBefore = migrate.WhatOut, string(later(d.Status, out.State)), out.NotBefore
		case hasIn && in.State != stateDone:
			r.What, r.State = migrate.WhatOut, in.State
		default:
			r.What, r.State = migrate.WhatOut, string(d.Status)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// order is how far a message has come.
var order = []message.Status{message.Queued, message.Dropped, message.Failed, message.Sent, message.Delivered, message.Read}

// later returns the newer of two statuses, for a crash between the writes to outbox
// and history: both only move forward.
func later(a, b message.Status) message.Status {
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// whatOf takes the kind, and in groups the sender, out of the key of an arrival.
func whatOf(d inboxDoc) string {
	rest, _ := cutConv(d.Key, d.Conv)
	rest = strings.TrimSuffix(rest, "|"+d.MID)
	kind, sender, _ := strings.Cut(rest, "|")
	if sender != "" {
		return kind + " " + sender
	}
	return kind
}

// arrivalOf is whatOf for a message that is not in the inbox any more.
func arrivalOf(d messageDoc) (string, error) {
	b, err := parseBody(d.Body)
	if err != nil {
		return "", fmt.Errorf("message %d of %s: %w", d.N, d.Conv, err)
	}
	m := message.In{Chat: b.Peer, Sender: b.Sender, Content: b.Content, ID: d.MID}
	return whatOf(inboxDoc{Conv: d.Conv, MID: d.MID, Key: arrivalKey(d.Conv, m)}), nil
}

// arrivedAs is the key of an arrival: the inverse of whatOf.
func arrivedAs(conv conversation.ID, r *migrate.Item) string {
	kind, sender, _ := strings.Cut(r.What, " ")
	return key(string(conv), kind, sender, r.ID)
}

// waiting returns the rows of the inbox that the history lacks: fired timers, queued
// inputs, and messages whose line a crash has prevented.
func (m messages) waiting(ctx context.Context, in []inboxDoc) (rows []migrate.Row, err error) {
	var ids []string
	for _, d := range in {
		ids = append(ids, d.ID)
	}
	lines, err := byID(ctx, m.db.messages, ids, func(d messageDoc) string { return d.ID }, "_id")
	if err != nil {
		return nil, err
	}
	for _, d := range in {
		if _, exported := lines[d.ID]; exported {
			continue
		}
		r := &migrate.Item{Shop: string(d.Shop), Conv: string(d.Conv), State: d.State, At: d.At}
		if r.N, err = m.place(ctx, d); err != nil {
			return nil, err
		}
		switch {
		case d.Token != "":
			r.Dir, r.ID, r.What, r.NotBefore = migrate.DirTimer, d.Token, "timer "+strconv.FormatInt(d.Due, 10), d.Due
		case d.Note != "":
			r.Dir, r.ID, r.What = migrate.DirNote, d.Note, migrate.WhatNote
			if d.State != stateDone {
				r.Body = d.Body
			}
		case d.State != stateNew: // answered; its body is gone
			r.Dir, r.ID, r.What, r.State = migrate.DirNote, d.MID, whatOf(d), stateDone
			if d.Mine {
				r.What = migrate.WhatOut
			}
		case d.Mine:
			r.Dir, r.ID, r.What, r.Author, r.Body = migrate.DirOut, d.MID, migrate.WhatOut, conversation.ByPhone, d.Body
		default:
			r.Dir, r.ID, r.What, r.Body = migrate.DirIn, d.MID, whatOf(d), d.Body
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// place is where an item stands that is not in the history. After a merge its
// number may be that of another one; then it goes before all others.
func (m messages) place(ctx context.Context, d inboxDoc) (int64, error) {
	here := bson.M{"shop": d.Shop, "conv": d.Conv, "n": d.N}
	err := m.db.messages.FindOne(ctx, here, options.FindOne().SetProjection(bson.M{"_id": 1})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		n, err := m.db.inbox.CountDocuments(ctx, here, options.Count().SetLimit(2))
		if err != nil || n < 2 {
			return d.N, err
		}
	} else if err != nil {
		return 0, err
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(d.ID)) // never fails
	return -1<<40 - int64(h.Sum32()), nil
}

// itemDocs are the documents of a batch of items.
type itemDocs struct {
	inbox  []inboxDoc
	outbox []outboxDoc
	lines  []messageDoc
}

func (m messages) importRows(ctx context.Context, rows []migrate.Row) error {
	channels, err := m.channels(ctx, rows)
	if err != nil {
		return err
	}
	var d itemDocs
	for _, row := range rows {
		r := row.(*migrate.Item)
		channel, ok := channels[key(r.Shop, r.Conv)]
		if !ok {
			return fmt.Errorf("message %s: there is no conversation %s", r.ID, r.Conv)
		}
		d.add(r, channel)
	}
	if err := insertAll(ctx, m.db.inbox, d.inbox); err != nil {
		return fmt.Errorf("inbox: %w", err)
	}
	if err := insertAll(ctx, m.db.outbox, d.outbox); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	if err := insertAll(ctx, m.db.messages, d.lines); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	return m.appendRecent(ctx, rows)
}

// appendRecent adds the newest messages to their conversations' lists, which detect
// duplicates. Rows of one conversation come in their order, the newest last.
func (m messages) appendRecent(ctx context.Context, rows []migrate.Row) error {
	type newest struct{ recent, sent []string }
	by := make(map[string]newest)
	for _, row := range rows {
		r := row.(*migrate.Item)
		id := key(r.Shop, r.Conv)
		n := by[id]
		switch {
		case r.Dir == migrate.DirIn:
			n.recent = append(n.recent, arrivedAs("", r))
		case r.Dir == migrate.DirOut && r.Author == conversation.ByPhone:
			n.recent = append(n.recent, key("out", r.ID))
		case r.Dir == migrate.DirOut:
			n.sent = append(n.sent, r.ID)
		}
		by[id] = n
	}
	var updates []mongo.WriteModel
	for id, n := range by {
		push := bson.M{}
		for field, list := range map[string][]string{"recent": n.recent, "sent": n.sent} {
			if len(list) > 0 {
				push[field] = bson.M{"$each": list, "$slice": -maxRecent}
			}
		}
		if len(push) > 0 {
			updates = append(updates, mongo.NewUpdateOneModel().SetFilter(bson.M{"_id": id}).SetUpdate(bson.M{"$push": push}))
		}
	}
	if len(updates) == 0 {
		return nil
	}
	_, err := m.db.conversations.BulkWrite(ctx, updates, options.BulkWrite().SetOrdered(false))
	return wrapped("remember the newest messages", err)
}

// channels returns the channels of the conversations of rows, by their _id.
func (m messages) channels(ctx context.Context, rows []migrate.Row) (map[string]message.ChannelType, error) {
	var ids []string
	for _, row := range rows {
		r := row.(*migrate.Item)
		ids = append(ids, key(r.Shop, r.Conv))
	}
	slices.Sort(ids)
	found, err := byID(ctx, m.db.conversations, slices.Compact(ids), func(d convDoc) string { return d.Key }, "channel")
	if err != nil {
		return nil, err
	}
	channels := make(map[string]message.ChannelType, len(found))
	for id, d := range found {
		channels[id] = d.Channel
	}
	return channels, nil
}

// add makes the documents of an item as the verbs of this package would.
func (d *itemDocs) add(r *migrate.Item, channel message.ChannelType) {
	shop, conv, n := tenant.ShopID(r.Shop), conversation.ID(r.Conv), strconv.FormatInt(r.N, 10)
	in := inboxDoc{Shop: shop, Conv: conv, N: r.N, State: r.State, At: r.At}
	line := messageDoc{
		Shop: shop, Conv: conv, N: r.N, MID: r.ID, Dir: conversation.Direction(r.Dir), By: r.Author, Status: message.Status(r.State),
		Code: r.Err, At: r.At, Body: r.Body,
	}
	switch {
	case r.Dir == migrate.DirTimer:
		in.ID, in.Token, in.Due = key(r.Shop, "timer", r.Conv, n), r.ID, r.NotBefore
		in.Key = key("timer", r.Conv, r.ID, strconv.FormatInt(r.NotBefore, 10))
	case r.Dir == migrate.DirNote && r.What == migrate.WhatNote:
		in.ID, in.Note, in.Body = key(r.Shop, "note", r.Conv, n), r.ID, r.Body
		in.Key = key(r.Conv, "note", r.ID)
	case r.Dir == migrate.DirIn, r.Dir == migrate.DirNote && r.What != migrate.WhatOut:
		in.ID, in.MID, in.Key = key(r.Shop, "in", r.Conv, n), r.ID, arrivedAs(conv, r)
		line.Status = conversation.Received
	case r.Author == conversation.ByPhone, r.Dir == migrate.DirNote:
		in.ID, in.MID, in.Mine, in.Key = outKey(shop, r.ID), r.ID, true, key("out", r.ID)
		if r.State == stateNew {
			line.Status = message.Sent
		} else if r.State != stateDead {
			in.State = stateDone
		}
	default:
		line.ID = outKey(shop, r.ID)
		d.outbox = append(d.outbox, outboxDoc{
			ID: line.ID, Shop: shop, Conv: conv, Channel: channel, Ord: r.N, MID: r.ID, State: line.Status, By: r.Author,
			NotBefore: r.NotBefore, At: r.At, Body: r.Body,
		})
		d.lines = append(d.lines, line)
		return
	}
	if r.State == stateDead {
		line.Status = conversation.ProcessingFailed
	}
	if r.Dir == migrate.DirIn || r.Dir == migrate.DirOut {
		if line.ID = in.ID; r.State != stateDone {
			in.Body = r.Body
		}
		d.lines = append(d.lines, line)
	}
	d.inbox = append(d.inbox, in)
}
