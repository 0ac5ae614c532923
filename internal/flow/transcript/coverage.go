package transcript

import (
	"cmp"
	"slices"

	"recado/internal/flow"
	"recado/internal/flow/engine"
)

// Coverage is the share of a flow's nodes and branches that transcripts reached.
type Coverage struct {
	Flow     flow.ID
	Nodes    int      // all
	Branches int      // all exits of nodes that have several
	Missed   []string // "node" and "node.exit" that no transcript reached, sorted
}

// Percent returns the share that was reached, 0 to 100.
func (c Coverage) Percent() int {
	all := c.Nodes + c.Branches
	if all == 0 {
		return 100
	}
	return 100 * (all - len(c.Missed)) / all
}

// coverage collects the reached nodes and exits, by flow.
type coverage map[flow.ID]*reached

type reached struct {
	def     *flow.Def
	visited map[string]bool
}

func (c coverage) add(defs *flowVersions, events []engine.Event) {
	for _, def := range defs.Flows() {
		if c[def.ID] == nil {
			c[def.ID] = &reached{visited: map[string]bool{}}
		}
		c[def.ID].def = def
	}
	for _, e := range events {
		r := c[e.Flow]
		if r == nil {
			continue
		}
		switch e.Kind {
		case engine.NodeEntered:
			r.visited[string(e.Node)] = true
		case engine.Branch:
			r.visited[string(e.Node)+"."+e.Name] = true
		case engine.Chosen:
			r.visited[string(e.Node)+".options."+e.Name] = true
		case engine.AnswerSaved:
			r.visited[string(e.Node)+".next"] = true
		case engine.Answered:
			r.visited[string(e.Node)+".on_"+e.Name] = true
		default: // neither a node nor an exit
		}
	}
}

func (c coverage) sum() []Coverage {
	var out []Coverage
	for id, r := range c {
		x := Coverage{Flow: id}
		for _, node := range r.def.Order {
			x.Nodes++
			if !r.visited[string(node)] {
				x.Missed = append(x.Missed, string(node))
			}
			exits := r.def.Nodes[node].Exits()
			if len(exits) < 2 {
				continue
			}
			for _, e := range exits {
				if menuNext(r.def.Nodes[node], e.Name) {
					continue
				}
				x.Branches++
				if name := string(node) + "." + e.Name; !r.visited[name] {
					x.Missed = append(x.Missed, name)
				}
			}
		}
		slices.Sort(x.Missed)
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b Coverage) int { return cmp.Compare(a.Flow, b.Flow) })
	return out
}

// menuNext is the common exit of a menu's options; each option counts by itself.
func menuNext(n flow.Node, exit string) bool {
	return n.Type() == flow.TypeMenu && exit == "next"
}
