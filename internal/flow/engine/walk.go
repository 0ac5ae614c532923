package engine

import "recado/internal/flow"

// follow walks from ref until the run waits or is over. An empty ref only
// settles a limit that was hit on the way.
func (m *machine) follow(ref flow.Ref) {
	for {
		if m.over != "" {
			ref = m.breach()
		}
		if ref == "" {
			return
		}
		if m.steps++; m.steps > MaxSteps+m.allowance {
			m.over = "steps"
			continue
		}
		ref = m.visit(ref)
	}
}

// visit goes to one place and returns where to go next, "" when the run waits or is over.
func (m *machine) visit(ref flow.Ref) flow.Ref {
	if m.def == nil {
		if m.r.Active() {
			m.handOver(&flow.HandoffNode{Resume: "after_close"}, "version_gone")
		}
		return ""
	}
	var id flow.NodeID
	switch ref {
	case flow.End:
		return m.endFrame("", nil)
	case flow.Human:
		m.handOver(&flow.HandoffNode{Resume: "after_close"}, m.reason())
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
		m.over = "dangling"
		return ""
	}
	m.frame().Node = n.Head().ID
	m.found.def, m.found.id, m.found.node = m.def, n.Head().ID, n
	m.r.Wait = nil
	m.event(Event{Kind: NodeEntered})
	return m.enter(n)
}

// reason says why a person is called: the limit that was hit, or the flow.
func (m *machine) reason() string {
	if m.breached {
		return "give_up"
	}
	return "flow"
}

// enter does what a node does when the run arrives at it.
func (m *machine) enter(n flow.Node) flow.Ref {
	switch n := n.(type) {
	case *flow.MessageNode:
		return m.enterMessage(n)
	case *flow.MenuNode:
		return m.enterMenu(n)
	case *flow.AskNode:
		return m.enterAsk(n)
	case *flow.IfNode:
		return m.enterIf(n)
	case *flow.SetNode:
		return m.enterSet(n)
	case *flow.GotoNode:
		return n.To
	case *flow.HTTPNode:
		return m.enterHTTP(n)
	case *flow.HoursNode:
		return m.enterHours(n)
	case *flow.DelayNode:
		return m.enterDelay(n)
	case *flow.WaitEventNode:
		return m.enterWaitEvent(n)
	case *flow.CallNode:
		return m.enterCall(n)
	case *flow.ContactNode:
		return m.enterContact(n)
	case *flow.HandoffNode:
		return m.enterHandoff(n)
	case *flow.NotifyNode:
		return m.enterNotify(n)
	case *flow.SplitNode:
		return m.enterSplit(n)
	case *flow.EndNode:
		return m.enterEnd(n)
	case *flow.AIReplyNode, *flow.AIAgentNode, *flow.TemplateNode, *flow.CatalogNode, *flow.OrderNode:
		m.over = "unsupported" // publish refuses them; see Supported
	}
	return ""
}

// back returns the question asked before the one that the run stands at.
func (m *machine) back() flow.NodeID {
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

// maxTrail is how many questions @back can go back.
const maxTrail = 8

// asked begins the wait for a reply at the node on top.
func (m *machine) asked() *Wait {
	f := m.frame()
	if len(f.Trail) == 0 || f.Trail[len(f.Trail)-1] != f.Node {
		from := max(0, len(f.Trail)+1-maxTrail)
		f.Trail = append(append(make([]flow.NodeID, 0, len(f.Trail)+1-from), f.Trail[from:]...), f.Node)
	}
	return m.await(Wait{Kind: ForReply, Since: m.now})
}

// breach settles the limit in m.over: notice to the owner, then the flow's
// give_up with a small allowance; the second breach of a step is a person's.
func (m *machine) breach() flow.Ref {
	limit := m.over
	m.over = ""
	m.event(Event{Kind: LimitHit, Name: limit})
	if m.breached || m.def == nil {
		m.handOver(&flow.HandoffNode{Resume: "after_close"}, "limit:"+limit)
		return ""
	}
	m.breached = true
	m.allowance += 10
	m.effect(&Notify{To: "owner", Reason: "limit:" + limit})
	if m.def.Settings.GiveUp == "" {
		return flow.Human
	}
	return m.def.Settings.GiveUp
}
