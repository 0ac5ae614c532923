package engine

import "recado/internal/flow"

func (m *memory) enterSet(n *flow.SetNode) flow.Ref {
	for i := range n.Vars {
		m.set(n.Vars[i].Path, m.value(n.Vars[i].Value))
	}
	return n.Next
}
