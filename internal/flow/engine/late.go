package engine

import (
	"strconv"
	"time"

	"recado/internal/flow"
)

func itoa(n int) string { return strconv.Itoa(n) }

// sorryFor is how long one apology covers the messages that waited together.
const sorryFor = time.Minute

// stale reports whether a message waited longer than a flow takes answers for fresh.
func (m *machine) stale(def *flow.Def) bool {
	after := def.Settings.StaleAfter
	return after > 0 && m.msg != nil && m.msg.At != 0 && m.now.Sub(m.msg.At) > after
}

// late treats an answer that waited too long: the question may have changed its
// meaning since, so it is asked again after an apology.
func (m *machine) late(_ *Message) bool {
	if m.r.Wait == nil || m.r.Wait.Kind != ForReply || !m.stale(m.def) {
		return false
	}
	m.event(Event{Kind: Stale})
	if m.apologise(m.def) {
		m.repeat()
	}
	return true
}

// apologise says sorry for a late answer, once for all that waited together.
func (m *machine) apologise(def *flow.Def) bool {
	if !m.stale(def) || m.r.ApologizedAt != 0 && m.now.Sub(m.r.ApologizedAt) < sorryFor {
		return false
	}
	m.r.ApologizedAt = m.now
	m.sendText(sayLate.in(m.locale()))
	return true
}
