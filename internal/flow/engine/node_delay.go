package engine

import (
	"time"

	"recado/internal/flow"
)

// maxTyping is the longest delay that shows "typing…": WhatsApp stops
// showing it after some 25 seconds by itself.
const maxTyping = 30 * time.Second

// enterDelay waits a while, or until a moment that an expression gives.
func (m *evaluator) enterDelay(n *flow.DelayNode) flow.Ref {
	until := m.now.Add(n.For)
	if n.Until != nil {
		if t, ok := m.moment(m.result(n.Until)); ok {
			until = min(At(t), m.now.Add(maxLife))
		}
	}
	if until <= m.now {
		m.event(Event{Kind: Branch, Name: "next", Rule: "past"})
		return n.Next
	}
	m.waitFor(Wait{Kind: ForTimer, Since: m.now, Until: until, Typing: n.Typing && until <= m.now.Add(maxTyping)})
	return ""
}

// duringDelay treats a message that comes while a delay runs.
func (m *machine) duringDelay() {
	n, ok := m.node().(*flow.DelayNode)
	if !ok {
		m.limits.exceed("dangling")
		m.traverse("")
		return
	}
	switch n.OnMessage {
	case "cancel": // the customer is back: the next node answers the message
		m.deferred().add()
		m.r.Wait = nil
		m.event(Event{Kind: Branch, Name: "next", Rule: "message"})
		m.traverse(n.Next)
	case "keep":
		m.event(Event{Kind: Ignored, Name: "delay"})
	default:
		m.deferred().add()
	}
}
