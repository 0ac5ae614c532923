package engine

import (
	"strconv"

	"recado/internal/flow"
)

func (m *evaluator) enterIf(n *flow.IfNode) flow.Ref {
	for i := range n.Cases {
		if m.holds(n.Cases[i].When) {
			m.event(Event{Kind: Branch, Name: "cases." + strconv.Itoa(i), Text: n.Cases[i].Title})
			return n.Cases[i].Next
		}
	}
	m.event(Event{Kind: Branch, Name: "else"})
	return n.Else
}
