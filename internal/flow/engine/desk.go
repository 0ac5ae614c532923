package engine

import "recado/internal/flow"

// Desk is memory that steps write their effects and events on, for a caller that
// steps often and is soon done with what a step returned: it spares the collector
// most of its work. What Desk.Step returns stays as it is until Clear and must not
// be read after it; the Run never lies on the desk. The zero value is an empty
// desk. It serves one goroutine at a time.
type Desk struct {
	effects []Effect
	events  []Event
	sends   []Send
}

// maxEvents bounds the trace of one step.
const maxEvents = 400

// Step makes one step of a conversation as the function Step does. It reads env
// and does not keep it.
func (k *Desk) Step(d flow.Defs, r Run, in Input, env *Env) (out Run, effects []Effect, events []Event) {
	defer func() {
		if p := recover(); p != nil {
			out, effects, events = broken(r, env, p)
		}
	}()
	m := machine{defs: d, r: r, env: env, now: At(env.Now), desk: k, effects: len(k.effects), events: len(k.events)}
	m.r.Seq++
	m.handle(in)
	m.finish()
	if n := len(k.effects); n > m.effects {
		effects = k.effects[m.effects:n:n]
	}
	if n := len(k.events); n > m.events {
		events = k.events[m.events:n:n]
	}
	return m.r, effects, events
}

// Clear lets the next steps write over what lies on the desk. Texts of customers
// do not stay there, nor does the room that one unusual step took.
func (k *Desk) Clear() {
	if cap(k.events) > maxEvents {
		*k = Desk{}
		return
	}
	clear(k.effects)
	clear(k.events)
	clear(k.sends)
	k.effects, k.events, k.sends = k.effects[:0], k.events[:0], k.sends[:0]
}

// draft returns an empty message to be filled in and sent.
func (k *Desk) draft() *Send {
	k.sends = append(k.sends, Send{})
	return &k.sends[len(k.sends)-1]
}

// sheet is a desk of its own for one step, with room for what most need: one piece
// of memory in place of many small ones.
type sheet struct {
	Desk
	env     Env
	effects [2]Effect
	events  [3]Event
	sends   [1]Send
}

func newSheet(env Env) *sheet {
	s := &sheet{env: env}
	s.Desk = Desk{s.effects[:0], s.events[:0], s.sends[:0]}
	return s
}
