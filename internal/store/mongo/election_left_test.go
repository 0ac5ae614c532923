package mongo

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"recado/internal/conversation"
)

// left is what a story leaves behind, as lines: with names instead of ids that differ
// from one telling to the next.
func left(ctx context.Context, s *Store, l *telling) (lines []string, err error) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	convs, err := s.Conversations(ctx, l.shop, conversation.Page{Limit: 100})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(convs, func(a, b conversation.ConversationWithContact) int {
		return cmp.Compare(a.Conversation.Last.ID, b.Conversation.Last.ID)
	})
	names := []string{string(l.shop), "SHOP"}
	for i, listed := range convs {
		v, c := listed.Conversation, listed.Contact
		names = append(names, string(v.ID), fmt.Sprint("CONV", i), string(v.Contact), fmt.Sprint("CONTACT", i))
		add("%s rev %d run %s paused %t attention %v unread %d window %s last %s %s", v.ID, v.Rev, v.Run, v.Paused, v.Handoff, v.Unread, v.WindowUntil, v.Last.ID, v.Last.At)
		add("%s peer %v aliases %v name %s tags %v vars %v", c.ID, c.Peer, c.Aliases, c.Name, c.Tags, c.Vars)
		messages, err := s.Messages(ctx, l.shop, v.ID, conversation.Newest, 100)
		if err != nil {
			return nil, err
		}
		for j, m := range messages {
			add("%s: %s %s %s %s %s %s", v.ID, m.Direction, m.ID, m.Status, m.Code, m.By, m.Content.Text)
			if j > 0 && m.N >= messages[j-1].N {
				add("%d is not before %d", m.N, messages[j-1].N)
			}
		}
		traces, err := s.Traces(ctx, l.shop, v.ID, conversation.Newest, 100)
		if err != nil {
			return nil, err
		}
		for _, trace := range traces {
			add("%s trace %d %s %s", v.ID, trace.Rev, trace.At, trace.Data)
		}
		items, err := s.Ready(ctx, l.shop, v.ID, -1<<62, 100)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			add("%s waits %s", v.ID, item.Out.ID)
		}
	}
	records, err := leftRecords(ctx, s, l)
	if err != nil {
		return nil, err
	}
	name := strings.NewReplacer(names...)
	for i, line := range lines {
		lines[i] = name.Replace(line)
	}
	for i, line := range records {
		records[i] = someID.ReplaceAllString(name.Replace(line), "ID")
	}
	slices.Sort(records)
	return append(lines, records...), nil
}

// someID is of a conversation or a contact that is no more.
var someID = regexp.MustCompile(`c[tv]_[a-z2-7]{20}`)

// leftRecords are the lines of what no conversation shows.
func leftRecords(ctx context.Context, s *Store, l *telling) (lines []string, err error) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	of := bson.M{"shop": l.shop}
	var failed error
	for _, d := range read[inboxDoc](ctx, s.db.inbox, of, &failed) {
		add("inbox %s %s %s", d.Key, d.State, d.MID)
	}
	for _, d := range read[outboxDoc](ctx, s.db.outbox, of, &failed) {
		add("outbox %s %s %s ord %d", d.Conv, d.MID, d.State, d.Ord)
	}
	for _, d := range read[messageDoc](ctx, s.db.messages, of, &failed) {
		add("message of %s %s", d.Conv, d.MID)
	}
	for _, d := range read[timerDoc](ctx, s.db.timers, of, &failed) {
		add("timer %s %s %d", d.Conv, d.Token, d.Due)
	}
	for _, d := range read[callDoc](ctx, s.db.calls, of, &failed) {
		add("call %s %s", d.Conv, d.Key)
	}
	for _, d := range read[traceDoc](ctx, s.db.traces, of, &failed) {
		add("trace %s %d %s", d.Conv, d.Rev, d.Data)
	}
	for _, d := range read[convDoc](ctx, s.db.conversations, of, &failed) {
		add("conversation of %s epoch ok %t unrelayed %t effects %d into %q", d.Contact, d.Epoch == int64(l.epoch), d.Unrelayed, len(d.Effects), d.Into)
	}
	for _, d := range read[aliasDoc](ctx, s.db.aliases, of, &failed) {
		add("alias %s of %s", d.Key, d.Contact)
	}
	for _, d := range read[channelDoc](ctx, s.db.channels, of, &failed) {
		add("channel %s %s %s", d.Type, d.Status, d.Number)
	}
	for _, d := range read[ownerDoc](ctx, s.db.owners, bson.M{"_id": l.shop}, &failed) {
		add("owner's epoch ok %t", d.Epoch == l.epoch)
	}
	for _, d := range read[pointerDoc](ctx, s.db.currentFlows, of, &failed) {
		v, err := s.FlowVersion(ctx, l.shop, d.Flow, d.Number)
		if err != nil {
			return nil, err
		}
		add("flow %s %s", d.Flow, v.Doc)
	}
	shop, err := s.Shop(ctx, l.shop)
	if err != nil {
		return nil, err
	}
	add("shop %v", shop.WhatsApp)
	return lines, failed
}

func read[T any](ctx context.Context, from *mongo.Collection, filter bson.M, failed *error) []T {
	c, err := from.Find(ctx, filter)
	list, err := all[T](ctx, c, err)
	if err != nil {
		*failed = err
	}
	return list
}

// differences are the lines that one of both alone has.
func differences(want, got []string) (lines []string) {
	for _, w := range want {
		if i := slices.Index(got, w); i >= 0 {
			got = slices.Delete(slices.Clone(got), i, i+1)
		} else {
			lines = append(lines, "- "+w)
		}
	}
	for _, g := range got {
		lines = append(lines, "+ "+g)
	}
	return lines
}
