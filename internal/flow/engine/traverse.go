package engine

import "recado/internal/flow"

// traverse walks from ref until the run waits or is over. An empty ref
// only settles a limit that was exceeded.
func (m *machine) traverse(ref flow.Ref) {
	for {
		if m.limits.exceeded != "" {
			ref = m.giveUp()
		}
		if ref == "" {
			return
		}
		if !m.limits.enterNode() {
			continue
		}
		ref = m.visit(ref)
	}
}

// visit goes to one place and returns where to go next, "" when the run waits or is over.
func (m *machine) visit(ref flow.Ref) flow.Ref {
	if m.def == nil {
		if m.r.Active() {
			m.handoff().callHuman("version_gone")
		}
		return ""
	}
	var id flow.NodeID
	switch ref {
	case flow.End:
		return m.endFrame("", nil)
	case flow.Human:
		m.handoff().callHuman(m.handoffReason())
		return ""
	case flow.Start:
		id = m.def.Start
	case flow.Back:
		id = m.back()
	case flow.Retry:
		id = m.top().Node
	default:
		id = flow.NodeID(ref)
	}
	n, ok := m.def.Node(id)
	if !ok {
		m.limits.exceed("dangling")
		return ""
	}
	m.frame().Node = n.Head().ID
	m.lastNode.def, m.lastNode.id, m.lastNode.node = m.def, n.Head().ID, n
	m.r.Wait = nil
	m.event(Event{Kind: NodeEntered})
	return m.enter(n)
}

// back returns the question asked before the one that the run stands at.
func (m *step) back() flow.NodeID {
	f := m.frame()
	trail := f.Trail
	for len(trail) > 0 && trail[len(trail)-1] == f.Node {
		trail = trail[:len(trail)-1]
	}
	if len(trail) == 0 {
		return m.def.Start
	}
	id := trail[len(trail)-1]
	f.Trail = trail[: len(trail)-1 : len(trail)-1]
	return id
}
