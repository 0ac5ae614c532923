package engine

import "recado/internal/flow"

// Limits of a conversation. Exceeding one is a limit_hit event, a notice to the owner
// and the give_up exit.
const (
	MaxState     = 64 << 10 // bytes of a Run as JSON
	MaxVars      = 48 << 10 // bytes of all variables as JSON
	MaxSteps     = 100      // nodes entered per input
	MaxSends     = 10       // messages per input
	MaxInputs    = 500      // messages of the customer per run
	MaxDepth     = 8        // flows called within each other
	MaxSuspended = 2        // interrupted runs kept
	MaxDeferred  = 20       // messages kept while a result is awaited

	maxEvents = 400 // lines in the trace of one step
)

// limits counts what one step does. A limit that was exceeded is settled by the next
// traverse: see giveUp.
type limits struct {
	exceeded  string // "" = none
	steps     int    // nodes entered
	sends     int    // messages sent
	allowance int    // further nodes, and a third as many messages, for the way out
	breached  bool   // the way out is being taken
	farewell  bool   // the one message beyond a rate limit was sent
}

func (l *limits) exceed(name string) { l.exceeded = name }

// enterNode counts a node; it reports false when there were too many.
func (l *limits) enterNode() bool {
	if l.steps++; l.steps > MaxSteps+l.allowance {
		l.exceed("steps")
		return false
	}
	return true
}

// maySend reports whether one more message is allowed.
func (l *limits) maySend() bool {
	if l.sends >= MaxSends+l.allowance/3 {
		l.exceed("sends")
		return false
	}
	return true
}

// handoffReason returns why the flow calls a person.
func (m *machine) handoffReason() string {
	if m.limits.breached {
		return "give_up"
	}
	return "flow"
}

// giveUp settles the limit that was exceeded: it notifies the owner and leaves through
// the flow's give_up with a small allowance. The second limit of a step calls a person.
func (m *machine) giveUp() flow.Ref {
	limit := m.limits.exceeded
	m.limits.exceeded = ""
	m.event(Event{Kind: LimitHit, Name: limit})
	if m.limits.breached || m.def == nil {
		m.handoff().callHuman("limit:" + limit)
		return ""
	}
	m.limits.breached = true
	m.limits.allowance += 10
	m.effect(&Notify{To: "owner", Reason: "limit:" + limit})
	if m.def.Settings.GiveUp == "" {
		return flow.Human
	}
	return m.def.Settings.GiveUp
}
