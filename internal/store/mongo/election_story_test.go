package mongo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/flow/library"
	"recado/internal/message"
	"recado/internal/tenant"
)

// dawn is when the stories of this package's elections begin.
var dawn = time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)

// stories are told through elections.
var stories = map[string]story{"a day": aDay, "who is who": whoIsWho}

var ana = message.Peer{LID: "7001", Phone: "5491100000001"}

type story func(*telling) []step

// step is a verb with what its caller reads before it: what is repeated when it fails.
type step struct {
	do        func() error
	otherwise func() error // may be done instead then
}

type telling struct {
	ctx   context.Context
	s     *Store
	shop  tenant.ShopID
	epoch cluster.Epoch
}

func (l *telling) lease() cluster.Lease { return cluster.Lease{Shop: l.shop, Epoch: l.epoch} }

func said(s string) message.Content { return message.Content{Kind: message.Text, Text: s} }

// heard is a text of peer, minutes after dawn.
func heard(shop tenant.ShopID, peer message.Peer, id string, minutes int) message.In {
	return message.In{
		Shop: shop, Channel: message.WhatsAppBaileys, ID: id, Chat: peer, Sender: peer, Name: "Ana",
		At: dawn.Add(time.Duration(minutes) * time.Minute), Content: said(id),
	}
}

// owns takes the shop over.
func (l *telling) owns() []step {
	return []step{
		{do: func() (err error) { l.epoch, err = l.s.NextEpoch(l.ctx, l.shop, 100); return err }},
		{do: func() error { _, err := l.s.Adopt(l.ctx, l.lease()); return err }},
	}
}

func (l *telling) hears(in message.In, id *conversation.ID) step {
	return step{do: func() error {
		a, err := l.s.Append(l.ctx, in)
		if err == nil {
			*id = a.Conversation.ID
		}
		return err
	}}
}

// answers decides on what is new in a conversation. Run says whether that happened:
// after an error its caller looks, as the owner of a shop does.
func (l *telling) answers(id *conversation.ID, seq int, change func(*conversation.Commit)) step {
	return step{do: func() error {
		w, err := l.s.Next(l.ctx, l.shop, *id, 10)
		run := fmt.Sprintf(`{"seq":%d}`, seq)
		if err != nil || string(w.Conversation.Run) == run {
			return err
		}
		c := conversation.Commit{
			Shop: l.shop, Conversation: *id, Rev: w.Conversation.Rev, Epoch: l.epoch, Run: []byte(run),
			At: dawn.Add(time.Duration(seq) * time.Minute),
		}
		var items []string
		for _, item := range w.Items {
			c.Done = append(c.Done, item.N)
			switch {
			case item.In != nil:
				items = append(items, item.In.ID)
			case item.Timer != nil:
				items = append(items, item.Timer.Token)
			case item.Queued != nil:
				items = append(items, item.Queued.Key)
			}
		}
		c.Trace = fmt.Appendf(nil, `{"seq":%d,"items":%q}`, seq, strings.Join(items, " "))
		change(&c)
		_, err = l.s.Commit(l.ctx, c)
		return err
	}}
}

func (l *telling) relays(ids ...*conversation.ID) step {
	do := func() error {
		var all []conversation.ID
		for _, id := range ids {
			all = append(all, *id)
		}
		return l.s.Relay(l.ctx, l.shop, all...)
	}
	return step{do: do, otherwise: func() error {
		for _, id := range ids {
			if _, err := l.s.Next(l.ctx, l.shop, *id, 1); err != nil {
				return err
			}
		}
		return nil
	}}
}

// looks writes nothing, so that what is before and after it may both fail.
func (l *telling) looks() step {
	return step{do: func() error { _, err := l.s.NextTimer(l.ctx, l.shop); return err }}
}

func sends(c *conversation.Commit, ids ...string) {
	for _, id := range ids {
		c.Sends = append(c.Sends, conversation.Send{MessageID: string(c.Shop) + id, To: ana, Content: said(id), By: conversation.ByFlow})
	}
}

func wakes(c *conversation.Commit, token string, minutes int, cancel bool) {
	c.Timers = append(c.Timers, conversation.TimerChange{
		Timer: conversation.Timer{Token: token, Due: dawn.Add(time.Duration(minutes) * time.Minute)}, Cancel: cancel,
	})
}

func (l *telling) settles(outcomes map[string]message.Status) step {
	return step{do: func() error {
		var all []conversation.Outcome
		for id, status := range outcomes {
			all = append(all, conversation.Outcome{MessageID: string(l.shop) + id, Status: status, At: dawn})
		}
		return l.s.Settle(l.ctx, l.lease(), all)
	}}
}

func (l *telling) fires(minutes int) step {
	return step{do: func() error {
		_, err := l.s.Fire(l.ctx, l.lease(), dawn.Add(time.Duration(minutes)*time.Minute), 10)
		return err
	}}
}

func (l *telling) pushes(id *conversation.ID, k string) step {
	return step{do: func() error {
		_, err := l.s.Push(l.ctx, l.shop, *id, conversation.QueuedInput{Key: k, Input: []byte(`{"type":"result"}`)})
		return err
	}}
}

