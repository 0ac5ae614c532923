// Package stepper makes one commit of a batch of inbox items: it lets package
// aggregate cut the items into inputs, steps the flow engine with each, and
// collects the effects. It is pure: flows, shop and time come in as values, and
// the store sees nothing until the caller commits.
package stepper

import (
	"fmt"
	"slices"
	"time"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/conversation/aggregate"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/message"
)

// Defs is a shop's flows; library.Defs is one.
type Defs interface {
	flow.Defs
	Err() error // the first failure to read a version
}

// Options are the surroundings of a Stepper.
type Options struct {
	Defs    Defs
	Shop    engine.Shop
	Now     time.Time
	CanCall bool // web calls can be made; otherwise they fail as unavailable
	Limits  aggregate.Limits
}

// Stepper steps the flow of one conversation and collects one commit. It serves
// one goroutine, and once: Finish ends it.
type Stepper struct {
	o      Options
	batch  conversation.InboxBatch
	env    engine.Env
	run    engine.Run
	dryRun bool           // the step will be taken back
	tried  []engine.Event // of the dry run
	trace  []conversation.TraceStep
	commit conversation.Commit
}

// New reads the conversation's run. A run that cannot be read is a defect of
// ours, returned together with a Stepper that starts from the beginning: better
// than a conversation that is never answered again.
func New(b conversation.InboxBatch, o Options) (*Stepper, error) {
	v := b.Conversation
	s := &Stepper{
		o: o, batch: b,
		env: engine.Env{
			Now: o.Now, Conversation: string(v.ID), Shop: o.Shop, Caps: conversation.Caps(v.Channel),
			Contact: engine.Contact{
				Name: b.Contact.Name, Phone: b.Contact.Peer.Phone, Language: b.Contact.Language,
				Tags: b.Contact.Tags, Vars: b.Contact.Vars, Fields: b.Contact.Fields,
			},
		},
		commit: conversation.Commit{Shop: v.Shop, Conversation: v.ID, Rev: v.Rev, Handoff: v.Handoff, At: o.Now},
	}
	if len(v.Run) == 0 {
		return s, nil
	}
	run, err := engine.DecodeRun(v.Run)
	if err != nil {
		return s, fmt.Errorf("read run of %s: %w", v.ID, err)
	}
	s.run = run
	return s, nil
}

// Consume steps the flow through the batch's items, in order, until all are done,
// the next input has to wait for more, or the commit is as large as it may be.
// over reports whether a wait has ended. An item whose step panics fails, with
// what it had decided undone.
func (s *Stepper) Consume(over func(aggregate.Wait) bool) (rest bool) {
	items := chronological(s.batch.Items)
	ms := make([]*message.In, len(items)) // nil for items that are not messages
	for i, item := range items {
		ms[i] = item.In
	}
	for len(items) > 0 {
		if len(s.commit.Sends)+engine.MaxSends > conversation.MaxSends {
			return true
		}
		p := aggregate.Next(ms, s.state(), s.o.Limits, func(from, to int) aggregate.Outcome { return s.try(items[from:to]) })
		if p.Wait.Quiet > 0 && !over(p.Wait) {
			return true
		}
		n := p.Skip + p.Count
		s.skip(items[:p.Skip])
		if p.Count > 0 {
			s.process(items[p.Skip:n])
		}
		items, ms = items[n:], ms[n:]
	}
	return false
}

// chronological sorts the messages at the head that waited at the server by the
// time of writing, which the server does not keep.
func chronological(items []conversation.InboxItem) []conversation.InboxItem {
	n := 0
	for n < len(items) && items[n].In != nil && items[n].In.Offline && !items[n].In.FromMe {
		n++
	}
	if n < 2 {
		return items
	}
	items = slices.Clone(items) // the store may hold them
	slices.SortStableFunc(items[:n], func(a, b conversation.InboxItem) int { return a.In.At.Compare(b.In.At) })
	return items
}

// skip ends items that the flow ignores. Their trace has no input to be replayed.
func (s *Stepper) skip(items []conversation.InboxItem) {
	for _, item := range items {
		s.commit.Done = append(s.commit.Done, item.N)
		ignored := []engine.Event{{Kind: engine.Ignored, Name: "one_breath", Rule: item.In.ID}}
		s.trace = append(s.trace, conversation.NewTraceStep(s.env.Now, nil, s.run, s.run, nil, ignored))
	}
}

// process steps the flow with items that are one input.
func (s *Stepper) process(items []conversation.InboxItem) {
	before := *s
	if p := s.stepItems(items); p != nil {
		*s = before
		for _, item := range items {
			s.commit.Failed = append(s.commit.Failed, conversation.FailedItem{N: item.N, Reason: fmt.Sprintf("panic: %v", p)})
		}
	}
}

func (s *Stepper) stepItems(items []conversation.InboxItem) (panicked any) {
	defer func() {
		if p := recover(); p != nil {
			panicked = p
		}
	}()
	for _, item := range items {
		s.commit.Done = append(s.commit.Done, item.N)
	}
	in, err := toInput(items, s.env.Now)
	if err != nil {
		return err
	}
	if in != nil {
		s.Step(in)
	}
	return nil
}

// Step makes one step and adds its effects to the commit.
func (s *Stepper) Step(in engine.Input) {
	epoch := s.run.Epoch
	run, effects, events := engine.Step(s.o.Defs, s.run, in, s.env)
	if s.dryRun {
		s.tried = joinEvents(s.tried, events)
	} else {
		s.trace = append(s.trace, conversation.NewTraceStep(s.env.Now, in, s.run, run, effects, events))
	}
	s.run = run
	if run.Epoch > epoch {
		// A person took the conversation from the flow: its messages are not sent,
		// neither those that wait in the outbox nor those that this commit would add.
		s.commit.Recall, s.commit.Sends = true, nil
	}
	for _, e := range effects {
		s.apply(e)
	}
}

// RunsIn reports whether the conversation is in that version of the flow.
func (s *Stepper) RunsIn(f flow.ID, version int) bool {
	return slices.ContainsFunc(s.run.Stack, func(fr engine.Frame) bool { return fr.Flow == f && fr.Version == version })
}

// PatchContact changes the contact's tags, for the flow's conditions and in the commit.
func (s *Stepper) PatchContact(p contact.Patch) {
	s.commit.Contact = append(s.commit.Contact, p)
	s.env.Contact.Tags = s.batch.Contact.Apply(p).Tags
}

// Finish returns the commit; s must not be used afterwards. Steps that needed a
// flow version which could not be read do not count: they end in its error.
func (s *Stepper) Finish() (conversation.Commit, error) {
	c := s.commit
	if err := s.o.Defs.Err(); err != nil {
		return conversation.Commit{}, fmt.Errorf("read flows: %w", err)
	}
	run, err := engine.EncodeRun(&s.run)
	if err != nil {
		return conversation.Commit{}, fmt.Errorf("write run of %s: %w", c.Conversation, err)
	}
	if len(run) > engine.MaxState {
		return conversation.Commit{}, fmt.Errorf("write run of %s: %w: %d bytes", c.Conversation, conversation.ErrTooLarge, len(run))
	}
	if c.Trace, err = conversation.EncodeTrace(s.trace); err != nil {
		return conversation.Commit{}, err
	}
	c.Run, c.Paused, c.Typing = run, s.run.Paused != nil, s.typing()
	if v := s.batch.Conversation; v.Paused && !c.Paused && c.Handoff == v.Handoff {
		c.Handoff = nil // the person has finished
	}
	return c, nil
}
