package engine

import (
	"recado/internal/flow"
	"recado/internal/flow/hours"
)

func (m *step) enterHours(n *flow.HoursNode) flow.Ref {
	c := m.env.Shop.Hours
	if n.Calendar != "" {
		var ok bool
		if c, ok = m.env.Shop.Calendars[n.Calendar]; !ok {
			m.event(Event{Kind: Warned, Name: "no_calendar", Text: n.Calendar})
		}
	}
	exit, to := "closed", n.Closed
	switch c.State(m.env.Now) {
	case hours.Open:
		exit, to = "open", n.Open
	case hours.Holiday:
		exit, to = "holiday", n.Holiday
	case hours.Closed:
	}
	m.event(Event{Kind: Branch, Name: exit})
	return to
}
