package stepper

import (
	"slices"

	"recado/internal/conversation"
	"recado/internal/conversation/aggregate"
	"recado/internal/flow"
	"recado/internal/flow/engine"
)

// try steps the flow with items as one input and takes the step back.
func (s *Stepper) try(items []conversation.InboxItem) aggregate.Outcome {
	before := *s
	defer func() { *s = before }()
	s.dryRun, s.tried = true, nil
	if s.stepItems(items) != nil {
		return aggregate.Outcome{Panicked: true}
	}
	return aggregate.OutcomeOf(&before.run, &s.run, s.tried)
}

// joinEvents appends the events of a further step, which an input makes only
// when a web call fails at once; those of the first are not copied.
func joinEvents(all, events []engine.Event) []engine.Event {
	if len(all) == 0 {
		return events
	}
	return append(slices.Clip(all), events...)
}

// state is what the aggregation has to know of the run.
func (s *Stepper) state() aggregate.State {
	return aggregate.State{
		Muted: s.run.Paused != nil || s.run.OptedOut != 0, Active: s.run.Active(), Question: s.question(),
		Collect: engine.CollectWait(s.o.Defs, s.run), Sending: len(s.commit.Sends) > 0,
	}
}

func (s *Stepper) question() aggregate.Question {
	if s.run.Wait == nil || s.run.Wait.Kind != engine.ForReply {
		return aggregate.NoQuestion
	}
	f, ok := s.run.At()
	if !ok || s.run.Question != nil {
		return aggregate.Choice
	}
	def, ok := s.o.Defs.Version(f.Flow, f.Version)
	if !ok {
		return aggregate.Choice
	}
	node, _ := def.Node(f.Node)
	ask, ok := node.(*flow.AskNode)
	switch {
	case !ok:
		return aggregate.Choice
	case ask.Secret:
		return aggregate.Secret
	}
	return aggregate.Words
}
