package flow

import (
	"slices"
	"strconv"
	"strings"
)

// edge is one exit as a way between two nodes.
type edge struct {
	to      NodeID
	exit    string
	latency latency
}

// exitGraph holds the exits of every node that lead to a node of the flow.
type exitGraph map[NodeID][]edge

// checkTermination is the third pass. The graph of immediate exits has no cycle:
// within one step no node is visited twice. The graph of exits without the
// customer has none either, or the flow would send without end. Calls between
// flows do not go in a circle at all.
func (c *compiler) checkTermination(d *Def) {
	graph := exitGraph{}
	for _, id := range d.Order {
		n := d.Nodes[id]
		for _, e := range n.Exits() {
			if to, ok := target(d, n, e.To); ok {
				graph[id] = append(graph[id], edge{to, e.Name, c.latency(n, e, nil)})
			}
		}
	}
	reported := map[NodeID]bool{}
	for _, check := range []struct {
		limit latency
		code  string
	}{{immediate, codeLoop}, {brief, codeFlood}} {
		for _, comp := range graph.components(d.Order, check.limit) {
			if slices.ContainsFunc(comp, func(id NodeID) bool { return reported[id] }) {
				continue
			}
			cycle, exit := graph.shortestCycle(comp, check.limit)
			if cycle == nil {
				continue
			}
			for _, id := range cycle {
				reported[id] = true
			}
			at := exitPath(d, cycle[len(cycle)-1], exit)
			c.issues = append(c.issues, *problem(at, check.code, joinPath(append(cycle, cycle[0]))))
		}
	}
	c.checkReachable(d, graph)
	c.checkCalls(d)
}

// target returns the node that a reference leads to from n; ok is false when
// it leaves the flow or goes back to a question.
func target(d *Def, n Node, r Ref) (id NodeID, ok bool) {
	switch r {
	case Start:
		return d.Start, true
	case Retry:
		return n.Head().ID, true
	}
	return r.Node()
}

// exitPath is the place in the document where an exit is written.
func exitPath(d *Def, id NodeID, exit string) string {
	path := "nodes." + string(id) + "."
	kind, which, nested := strings.Cut(exit, ".")
	if !nested {
		if exit == "no_answer" {
			exit += ".next"
		}
		return path + exit
	}
	if menu, ok := d.Nodes[id].(*MenuNode); ok && kind == "options" {
		which = strconv.Itoa(slices.IndexFunc(menu.Options, func(o Option) bool { return o.ID == which }))
	}
	return path + kind + "." + which + ".next"
}

// components returns Tarjan's strongly connected components of the graph of
// edges up to limit, each in document order.
func (g exitGraph) components(order []NodeID, limit latency) [][]NodeID {
	index, low := map[NodeID]int{}, map[NodeID]int{}
	onStack := map[NodeID]bool{}
	var stack []NodeID
	var out [][]NodeID
	var visit func(id NodeID)
	visit = func(id NodeID) {
		index[id] = len(index) + 1
		low[id] = index[id]
		stack = append(stack, id)
		onStack[id] = true
		for _, e := range g[id] {
			if e.latency > limit {
				continue
			}
			if index[e.to] == 0 {
				visit(e.to)
				low[id] = min(low[id], low[e.to])
			} else if onStack[e.to] {
				low[id] = min(low[id], index[e.to])
			}
		}
		if low[id] != index[id] {
			return
		}
		at := slices.Index(stack, id)
		comp := slices.Clone(stack[at:])
		stack = stack[:at]
		for _, m := range comp {
			onStack[m] = false
		}
		slices.SortFunc(comp, func(a, b NodeID) int { return slices.Index(order, a) - slices.Index(order, b) })
		out = append(out, comp)
	}
	for _, id := range order {
		if index[id] == 0 {
			visit(id)
		}
	}
	return out
}

// shortestCycle returns the nodes of a shortest cycle through the component's
// first node, and the exit that closes it; nil when the component is one node
// without a way to itself.
func (g exitGraph) shortestCycle(comp []NodeID, limit latency) (cycle []NodeID, exit string) {
	start := comp[0]
	from := map[NodeID]NodeID{}
	queue := []NodeID{start}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		for _, e := range g[id] {
			if e.latency > limit || !slices.Contains(comp, e.to) {
				continue
			}
			if e.to == start {
				for at := id; at != start; at = from[at] {
					cycle = append(cycle, at)
				}
				cycle = append(cycle, start)
				slices.Reverse(cycle)
				return cycle, e.exit
			}
			if _, seen := from[e.to]; !seen {
				from[e.to] = id
				queue = append(queue, e.to)
			}
		}
	}
	return nil, ""
}

// checkReachable warns of nodes that nothing leads to.
func (c *compiler) checkReachable(d *Def, graph exitGraph) {
	seen := map[NodeID]bool{}
	var visit func(id NodeID)
	visit = func(id NodeID) {
		if seen[id] {
			return
		}
		seen[id] = true
		for _, e := range graph[id] {
			visit(e.to)
		}
	}
	visit(d.Start)
	roots := []Ref{d.Settings.GiveUp, d.Settings.ExpireNext}
	for _, t := range d.Triggers {
		roots = append(roots, t.Start)
	}
	for _, cmd := range d.Commands {
		roots = append(roots, cmd.Do)
	}
	for _, r := range roots {
		if id, ok := r.Node(); ok {
			visit(id)
		}
	}
	for _, id := range d.Order {
		if !seen[id] {
			c.issues = append(c.issues, *problem("nodes."+string(id), codeUnreachable, string(id)))
		}
	}
}

// joinPath writes a way through nodes or flows.
func joinPath[S ~string](ids []S) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	return strings.Join(names, " → ")
}
