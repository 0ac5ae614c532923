package engine

import (
	"fmt"

	"recado/internal/flow"
)

// Step makes one step of a conversation; the package comment states what it
// promises. A message, timer or result that does not fit the Run any more changes
// nothing but Seq.
func Step(d flow.Defs, r Run, in Input, env Env) (out Run, effects []Effect, events []Event) {
	defer func() {
		if p := recover(); p != nil {
			out, effects, events = internalError(r, &env, p)
		}
	}()
	var m machine
	m.defs, m.r, m.env, m.now = d, r, &env, At(env.Now)
	m.r.Seq++
	m.handle(in)
	m.finish()
	return m.r, m.effects, m.events
}

// internalError hands a conversation whose step panicked to a person; the run stays
// as it was. The engine's tests hold that it never happens. It exists so that one
// conversation cannot stop the others.
func internalError(r Run, env *Env, p any) (Run, []Effect, []Event) {
	r.Seq++
	r.Status = StatusPaused
	r.Paused = &Pause{Reason: "limit", Since: At(env.Now)}
	key := Key(env.Shop.ID, env.Conversation, r.ID, r.Seq, 0)
	return r, []Effect{{Key: key, Do: &Handoff{Reason: "internal"}}}, []Event{{Kind: Internal, Text: fmt.Sprint(p)}}
}