// publishes takes a conflict for what it may be: the answer to itself.
func (l *telling) publishes(doc string, base int) step {
	return step{do: func() error {
		v := library.Version{Shop: l.shop, Flow: "tacos", Doc: []byte(doc), Hash: doc, PublishedAt: dawn, PublishedBy: "usr_1"}
		_, err := l.s.PublishFlow(l.ctx, v, &base)
		if !errors.Is(err, library.ErrVersionConflict) {
			return err
		}
		now, err := l.s.CurrentFlow(l.ctx, l.shop)
		if err == nil && now.Hash != doc {
			err = library.ErrVersionConflict
		}
		return err
	}}
}

// aDay is a shop's day: from its channel's connection to the next owner.
func aDay(l *telling) []step {
	var a, b conversation.ID
	bea := message.Peer{Phone: "5491100000002"}
	return append(l.owns(), append([]step{
		{do: func() error {
			return l.s.PutChannel(l.ctx, channel.Channel{
				Shop: l.shop, Type: message.WhatsAppBaileys, Enabled: true, Status: channel.Active, Number: "549" + string(l.shop),
				LastConnection: dawn, CreatedAt: dawn, UpdatedAt: dawn,
			})
		}},
		l.publishes(`{"v":1}`, 0),
		l.hears(heard(l.shop, ana, "M1", 1), &a),
		l.answers(&a, 1, func(c *conversation.Commit) {
			sends(c, "OUT1", "OUT2")
			wakes(c, "T1", 10, false)
			wakes(c, "T2", 60, false)
			c.Calls = []conversation.Call{{Key: "K1", Request: []byte(`{"url":"https://example.com"}`)}}
			c.Contact = []contact.Patch{{Key: "P1", AddTags: []string{"vip"}, Vars: map[string]any{"n": float64(1)}}}
		}),
		l.relays(&a),
		l.pushes(&a, "K1"),
		l.fires(11),
		l.hears(heard(l.shop, ana, "M2", 12), &a),
		l.hears(heard(l.shop, bea, "M3", 13), &b),
		l.answers(&a, 2, func(c *conversation.Commit) { sends(c, "OUT3"); wakes(c, "T3", 20, false) }),
		l.answers(&b, 2, func(c *conversation.Commit) { sends(c, "OUT4"); wakes(c, "T4", 70, false) }),
		l.relays(&a, &b),
		l.settles(map[string]message.Status{"OUT1": message.Sent, "OUT3": message.Failed, "OUT4": message.Sent}),
		{do: func() error {
			_, err := l.s.Update(l.ctx, message.Update{
				Shop: l.shop, Channel: message.WhatsAppBaileys, Chat: ana, IDs: []string{string(l.shop) + "OUT1", string(l.shop) + "OUT4"}, Status: message.Delivered, At: dawn,
			})
			return err
		}},
		l.fires(21),
		l.answers(&a, 3, func(c *conversation.Commit) { c.Recall = true; sends(c, "OUT5") }),
		l.relays(&a),
		l.hears(heard(l.shop, ana, "M4", 30), &a),
		l.answers(&a, 4, func(c *conversation.Commit) {
			for _, n := range c.Done {
				c.Failed = append(c.Failed, conversation.FailedItem{N: n, Reason: "panic"})
			}
			c.Done, c.Paused = nil, true
			c.Handoff = &conversation.HandoffRequest{Reason: "give_up", At: dawn}
			wakes(c, "T2", 0, true)
		}),
		l.relays(&a),
		l.hears(heard(l.shop, ana, "M5", 31), &a),
	}, l.owns()...)...)
}

// whoIsWho is of customers who turn out to be one, numbers that change hands, and names.
func whoIsWho(l *telling) []step {
	var a, b, other conversation.ID
	hidden, phone := message.Peer{LID: ana.LID}, message.Peer{Phone: ana.Phone}
	renamed := heard(l.shop, hidden, "M6", 9)
	renamed.Name = "Ana María"
	return append(l.owns(), []step{
		l.hears(heard(l.shop, phone, "M1", 1), &a),
		l.hears(heard(l.shop, hidden, "M2", 2), &b),
		l.answers(&a, 1, func(c *conversation.Commit) {
			sends(c, "OUT1", "OUT2")
			wakes(c, "T1", 10, false)
			c.Calls = []conversation.Call{{Key: "K1", Request: []byte(`{}`)}}
			c.Contact = []contact.Patch{{Key: "P1", AddTags: []string{"vip"}}}
		}),
		l.relays(&a),
		l.settles(map[string]message.Status{"OUT1": message.Sent}),
		l.hears(heard(l.shop, ana, "M3", 3), &b),
		l.looks(),
		l.hears(heard(l.shop, message.Peer{LID: "7009", Phone: ana.Phone}, "M4", 4), &other),
		l.hears(heard(l.shop, hidden, "M5", 5), &b),
		l.hears(renamed, &b),
		l.pushes(&b, "K1"),
		l.fires(11),
	}...)
}
