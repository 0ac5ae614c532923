package engine

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
