package engine

// eventList and effectList grow without leaving the stack in a usual step. They
// are arrays with a rest, not slices of an array inside the machine: a pointer
// to itself would move the machine to the heap.

// maxEvents bounds the trace of one step.
const maxEvents = 400

type eventList struct {
	n     int
	first [8]Event
	rest  []Event
}

func (l *eventList) add(e Event) {
	switch {
	case l.n < len(l.first):
		l.first[l.n] = e
	case l.n < maxEvents:
		l.rest = append(l.rest, e)
	default:
		return
	}
	l.n++
}

func (l *eventList) slice() []Event {
	if l.n == 0 {
		return nil
	}
	out := make([]Event, 0, l.n)
	return append(append(out, l.first[:min(l.n, len(l.first))]...), l.rest...)
}

type effectList struct {
	n     int
	first [4]Effect
	rest  []Effect
}

func (l *effectList) add(e Effect) {
	if l.n < len(l.first) {
		l.first[l.n] = e
	} else {
		l.rest = append(l.rest, e)
	}
	l.n++
}

func (l *effectList) slice() []Effect {
	if l.n == 0 {
		return nil
	}
	out := make([]Effect, 0, l.n)
	return append(append(out, l.first[:min(l.n, len(l.first))]...), l.rest...)
}
