package flow

import (
	"slices"
	"strconv"
	"strings"
)

// MaxCalls is how many flows may be called one inside the other.
const MaxCalls = 8

// edge is one exit as a way between two nodes.
type edge struct {
	to   NodeID
	exit string
	pace pace
}

// terminates is the third pass. In the graph of exits taken at once there may
// be no cycle: within one step no node is visited twice. In the graph of exits
// taken without the customer there may be none either, or the flow would write
// on and on. Calls between flows may not go round at all.
func (c *compiler) terminates(d *Def) {
	graph := map[NodeID][]edge{}
	for _, id := range d.Order {
		n := d.Nodes[id]
		for _, e := range n.Exits() {
			if to, ok := target(d, n, e.To); ok {
				graph[id] = append(graph[id], edge{to, e.Name, c.paceOf(n, e)})
			}
		}
	}
	reported := map[NodeID]bool{}
	for _, check := range []struct {
		limit pace
		code  string
	}{{atOnce, codeLoop}, {soon, codeFlood}} {
		for _, comp := range components(d.Order, graph, check.limit) {
			if slices.ContainsFunc(comp, func(id NodeID) bool { return reported[id] }) {
				continue
			}
			way, exit := shortestCycle(comp, graph, check.limit)
			if way == nil {
				continue
			}
			closing := way[len(way)-1]
			for _, id := range way {
				reported[id] = true
			}
			names := make([]string, 0, len(way)+1)
			for _, id := range append(way, way[0]) {
				names = append(names, string(id))
			}
			c.issues = append(c.issues, *problem(exitPath(d, closing, exit), check.code, joinPath(names)))
		}
	}
	c.reachable(d, graph)
	c.calls(d)
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
func components(order []NodeID, graph map[NodeID][]edge, limit pace) [][]NodeID {
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
		for _, e := range graph[id] {
			if e.pace > limit {
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
// first node that has one, and the exit that closes it; nil when the component
// is one node without a way to itself.
func shortestCycle(comp []NodeID, graph map[NodeID][]edge, limit pace) (way []NodeID, exit string) {
	start := comp[0]
	from := map[NodeID]NodeID{}
	queue := []NodeID{start}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		for _, e := range graph[id] {
			if e.pace > limit || !slices.Contains(comp, e.to) {
				continue
			}
			if e.to == start {
				for at := id; at != start; at = from[at] {
					way = append(way, at)
				}
				way = append(way, start)
				slices.Reverse(way)
				return way, e.exit
			}
			if _, seen := from[e.to]; !seen {
				from[e.to] = id
				queue = append(queue, e.to)
			}
		}
	}
	return nil, ""
}

// reachable warns of nodes that nothing leads to.
func (c *compiler) reachable(d *Def, graph map[NodeID][]edge) {
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

// calls sees that flows do not call each other in a circle, nor too deep.
func (c *compiler) calls(d *Def) {
	if c.reg.Flow == nil {
		return
	}
	depth := map[ID]int{}
	for _, id := range d.Order {
		call, ok := d.Nodes[id].(*CallNode)
		if !ok {
			continue
		}
		path := "nodes." + string(id) + ".flow"
		deep, circle := c.callDepth(call.Flow, []ID{d.ID}, depth)
		switch {
		case circle != nil:
			names := make([]string, len(circle))
			for i, f := range circle {
				names[i] = string(f)
			}
			c.issues = append(c.issues, *problem(path, codeCallCycle, joinPath(names)))
		case deep > MaxCalls:
			c.issues = append(c.issues, *problem(path, codeCallDepth, strconv.Itoa(MaxCalls)))
		}
	}
}

// callDepth returns how many flows are open when the deepest one called from
// id runs, or the circle of calls when there is one.
func (c *compiler) callDepth(id ID, inside []ID, known map[ID]int) (deep int, circle []ID) {
	if at := slices.Index(inside, id); at >= 0 {
		return 0, append(slices.Clone(inside[at:]), id)
	}
	if n, ok := known[id]; ok {
		return n, nil
	}
	d, ok := c.reg.Flow(id)
	if !ok {
		return 1, nil
	}
	deep = 1
	for _, nid := range d.Order {
		if call, ok := d.Nodes[nid].(*CallNode); ok {
			n, circle := c.callDepth(call.Flow, append(slices.Clone(inside), id), known)
			if circle != nil {
				return 0, circle
			}
			deep = max(deep, n+1)
		}
	}
	known[id] = deep
	return deep, nil
}
