package engine

import "recado/internal/flow"

// enterHandoff hands the conversation to a person, or leaves by if_closed.
func (m *machine) enterHandoff(n *flow.HandoffNode) flow.Ref {
	if n.IfClosed != "" && !m.env.Shop.Hours.Open(m.env.Now) {
		m.event(Event{Kind: Branch, Name: "if_closed"})
		return n.IfClosed
	}
	m.handoff().start(n, m.handoffReason())
	return ""
}
