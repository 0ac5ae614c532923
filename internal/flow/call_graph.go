package flow

import (
	"slices"
	"strconv"
)

// MaxCalls is how many flows may be called one inside the other.
const MaxCalls = 8

// CheckCallers lists the published flows that publishing d would break: those
// that call it, directly or through others, and no longer compile beside the
// new version, because it no longer waits or calls back. all are the shop's
// published flows; reg is the registry that d was compiled with.
func CheckCallers(d *Def, reg Registry, all []*Def) []Issue {
	inner := reg.Flow
	reg.Flow = func(id ID) (*Def, bool) {
		if id == d.ID {
			return d, true
		}
		if inner != nil {
			return inner(id)
		}
		i := slices.IndexFunc(all, func(o *Def) bool { return o.ID == id })
		if i < 0 {
			return nil, false
		}
		return all[i], true
	}
	var issues []Issue
	for _, caller := range callers(d.ID, all) {
		_, found := Compile(caller.Doc, reg)
		if i := slices.IndexFunc(found, func(i Issue) bool { return i.Severity == SevError }); i >= 0 {
			why := found[i].In(d.Locale)
			issues = append(issues, problem("", codeBreaks, string(caller.ID), why.Message).In(d.Locale))
		}
	}
	return issues
}

// callers returns the flows that call id, directly or through others, in the
// order of all.
func callers(id ID, all []*Def) []*Def {
	reach := map[ID]bool{id: true}
	for grew := true; grew; {
		grew = false
		for _, d := range all {
			if !reach[d.ID] && slices.ContainsFunc(d.calls(), func(n *CallNode) bool { return reach[n.Flow] }) {
				reach[d.ID], grew = true, true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(d *Def) bool { return d.ID == id || !reach[d.ID] })
}

// calls returns the call nodes in document order.
func (d *Def) calls() []*CallNode {
	var nodes []*CallNode
	for _, id := range d.Order {
		if n, ok := d.Nodes[id].(*CallNode); ok {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// checkCalls adds an issue for flows that call each other in a circle or too deep.
func (c *compiler) checkCalls(d *Def) {
	if c.reg.Flow == nil {
		return
	}
	depths := map[ID]int{}
	for _, call := range d.calls() {
		path := "nodes." + string(call.ID) + ".flow"
		depth, circle := c.callDepth(call.Flow, []ID{d.ID}, depths)
		switch {
		case circle != nil:
			c.issues = append(c.issues, *problem(path, codeCallCycle, joinPath(circle)))
		case depth > MaxCalls:
			c.issues = append(c.issues, *problem(path, codeCallDepth, strconv.Itoa(MaxCalls)))
		}
	}
}

// callDepth returns how many flows are open when the deepest one called from
// id runs, or the circle of calls when there is one. stack holds the flows that
// are open already, depths the results so far.
func (c *compiler) callDepth(id ID, stack []ID, depths map[ID]int) (depth int, circle []ID) {
	if at := slices.Index(stack, id); at >= 0 {
		return 0, append(slices.Clone(stack[at:]), id)
	}
	if n, ok := depths[id]; ok {
		return n, nil
	}
	d, ok := c.reg.Flow(id)
	if !ok {
		return 1, nil
	}
	depth = 1
	for _, call := range d.calls() {
		n, circle := c.callDepth(call.Flow, append(slices.Clone(stack), id), depths)
		if circle != nil {
			return 0, circle
		}
		depth = max(depth, n+1)
	}
	depths[id] = depth
	return depth, nil
}

// latency returns how soon a run can leave n by e. stack holds the flows whose
// latency is being computed.
func (c *compiler) latency(n Node, e Exit, stack []ID) latency {
	if call, ok := n.(*CallNode); ok && e.latency == calledFlow {
		return c.calledLatency(call.Flow, stack)
	}
	return e.latency
}

// calledLatency returns the quickest way through another flow, from its start
// to its end. Without a registry it assumes a wait, so that nothing is refused;
// a flow that is not in the registry could end at once.
func (c *compiler) calledLatency(id ID, stack []ID) latency {
	if c.reg.Flow == nil {
		return long
	}
	if slices.Contains(stack, id) {
		return immediate
	}
	if l, ok := c.latencies[id]; ok {
		return l
	}
	d, ok := c.reg.Flow(id)
	if !ok {
		return immediate
	}
	stack = append(stack, id)
	quickest := immediate
	for quickest < long && !c.canEnd(d, quickest, stack) {
		quickest++
	}
	if c.latencies == nil {
		c.latencies = map[ID]latency{}
	}
	c.latencies[id] = quickest
	return quickest
}

// canEnd reports whether the flow can end by exits of at most this latency.
func (c *compiler) canEnd(d *Def, limit latency, stack []ID) bool {
	seen := map[NodeID]bool{d.Start: true}
	queue := []NodeID{d.Start}
	for len(queue) > 0 {
		n := d.Nodes[queue[0]]
		queue = queue[1:]
		if _, ends := n.(*EndNode); ends {
			return true
		}
		for _, e := range n.Exits() {
			if c.latency(n, e, stack) > limit {
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
