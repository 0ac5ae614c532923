package engine

import "recado/internal/flow"

// enterCall runs another flow with variables of its own.
func (m *machine) enterCall(n *flow.CallNode) flow.Ref {
	def, ok := m.defs.Published(n.Flow)
	if !ok {
		m.event(Event{Kind: Warned, Name: "no_flow", Text: string(n.Flow)})
		return n.OnFail
	}
	if len(m.r.Stack) >= MaxDepth {
		m.event(Event{Kind: LimitHit, Name: "depth"})
		return n.OnFail
	}
	in := make([]any, len(n.In))
	for i := range n.In {
		in[i] = m.value(n.In[i].Value)
	}
	m.frame()
	m.r.Stack = append(m.r.Stack, newFrame(def))
	m.ownVars = true
	m.open()
	for i := range n.In {
		m.set(n.In[i].Path, in[i])
	}
	m.event(Event{Kind: Started, Rule: "call"})
	return flow.Start
}

// returnToCaller ends a called flow and goes on in its caller.
func (m *machine) returnToCaller(returns map[string]any) flow.Ref {
	m.event(Event{Kind: Ended, Rule: "call"})
	called := m.top().Flow
	m.popFrame()
	m.open()
	m.event(Event{Kind: Returned, Name: string(called)})
	n, ok := m.node().(*flow.CallNode)
	if !ok {
		m.limits.exceed("dangling")
		return ""
	}
	for _, o := range n.Out {
		m.set(o.Var, returns[o.Return])
	}
	return n.Next
}
