package engine

import (
	"time"

	"recado/internal/flow"
)

// apologyCovers is how long one apology covers the messages that waited together.
const apologyCovers = time.Minute

// isStale reports whether the message waited longer than the flow accepts.
func (m *step) isStale(def *flow.Def) bool {
	after := def.Settings.StaleAfter
	return after > 0 && m.msg != nil && m.msg.At != 0 && m.now.Sub(m.msg.At) > after
}

// repeatIfStale repeats the question, after an apology, when the answer waited so long
// that the question may have changed its meaning. It reports whether it did.
func (m *machine) repeatIfStale() bool {
	if m.r.Wait == nil || m.r.Wait.Kind != ForReply || !m.isStale(m.def) {
		return false
	}
	m.event(Event{Kind: Stale})
	if m.apologize(m.def) {
		m.askAgain()
	}
	return true
}

// apologize apologizes for a late answer, once for all messages that waited together.
func (m *sender) apologize(def *flow.Def) bool {
	if !m.isStale(def) || m.r.ApologizedAt != 0 && m.now.Sub(m.r.ApologizedAt) < apologyCovers {
		return false
	}
	m.r.ApologizedAt = m.now
	m.sendText(sayLate.InLocale(m.locale()))
	return true
}
