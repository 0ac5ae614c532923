package aggregate

import "recado/internal/flow/engine"

// Outcome is what a tried input would do.
type Outcome struct {
	Understood bool // the question was answered, or the input has another meaning
	Standalone bool // it is a command, an opt-out or the like, complete in itself
	Asks       bool // it starts a flow that then waits for a reply
	Panicked   bool // the step hit a defect of ours
}

// OutcomeOf reads the outcome of a step from the run before and after it and its events.
func OutcomeOf(before, after *engine.Run, events []engine.Event) Outcome {
	o := Outcome{Understood: true}
	for _, e := range events {
		switch e.Kind { // the other kinds report how the step went, not what was understood
		case engine.Invalid, engine.Ambiguous, engine.MediaRefused:
			o.Understood = false
		case engine.CommandGiven, engine.OptedOut, engine.OptedIn, engine.Interrupted, engine.Continued, engine.Paused, engine.Resumed, engine.Expired, engine.Stale:
			o.Standalone = true
		case engine.Started:
			o.Asks = true
		default:
		}
	}
	o.Standalone = o.Standalone || after.Question != nil && before.Question == nil
	o.Asks = o.Asks && after.Active() && after.Wait != nil && after.Wait.Kind == engine.ForReply
	return o
}
