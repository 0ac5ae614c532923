package engine

import (
	"strconv"

	"recado/internal/flow"
)

// enterSplit sends customers different ways by weight: the same contact, or the
// same run, always the same way.
func (m *step) enterSplit(n *flow.SplitNode) flow.Ref {
	total := 0
	for _, a := range n.Arms {
		total += a.Weight
	}
	who := string(m.env.Shop.ID) + "|" + m.env.Conversation + "|" + string(m.def.ID) + "|" + string(n.ID)
	if n.Sticky == "run" {
		who += "|" + m.r.ID
	}
	at := int(hash(Key(m.env.Shop.ID, who, "split", 0, 0)) % uint32(max(1, total)))
	for i, a := range n.Arms {
		if at -= a.Weight; at < 0 {
			m.event(Event{Kind: Branch, Name: "arms." + strconv.Itoa(i), Text: a.Title})
			return a.Next
		}
	}
	return flow.End
}
