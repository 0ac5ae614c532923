package engine

import "recado/internal/flow"

// enter enters a node and returns where to go next, "" when the run waits or is over.
// Every node type has a case here and a file node_<type>.go; gochecksumtype refuses a
// switch that forgets one.
func (m *machine) enter(n flow.Node) flow.Ref {
	switch n := n.(type) {
	case *flow.MessageNode:
		return m.enterMessage(n)
	case *flow.MenuNode:
		return m.menu(n).enter()
	case *flow.AskNode:
		return m.question(n).enter()
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
		m.limits.exceed("unsupported") // publishing refuses them: see Supported
	}
	return ""
}

// replyToNode takes the message for the answer to the question on top.
func (m *machine) replyToNode() flow.Ref {
	switch n := m.node().(type) {
	case *flow.MenuNode:
		return m.menu(n).reply()
	case *flow.AskNode:
		return m.question(n).reply()
	default: // the version changed below the run
		m.limits.exceed("dangling")
		return ""
	}
}
