package engine

import (
	"strconv"
	"time"

	"recado/internal/flow"
)

func itoa(n int) string { return strconv.Itoa(n) }

// apologyCovers is how long one apology covers the messages that waited together.
const apologyCovers = time.Minute

// isStale reports whether a message waited longer than a flow takes answers for fresh.
func (m *step) isStale(def *flow.Def) bool {
	after := def.Settings.StaleAfter
	return after > 0 && m.msg != nil && m.msg.At != 0 && m.now.Sub(m.msg.At) > after
}

// repeatIfStale treats an answer that waited too long: the question may have changed its
// meaning since, so it is asked again after an apology.
func (m *machine) repeatIfStale(_ *Message) bool {
	if m.r.Wait == nil || m.r.Wait.Kind != ForReply || !m.isStale(m.def) {
		return false
	}
	m.event(Event{Kind: Stale})
	if m.apologize(m.def) {
		m.askAgain()
	}
	return true
}

// apologize says sorry for a late answer, once for all that waited together.
func (m *sender) apologize(def *flow.Def) bool {
	if !m.isStale(def) || m.r.ApologizedAt != 0 && m.now.Sub(m.r.ApologizedAt) < apologyCovers {
		return false
	}
	m.r.ApologizedAt = m.now
	m.sendText(sayLate.in(m.locale()))
	return true
}
