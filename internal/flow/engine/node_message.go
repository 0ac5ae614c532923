package engine

import "recado/internal/flow"

// enterMessage sends the text, or one of its variants.
func (m *sender) enterMessage(n *flow.MessageNode) flow.Ref {
	say := n.Say
	if k := len(n.Variants); k > 0 {
		if i := m.pick(k+1, string(n.ID)); i > 0 {
			say = n.Variants[i-1]
		}
	}
	m.say(say)
	return n.Next
}
