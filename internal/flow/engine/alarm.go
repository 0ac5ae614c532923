package engine

import "time"

// afterQuiet moves a moment out of the shop's quiet hours.
func (m *machine) afterQuiet(at Instant) Instant {
	q := m.env.Shop.QuietHours
	if q.From == q.To {
		return at
	}
	zone := m.env.Shop.Zone
	if zone == nil {
		zone = time.UTC
	}
	t := at.Time().In(zone)
	minute := t.Hour()*60 + t.Minute()
	inside := q.From <= minute && minute < q.To
	days := 0
	if q.From > q.To { // over midnight
		inside = minute >= q.From || minute < q.To
		if minute >= q.From {
			days = 1
		}
	}
	if !inside {
		return at
	}
	return At(time.Date(t.Year(), t.Month(), t.Day()+days, 0, q.To, 0, 0, zone))
}

// alarm sets the one timer of the conversation to the next moment anything is
// due. A timer that would come earlier stays: it finds nothing due and the next
// is set then, which is cheaper than one write for every message.
func (m *machine) alarm() {
	at := m.nextDue()
	t := m.r.Timer
	switch {
	case at == 0 && t != nil:
		m.effect(&CancelTimer{Token: t.Token})
		m.r.Timer = nil
	case at != 0 && (t == nil || t.Due > at):
		if t != nil {
			m.effect(&CancelTimer{Token: t.Token})
		}
		set := &SetTimer{Due: at}
		set.Token = m.effect(set)
		m.r.Timer = &PendingTimer{Token: set.Token, Due: at}
	}
}

// nextDue returns the next moment at which something happens by itself, 0 for never.
func (m *machine) nextDue() Instant {
	if p := m.r.Paused; p != nil {
		return earliest(p.NoAnswer, p.Until)
	}
	if !m.r.Active() {
		return 0
	}
	at := m.r.Expires
	if w := m.r.Wait; w != nil && w.Kind != ForReply {
		at = earliest(at, w.Until)
	}
	if n, i := m.nextNudge(); i >= 0 {
		at = earliest(at, n)
	}
	return max(at, m.now+1)
}

func earliest(a, b Instant) Instant {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
