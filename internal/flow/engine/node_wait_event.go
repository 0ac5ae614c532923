package engine

import "recado/internal/flow"

// enterWaitEvent waits for something outside the chat.
func (m *step) enterWaitEvent(n *flow.WaitEventNode) flow.Ref {
	m.waitFor(Wait{Kind: ForEvent, Since: m.now, Until: m.now.Add(n.Timeout)})
	return ""
}

// duringEvent treats a message that comes while an event is awaited.
func (m *machine) duringEvent() {
	n, ok := m.node().(*flow.WaitEventNode)
	if !ok {
		m.limits.exceed("dangling")
		m.traverse("")
		return
	}
	if n.OnMessage == "" {
		m.deferred().add()
		return
	}
	m.event(Event{Kind: Branch, Name: "on_message"})
	m.r.Wait = nil
	m.traverse(n.OnMessage)
}
