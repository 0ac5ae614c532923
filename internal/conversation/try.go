package conversation

import "recado/internal/flow/engine"

// outcome is what a flow would make of an input.
type outcome struct {
	understood bool // the question was answered, or something else was meant
	own        bool // it is a command or the like: it stands for itself
	asks       bool // it starts a flow that asks something
	panicked   bool
}

// try steps the flow and takes it back.
func (d *decision) try(items []InboxItem) (o outcome) {
	before := *d
	defer func() { *d = before }()
	d.trying = true
	if d.attempt(items) != nil {
		return outcome{panicked: true}
	}
	o.understood = true
	for _, s := range d.steps[len(before.steps):] {
		for _, e := range s.Events {
			o.note(e)
		}
	}
	o.own = o.own || d.run.Question != nil && before.run.Question == nil
	o.asks = o.asks && d.run.Active() && d.run.Wait != nil && d.run.Wait.Kind == engine.ForReply
	return o
}

func (o *outcome) note(e engine.Event) {
	switch e.Kind { // the others say how it went, not what was understood
	case engine.Invalid, engine.Ambiguous, engine.MediaRefused:
		o.understood = false
	case engine.CommandGiven, engine.OptedOut, engine.OptedIn, engine.Interrupted, engine.Continued, engine.Paused, engine.Resumed, engine.Expired, engine.Stale:
		o.own = true
	case engine.Started:
		o.asks = true
	default:
	}
}
