package flow

import (
	"slices"
	"strings"
	"time"
)

// pace is how long a run stays in a node before it leaves by an exit, as far
// as the termination proof cares.
type pace int

const (
	atOnce pace = iota // within the same step
	soon               // after a result or a short wait, without the customer
	waits              // after the customer, a person, or at least a minute
)

// patience is the shortest wait that keeps a cycle from being a flood.
const patience = time.Minute

func after(d time.Duration) pace {
	if d >= patience {
		return waits
	}
	return soon
}

// paceOf returns the pace of leaving n by the exit e. A question that may not
// be asked (skip_if_set, a menu whose options may all be hidden) counts as not
// waiting; @back always asks again, so it never closes a cycle by itself.
func (c *compiler) paceOf(n Node, e Exit) pace {
	if i, ok := strings.CutPrefix(e.Name, "nudges."); ok {
		return after(nudgesOf(n)[int(i[0]-'0')].After) // at most 4
	}
	switch n := n.(type) {
	case *MenuNode:
		if e.Name == "next" && n.mayBeEmpty() {
			return atOnce
		}
		return waits
	case *AskNode:
		if e.Name == "next" && n.SkipIfSet {
			return atOnce
		}
		return waits
	case *CatalogNode:
		if e.Name == "on_none" {
			return atOnce
		}
		return waits
	case *OrderNode:
		if e.Name == "on_fail" {
			return atOnce
		}
		return waits
	case *HTTPNode, *AIReplyNode, *AIAgentNode:
		return soon
	case *DelayNode:
		if n.Until != nil {
			return soon // the moment may be past
		}
		return after(n.For)
	case *WaitEventNode:
		switch e.Name {
		case "on_message":
			return waits
		case "on_timeout":
			return after(n.Timeout)
		}
		return soon
	case *CallNode:
		if e.Name == "on_fail" {
			return atOnce
		}
		return c.throughFlow(n.Flow, nil)
	case *HandoffNode:
		switch e.Name {
		case "if_closed":
			return atOnce
		case "no_answer":
			return after(n.NoAnswer.After)
		}
		return waits
	case *MessageNode, *IfNode, *SetNode, *HoursNode, *GotoNode, *ContactNode, *TemplateNode, *NotifyNode, *SplitNode, *EndNode:
		return atOnce
	}
	return atOnce
}

func nudgesOf(n Node) []Nudge {
	switch n := n.(type) {
	case *MenuNode:
		return n.Nudges
	case *AskNode:
		return n.Nudges
	case *CatalogNode:
		return n.Nudges
	case *OrderNode:
		return n.Nudges
	case *AIAgentNode:
		return n.Nudges
	}
	return nil
}

// mayBeEmpty reports whether no option may be left to show.
func (n *MenuNode) mayBeEmpty() bool {
	return !slices.ContainsFunc(n.Options, func(o Option) bool { return o.ShowIf == nil })
}

// throughFlow returns the quickest way through another flow, from its start to
// its end. Without a registry nothing is known, so nothing is refused; a flow
// that the registry does not know is as quick as can be.
func (c *compiler) throughFlow(id ID, inside []ID) pace {
	if c.reg.Flow == nil {
		return waits
	}
	if slices.Contains(inside, id) {
		return atOnce
	}
	if p, ok := c.paces[id]; ok {
		return p
	}
	d, ok := c.reg.Flow(id)
	if !ok {
		return atOnce
	}
	inside = append(inside, id)
	p := waits
	for limit := range waits {
		if c.reachesEnd(d, limit, inside) {
			p = limit
			break
		}
	}
	if c.paces == nil {
		c.paces = map[ID]pace{}
	}
	c.paces[id] = p
	return p
}

// reachesEnd reports whether the flow can end on exits of at most this pace.
func (c *compiler) reachesEnd(d *Def, limit pace, inside []ID) bool {
	seen := map[NodeID]bool{d.Start: true}
	queue := []NodeID{d.Start}
	for len(queue) > 0 {
		n := d.Nodes[queue[0]]
		queue = queue[1:]
		if _, ends := n.(*EndNode); ends {
			return true
		}
		for _, e := range n.Exits() {
			var p pace
			if call, ok := n.(*CallNode); ok && e.Name == "next" {
				p = c.throughFlow(call.Flow, inside)
			} else {
				p = c.paceOf(n, e)
			}
			if p > limit {
				continue
			}
			if e.To == End {
				return true
			}
			if to, ok := target(d, n, e.To); ok && !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	return false
}

// target returns the node that a reference leads to from n; ok is false when
// it leaves the flow, or goes back to a question.
func target(d *Def, n Node, r Ref) (NodeID, bool) {
	switch r {
	case Start:
		return d.Start, true
	case Retry:
		return n.Head().ID, true
	}
	return r.Node()
}
