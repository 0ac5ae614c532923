package engine

import "recado/internal/flow"

func (m *evaluator) enterNotify(n *flow.NotifyNode) flow.Ref {
	text := m.render(n.Text)
	for _, to := range n.To {
		e := &Notify{To: to, Text: text, Reason: "flow"}
		switch to {
		case "number":
			e.Number = n.Number
		case "queue":
			e.Queue = n.Queue
		}
		m.effect(e)
	}
	return n.Next
}
