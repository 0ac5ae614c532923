package flow

import (
	"strconv"
	"time"
)

// Ref is where an exit leads: a node's id or one of the special places. In a
// compiled definition it is never empty where the engine follows it.
type Ref string

// The special places.
const (
	End   Ref = "@end"   // the run ends; a called flow returns
	Human Ref = "@human" // handed to a person, as an empty handoff node would
	Start Ref = "@start" // the flow's start node
	Back  Ref = "@back"  // the question asked before this one
	Retry Ref = "@retry" // this node again
)

// Node returns the id when r names a node rather than a special place.
func (r Ref) Node() (NodeID, bool) {
	if r == "" || r[0] == '@' {
		return "", false
	}
	return NodeID(r), true
}

// Exit is a way out of a node. Name is stable: "next", "options.pedir",
// "cases.0", "else", "nudges.1", "on_invalid" …
type Exit struct {
	Name string
	To   Ref

	latency latency
}

// latency is how soon a run can leave a node by an exit; the termination proof
// is about exits that need no customer.
type latency int

const (
	immediate  latency = iota // within the same step
	brief                     // after a result or a short wait, without the customer
	long                      // after the customer, a person, or at least floodGuard
	calledFlow                // as soon as the called flow can end; see compiler.latency
)

// floodGuard is the shortest wait that keeps a cycle from being a flood.
const floodGuard = time.Minute

func afterWait(d time.Duration) latency {
	if d >= floodGuard {
		return long
	}
	return brief
}

// setExits leaves out the exits that lead nowhere.
func setExits(list ...Exit) []Exit {
	out := list[:0]
	for _, e := range list {
		if e.To != "" {
			out = append(out, e)
		}
	}
	return out
}

func nudgeExits(ns []Nudge) []Exit {
	var es []Exit
	for i, n := range ns {
		if n.Next != "" {
			es = append(es, Exit{"nudges." + strconv.Itoa(i), n.Next, afterWait(n.After)})
		}
	}
	return es
}
