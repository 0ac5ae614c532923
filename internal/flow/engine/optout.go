package engine

import "time"

// optOut ends all automatic messages when the customer says so, and begins them
// again when the customer says that.
func (m *machine) optOut() bool {
	key := loose(m.text.Key)
	switch {
	case m.r.OptedOut != 0 && optInWords(key):
		m.r.OptedOut = 0
		m.event(Event{Kind: OptedIn, Text: key})
		m.contactPatch().Marketing = "opt_in"
		m.sayOwn(sayOptedIn)
		return true
	case m.r.OptedOut != 0:
		m.event(Event{Kind: Ignored, Name: "opted_out"})
		if m.r.Paused == nil && m.now.Sub(m.r.OptedOut) > 0 && m.now.Sub(m.r.ApologizedAt) > 24*time.Hour {
			m.r.ApologizedAt = m.now
			m.effect(&Notify{To: "owner", Reason: "opted_out_wrote"})
		}
		return false
	case len(key) < minOptOut:
		return false
	case optOutHard(key), optOutSoft(key) && !m.onScreenExactly():
		m.r.Epoch++
		m.sayOwn(sayOptedOut) // before the mark: it is the last thing said
		m.leaveList(key)
		return true
	}
	return false
}

// leaveList ends everything automatic for this contact.
func (m *machine) leaveList(key string) {
	m.event(Event{Kind: OptedOut, Text: key})
	m.endRun("opted_out")
	m.r.Suspended, m.r.Deferred, m.r.Question = nil, nil, nil
	m.contactPatch().Marketing = "opt_out"
	m.r.OptedOut = m.now
}
