package engine

import (
	"time"

	"recado/internal/understand"
)

// optOut ends all automatic messages on the words of understand.OptOut and resumes them
// on those of understand.OptIn. It reports whether the message was one.
func (m *machine) optOut() bool {
	key := loose(m.text.Key)
	switch {
	case m.r.OptedOut != 0 && understand.OptIn(key):
		m.r.OptedOut = 0
		m.event(Event{Kind: OptedIn, Text: key})
		m.patchContact().Marketing = "opt_in"
		m.sayPhrase(sayOptedIn)
		return true
	case m.r.OptedOut != 0:
		m.event(Event{Kind: Ignored, Name: "opted_out"})
		if m.r.Paused == nil && m.now.Sub(m.r.OptedOut) > 0 && m.now.Sub(m.r.ApologizedAt) > 24*time.Hour {
			m.r.ApologizedAt = m.now
			m.effect(&Notify{To: "owner", Reason: "opted_out_wrote"})
		}
		return false
	case len(key) < understand.MinOptOut:
		return false
	case understand.OptOut(key), understand.OptOutSoft(key) && !m.onScreenExactly():
		m.r.Epoch++
		m.sayPhrase(sayOptedOut) // first: nothing is sent to a contact that opted out
		m.optOutContact(key)
		return true
	}
	return false
}

// optOutContact ends the run and all automatic messages for this contact.
func (m *machine) optOutContact(key string) {
	m.event(Event{Kind: OptedOut, Text: key})
	m.endRun("opted_out")
	m.r.Suspended, m.r.Deferred, m.r.Question = nil, nil, nil
	m.patchContact().Marketing = "opt_out"
	m.r.OptedOut = m.now
}
