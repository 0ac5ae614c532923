// Package aggregate decides when a message is complete: which messages at the
// head of an inbox are one input of the flow, and how long that input waits for
// more of it. It is pure: the caller gives it the messages, the state of the
// run and a function that tries an input and takes it back.
//
// People write one thought in several messages, albums arrive photo by photo,
// and messages that waited at WhatsApp's server arrive all at once. A plain
// debounce would delay every answer; this package delays only where more text
// could change the answer:
//
//   - an answer that asks nothing back, a choice that was understood, a command and
//     an opt-out word never wait;
//   - a message that starts a flow which asks something, an answer in words and
//     a message that was not understood wait Limits.Debounce, or as long as the
//     flow says (collect);
//   - photos of one album wait for each other (Limits.Album);
//   - messages that waited at the server are sorted by the time of writing and
//     wait until no more of them arrive (Limits.Offline);
//   - messages that were written before a question could be seen and do not
//     answer it are skipped, so that the flow does not complain about them.
package aggregate

import (
	"time"

	"recado/internal/message"
)

// Limits are how long an input waits for more of it, counted from its last message.
type Limits struct{ Debounce, Album, Offline time.Duration }

// Question is what the run waits for.
type Question int

// The questions.
const (
	NoQuestion Question = iota // a timer, a web service, or nothing
	Choice                     // a menu: the first message that picks an option answers it
	Words                      // a question in words: as many messages as make sense together
	Secret                     // a password or the like: one message, no wait
)

// State is what the aggregation has to know of the run.
type State struct {
	Muted    bool          // paused, or opted out: nothing will be answered
	Active   bool          // a flow is under way
	Question Question      // meaningful only when Active
	Collect  time.Duration // how long the flow itself waits for more; 0 = it does not say
	Sending  bool          // this commit already sends something: the customer has not seen it yet
}

// Try steps the flow with messages from to to (exclusive) as one input and takes the step back.
type Try func(from, to int) Outcome

// Part is the head of an inbox: Skip messages that the flow ignores, then Count
// messages that are one input.
type Part struct {
	Skip, Count int
	Wait        Wait // zero: the input is complete
}

// Next returns the head of ms, in which nil stands for an item that is not a
// message. Skip or Count is at least 1.
func Next(ms []*message.In, s State, l Limits, try Try) Part {
	n := joinable(ms)
	if n == 0 || s.Muted {
		return Part{Count: 1}
	}
	if k := albumSize(ms[:n]); k > 1 || album(ms[0]) != "" {
		return Part{Count: k, Wait: waitFor(ms, k, l.Album, l)}
	}
	a := aggregator{ms: ms[:n], state: s, limits: l, try: try}
	r := a.read()
	if r.count > 1 && try(r.skip, r.skip+r.count).Panicked {
		return Part{Skip: r.skip, Count: 1} // one of them hits a defect of ours; the others must not share its fate
	}
	p := Part{Skip: r.skip, Count: r.count}
	if r.quiet != complete {
		p.Wait = waitFor(ms[r.skip:], r.count, r.quiet, l)
	}
	return p
}

type aggregator struct {
	ms     []*message.In
	state  State
	limits Limits
	try    Try
}

// reading is a Part before the wait is computed.
type reading struct {
	skip, count int
	quiet       time.Duration
}

// complete as a reading's quiet: the input does not wait, not even for messages
// that waited at the server.
const complete time.Duration = -1

func (a aggregator) read() reading {
	first := a.try(0, 1)
	switch {
	case first.Standalone || first.Panicked:
		return reading{0, 1, complete}
	case !a.state.Active:
		return a.readStart(first)
	case a.state.Question == NoQuestion:
		return reading{0, 1, complete}
	case a.state.Collect > 0:
		return reading{0, a.untilStandalone(), max(a.state.Collect, a.limits.Debounce)}
	case a.state.Question == Secret:
		return reading{0, 1, complete}
	case a.state.Question == Words:
		return a.readWords(first)
	}
	return a.readChoice(first)
}

// readStart reads the messages that start a flow. When it asks something,
// everything that was sent at once, or waited at the server, is one start.
func (a aggregator) readStart(first Outcome) reading {
	if !first.Asks {
		return reading{0, 1, complete}
	}
	n := burst(a.ms, true)
	if n > 1 && !a.try(0, n).Asks { // together they no longer match the trigger
		return reading{0, 1, complete}
	}
	return reading{0, n, a.limits.Debounce}
}

// readWords reads the answer to a question in words: the longest head of a burst
// that the question accepts.
func (a aggregator) readWords(first Outcome) reading {
	for n := burst(a.ms[:a.untilStandalone()], false); n > 1; n-- {
		if a.try(0, n).Understood {
			return reading{0, n, a.limits.Debounce}
		}
	}
	if first.Understood {
		return reading{0, 1, a.limits.Debounce}
	}
	return a.readChoice(first)
}

// readChoice reads the answer to a menu: the first message that picks an option,
// joined with the messages before it when they are understood together.
func (a aggregator) readChoice(first Outcome) reading {
	if first.Understood {
		if a.ms[0].Offline { // a message written before it may still arrive
			return reading{0, 1, 0}
		}
		return reading{0, 1, complete}
	}
	for n := 2; n <= len(a.ms); n++ {
		if a.try(0, n).Understood {
			return reading{0, n, 0}
		}
		if a.try(n-1, n).Understood {
			return reading{n - 1, 1, 0}
		}
	}
	if a.state.Sending { // written before the question was sent: not answering it means nothing
		return reading{len(a.ms), 0, complete}
	}
	return reading{0, len(a.ms), a.limits.Debounce}
}

// untilStandalone returns how many messages, at least one, precede one with a
// meaning of its own.
func (a aggregator) untilStandalone() int {
	for i := range a.ms[1:] {
		if a.try(i+1, i+2).Standalone {
			return i + 1
		}
	}
	return len(a.ms)
}
