package engine

import "recado/internal/flow"

// Arena is memory that steps write their effects and events on, for a caller that
// steps often and is soon done with what a step returned: it spares the collector
// most of its work. What Arena.Step returns stays as it is until Reset and must not
// be read after it; the Run never lies on the desk. The zero value is an empty
// desk. It serves one goroutine at a time.
type Arena struct {
	effects []Effect
	events  []Event
	sends   []Send
}

// maxEvents bounds the trace of one step.
const maxEvents = 400

// Step makes one step of a conversation as the function Step does. It reads env
// and does not keep it.
func (k *Arena) Step(d flow.Defs, r Run, in Input, env *Env) (out Run, effects []Effect, events []Event) {
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

// Reset lets the next steps write over what lies on the desk. Texts of customers
// do not stay there, nor does the room that one unusual step took.
func (k *Arena) Reset() {
	if cap(k.events) > maxEvents {
		*k = Arena{}
		return
	}
	clear(k.effects)
	clear(k.events)
	clear(k.sends)
	k.effects, k.events, k.sends = k.effects[:0], k.events[:0], k.sends[:0]
}

// draft returns an empty message to be filled in and sent.
func (k *Arena) draft() *Send {
	k.sends = append(k.sends, Send{})
	return &k.sends[len(k.sends)-1]
}

// sheet is a desk of its own for one step, with room for what most need: one piece
// of memory in place of many small ones.
type sheet struct {
	Arena
	env     Env
	effects [2]Effect
	events  [3]Event
	sends   [1]Send
}

func newSheet(env Env) *sheet {
	s := &sheet{env: env}
	s.Arena = Arena{s.effects[:0], s.events[:0], s.sends[:0]}
	return s
}

// seat is where a usual step writes what the run keeps: one piece of memory in
// place of two. Nothing of it is used twice.
type seat struct {
	frame  [1]Frame
	wait   Wait
	framed bool // frame is taken
	waited bool // wait is taken
}

// room returns the place for the frame and the wait that this step makes.
func (m *machine) room() *seat {
	if m.seat == nil {
		m.seat = new(seat)
	}
	return m.seat
}

// alone makes f the only frame of the stack.
func (m *machine) alone(f Frame) {
	m.ownStack = true
	s := m.room()
	if s.framed { // its run may have been put aside
		m.r.Stack = []Frame{f}
		return
	}
	s.framed, s.frame[0] = true, f
	m.r.Stack = s.frame[:]
}

// await puts w in the place of the wait.
func (m *machine) await(w Wait) *Wait {
	s := m.room()
	m.ownWait = &s.wait
	if s.waited { // it may have been put aside
		m.ownWait = new(Wait)
	}
	s.waited = true
	*m.ownWait, m.r.Wait = w, m.ownWait
	return m.ownWait
}
