package conversation

import (
	"fmt"
	"maps"
	"time"

	"recado/internal/contact"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/message"
)

// decision is what a conversation's flow made of some inputs: one commit.
type decision struct {
	work   InboxBatch
	env    engine.Env
	defs   *library.Defs
	run    engine.Run
	calls  bool // somebody makes web calls
	limits limits
	trying bool // what is decided is taken back
	steps  []TraceStep
	commit Commit
}

// limits are how long an input waits for more of it; see Options.
type limits struct{ Breath, Album, Offline time.Duration }

// begin reads the conversation's run. A run that cannot be read is a defect of
// ours, reported beside a decision that starts anew: better than never answering again.
func begin(w InboxBatch, defs *library.Defs, shop engine.Shop, now time.Time) (*decision, error) {
	v := w.Conversation
	d := &decision{
		work: w, defs: defs,
		env: engine.Env{
			Now: now, Conversation: string(v.ID), Shop: shop, Caps: Caps(v.Channel),
			Contact: engine.Contact{
				Name: w.Contact.Name, Phone: w.Contact.Peer.Phone, Language: w.Contact.Language,
				Tags: w.Contact.Tags, Vars: w.Contact.Vars, Fields: w.Contact.Fields,
			},
		},
		commit: Commit{Shop: v.Shop, Conversation: v.ID, Rev: v.Rev, Handoff: v.Handoff, At: now},
	}
	if len(v.Run) == 0 {
		return d, nil
	}
	run, err := engine.DecodeRun(v.Run)
	if err != nil {
		return d, fmt.Errorf("read run of %s: %w", v.ID, err)
	}
	d.run = run
	return d, nil
}

// consume steps the flow through items, in order, until they are done, the next
// has to wait for more, or the commit is as large as it may be. over reports
// whether a wait is over. An item whose step panics is put aside, with what it
// had decided undone.
func (d *decision) consume(items []InboxItem, over func(pause) bool) (rest bool, wait pause) {
	items = chronological(items)
	for len(items) > 0 {
		if len(d.commit.Sends)+engine.MaxSends > MaxSends {
			return true, pause{}
		}
		skip, n, p := d.next(items)
		if p.quiet > 0 && !over(p) {
			return true, p
		}
		d.passOver(items[:skip])
		if n > 0 {
			d.take(items[skip : skip+n])
		}
		items = items[skip+n:]
	}
	return false, pause{}
}

// take steps the flow with items that are one input.
func (d *decision) take(items []InboxItem) {
	before := *d
	if p := d.attempt(items); p != nil {
		*d = before
		for _, item := range items {
			d.commit.Failed = append(d.commit.Failed, FailedItem{N: item.N, Reason: fmt.Sprintf("panic: %v", p)})
		}
	}
}

func (d *decision) attempt(items []InboxItem) (panicked any) {
	defer func() { panicked = recover() }()
	for _, item := range items {
		d.commit.Done = append(d.commit.Done, item.N)
	}
	in, err := input(items, d.env.Now)
	if err != nil {
		return err
	}
	if in != nil {
		d.step(in)
	}
	return nil
}

// input is what the engine is told of items that belong together; nil when it
// need not know.
func input(items []InboxItem, now time.Time) (engine.Input, error) {
	if t := items[0].Timer; t != nil {
		return &engine.Timer{Token: t.Token}, nil
	}
	if n := items[0].Queued; n != nil {
		return engine.DecodeInput(n.Input)
	}
	m := items[0].In
	switch {
	case m.FromMe:
		return ownInput(m), nil
	case m.Content.Kind == message.MissedCall:
		return callInput(m, now), nil
	}
	return together(items)
}

// ownInput is what the flow is told of what a person of the shop did on the
// phone: only of what the customer heard.
func ownInput(m *message.In) engine.Input {
	switch m.Content.Kind {
	case message.ReactionTo, message.Deleted, message.Edited, message.VoteKind, message.Unsupported, message.MissedCall:
		return nil
	default:
		return &engine.HumanSent{At: engine.At(m.At)}
	}
}

// freshCall is the age beyond which nobody is written to because they called.
const freshCall = time.Hour

func callInput(m *message.In, now time.Time) engine.Input {
	if m.Chat.Group != "" || now.Sub(m.At) > freshCall {
		return nil
	}
	return &engine.ExternalEvent{Name: "missed_call", Data: map[string]any{"video": m.Content.Video}}
}

// step makes one step and adds its effects to the commit.
func (d *decision) step(in engine.Input) {
	epoch := d.run.Epoch
	run, effects, events := engine.Step(d.defs, d.run, in, d.env)
	if d.trying {
		d.steps = append(d.steps, TraceStep{Events: events}) // nobody reads more of it
	} else {
		d.steps = append(d.steps, stepOf(d.env.Now, in, d.run, run, effects, events))
	}
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
				By: ByFlow, NotBefore: do.NotBefore.Time(), Typing: do.Typing && do.NotBefore != 0,
			})
		}
	case *engine.SetTimer:
		d.commit.Timers = append(d.commit.Timers, TimerChange{Timer: Timer{Token: do.Token, Due: do.Due.Time()}})
	case *engine.CancelTimer:
		d.commit.Timers = append(d.commit.Timers, TimerChange{Timer: Timer{Token: do.Token}, Cancel: true})
	case *engine.ContactPatch:
		d.commit.Contact = append(d.commit.Contact, contactPatchOf(e.Key, do))
	case *engine.Handoff:
		d.commit.Handoff = &HandoffRequest{Reason: do.Reason, Queue: do.Queue, Note: do.Note, At: d.env.Now}
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

func contactPatchOf(key string, p *engine.ContactPatch) contact.Patch {
	patch := contact.Patch{
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
	run, err := engine.EncodeRun(&d.run)
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
	d.commit.Typing = d.typing()
	if d.work.Conversation.Paused && !d.commit.Paused && d.commit.Handoff == d.work.Conversation.Handoff {
		d.commit.Handoff = nil // the person is done
	}
	return d.commit, nil
}
