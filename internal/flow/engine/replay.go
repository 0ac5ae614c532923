package engine

import "recado/internal/flow"

// Recorded is an input as it happened, with the moment's snapshot.
type Recorded struct {
	Input Input
	Env   Env
}

// Replayed is what one recorded input leads to.
type Replayed struct {
	Run     Run
	Effects []Effect
	Events  []Event
}

// Replay answers "what would have happened?": it runs recorded inputs against d
// from a state, with no effect outside. Timers and results name tokens and keys
// of the recorded run; here they are given to whatever the replayed run waits
// for, so a draft that asks differently still gets its answers.
func Replay(d flow.Defs, from Run, inputs []Recorded) []Replayed {
	out := make([]Replayed, 0, len(inputs))
	for _, rec := range inputs {
		in := rec.Input
		switch old := in.(type) {
		case *Timer:
			if from.Timer != nil {
				in = &Timer{Token: from.Timer.Token}
			}
		case *Result:
			if w := from.Wait; w != nil && w.Kind == ForResult {
				res := *old
				res.Effect = w.Effect
				in = &res
			}
		case *Message, *HumanSent, *Command, *Happening:
		}
		run, effects, events := Step(d, from, in, rec.Env)
		out = append(out, Replayed{run, effects, events})
		from = run
	}
	return out
}
