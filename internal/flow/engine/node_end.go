package engine

import "recado/internal/flow"

func (m *machine) enterEnd(n *flow.EndNode) flow.Ref {
	m.say(n.Say)
	returns := make(map[string]any, len(n.Returns))
	for _, r := range n.Returns {
		returns[r.Path] = m.value(r.Value)
	}
	return m.endFrame(n.Outcome, returns)
}
