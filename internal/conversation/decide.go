package conversation

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/message"
)

// decision is what a conversation's flow made of some inputs: one commit.
type decision struct {
	work   Work
	env    engine.Env
	defs   *library.Defs
	run    engine.Run
	calls  bool // somebody makes web calls
	steps  []Step
	commit Commit
}

// begin reads the conversation's run. A run that cannot be read is a defect of
// ours, reported beside a decision that starts anew: better than never answering again.
func begin(w Work, defs *library.Defs, shop engine.Shop, now time.Time) (*decision, error) {
	v := w.Conversation
	d := &decision{
		work: w, defs: defs,
		env: engine.Env{
			Now: now, Conversation: string(v.ID), Shop: shop, Caps: engine.CapsOf(v.Channel),
			Contact: engine.Contact{
				Name: w.Contact.Name, Phone: w.Contact.Peer.Phone, Language: w.Contact.Language,
				Tags: w.Contact.Tags, Vars: w.Contact.Vars, Fields: w.Contact.Fields,
			},
		},
		commit: Commit{Shop: v.Shop, Conversation: v.ID, Rev: v.Rev, Attention: v.Attention, At: now},
	}
	if len(v.Run) == 0 {
		return d, nil
	}
	if err := json.Unmarshal(v.Run, &d.run); err != nil {
		d.run = engine.Run{}
		return d, fmt.Errorf("read run of %s: %w", v.ID, err)
	}
	return d, nil
}

// consume steps the flow through items, in order, until they are done or the
// commit is as large as it may be. An item whose step panics is put aside, with
// what it had decided undone.
func (d *decision) consume(items []InboxItem) (rest bool) {
	for len(items) > 0 {
		if len(d.commit.Sends)+engine.MaxSends > MaxSends {
			return true
		}
		together := album(items)
		before := *d
		if p := d.attempt(items[:together]); p != nil {
			*d = before
			for _, item := range items[:together] {
				d.commit.Dead = append(d.commit.Dead, Dead{N: item.N, Reason: fmt.Sprintf("panic: %v", p)})
			}
		}
		items = items[together:]
	}
	return false
}

func (d *decision) attempt(items []InboxItem) (panicked any) {
	defer func() { panicked = recover() }()
	for _, item := range items {
		d.commit.Done = append(d.commit.Done, item.N)
	}
	in, err := input(items)
	if err != nil {
		return err
	}
	if in != nil {
		d.step(in)
	}
	return nil
}

// album returns how many of the items, at least one, are photos of one album.
func album(items []InboxItem) int {
	name := func(i InboxItem) string {
		if i.In == nil || i.In.FromMe || i.In.Content.Media == nil {
			return ""
		}
		return i.In.Content.Media.Album
	}
	n := 1
	for name(items[0]) != "" && n < len(items) && name(items[n]) == name(items[0]) {
		n++
	}
	return n
}

// input is what the engine is told of items that belong together; nil when it
// need not know.
func input(items []InboxItem) (engine.Input, error) {
	if t := items[0].Timer; t != nil {
		return &engine.Timer{Token: t.Token}, nil
	}
	if n := items[0].Note; n != nil {
		return engine.DecodeInput(n.Input)
	}
	m := items[0].In
	if m.FromMe {
		switch m.Content.Kind {
		case message.ReactionTo, message.Deleted, message.Edited, message.VoteKind, message.Unsupported:
			return nil, nil // not something that the shop said
		}
		return &engine.HumanSent{At: engine.At(m.At)}, nil
	}
	in := &engine.Message{
		ID: m.ID, At: engine.At(m.At), Content: m.Content, Quoted: m.Quoted, Offline: m.Offline, Group: m.Chat.Group != "",
	}
	for _, item := range items[1:] {
		in.Also = append(in.Also, item.In.Content)
	}
	return in, nil
}

// step makes one step and adds its effects to the commit.
func (d *decision) step(in engine.Input) {
	epoch := d.run.Epoch
	run, effects, events := engine.Step(d.defs, d.run, in, d.env)
	d.steps = append(d.steps, stepOf(d.env.Now, in, d.run, run, effects, events))
	d.run = run
	if run.Epoch > epoch {
		// Somebody took the conversation from the flow: what it still had to say is
		// not said, neither what waits in the outbox nor what this commit would add.
		d.commit.Recall, d.commit.Sends = true, nil
	}
	for _, e := range effects {
		d.effect(e)
	}
}

func (d *decision) effect(e engine.Effect) {
	switch do := e.Do.(type) {
	case *engine.Send:
		if do.Epoch >= d.run.Epoch {
			d.commit.Sends = append(d.commit.Sends, Send{
				MessageID: engine.MessageID(e.Key), To: d.work.Contact.Peer, Quoted: do.Quoted, Content: do.Content,
				By: ByFlow, NotBefore: do.NotBefore.Time(),
			})
		}
	case *engine.SetTimer:
		d.commit.Timers = append(d.commit.Timers, TimerChange{Timer: Timer{Token: do.Token, Due: do.Due.Time()}})
	case *engine.CancelTimer:
		d.commit.Timers = append(d.commit.Timers, TimerChange{Timer: Timer{Token: do.Token}, Cancel: true})
	case *engine.ContactPatch:
		d.commit.Contact = append(d.commit.Contact, contactPatchOf(e.Key, do))
	case *engine.Handoff:
		d.commit.Attention = &Attention{Reason: do.Reason, Queue: do.Queue, Note: do.Note, At: d.env.Now}
	case *engine.Notify:
		d.notify(e.Key, do)
	case *engine.HTTP:
		call, err := callOf(e.Key, do, d.env.Now)
		if err != nil || !d.calls {
			d.step(&engine.Result{Effect: e.Key, Error: "unavailable"})
			return
		}
		d.commit.Calls = append(d.commit.Calls, call)
	}
}

func contactPatchOf(key string, p *engine.ContactPatch) ContactPatch {
	patch := ContactPatch{
		Key: key, AddTags: p.AddTags, RemoveTags: p.RemoveTags, Vars: p.Vars, Fields: p.Fields, Language: p.Language,
	}
	if p.Marketing != "" {
		patch.Fields = maps.Clone(p.Fields)
		if patch.Fields == nil {
			patch.Fields = make(map[string]any, 1)
		}
		patch.Fields["marketing"] = p.Marketing
	}
	return patch
}

// finish completes the commit. What was decided without a version that could
// not be read does not count.
func (d *decision) finish() (Commit, error) {
	if err := d.defs.Err(); err != nil {
		return Commit{}, fmt.Errorf("read flows: %w", err)
	}
	run, err := json.Marshal(d.run)
	if err != nil {
		return Commit{}, fmt.Errorf("write run of %s: %w", d.commit.Conversation, err)
	}
	if len(run) > engine.MaxState {
		return Commit{}, fmt.Errorf("write run of %s: %w: %d bytes", d.commit.Conversation, ErrTooLarge, len(run))
	}
	if d.commit.Trace, err = encodeTrace(d.steps); err != nil {
		return Commit{}, err
	}
	d.commit.Run = run
	d.commit.Paused = d.run.Paused != nil
	if d.work.Conversation.Paused && !d.commit.Paused && d.commit.Attention == d.work.Conversation.Attention {
		d.commit.Attention = nil // the person is done
	}
	return d.commit, nil
}
