package transcript

import (
	"cmp"
	"slices"
	"strings"

	"recado/internal/flow"
	"recado/internal/flow/engine"
)

// Coverage says which nodes and branches of a flow the transcripts reached.
type Coverage struct {
	Flow     flow.ID
	Nodes    int      // all
	Branches int      // all ways out of nodes that have several
	Missed   []string // "node" and "node.exit" that no transcript reached, sorted
}

// Percent returns how much was reached, 0 to 100.
func (c Coverage) Percent() int {
	all := c.Nodes + c.Branches
	if all == 0 {
		return 100
	}
	return 100 * (all - len(c.Missed)) / all
}

// cover collects what was reached, by flow.
type cover map[flow.ID]*reached

type reached struct {
	def  *flow.Def
	been map[string]bool
}

func (c cover) add(defs *shelf, events []engine.Event) {
	for _, def := range defs.Flows() {
		if c[def.ID] == nil {
			c[def.ID] = &reached{been: map[string]bool{}}
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
			r.been[string(e.Node)] = true
		case engine.Branch:
			r.been[string(e.Node)+"."+e.Name] = true
		case engine.Chosen:
			r.been[string(e.Node)+".options."+e.Name] = true
		case engine.AnswerSaved:
			r.been[string(e.Node)+".next"] = true
		case engine.Answered:
			r.been[string(e.Node)+".on_"+e.Name] = true
		default: // no way through a flow
		}
	}
}

func (c cover) sum() []Coverage {
	var out []Coverage
	for id, r := range c {
		x := Coverage{Flow: id}
		for _, node := range r.def.Order {
			x.Nodes++
			if !r.been[string(node)] {
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
				if name := string(node) + "." + e.Name; !r.been[name] {
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

// menuNext leaves out the common way of a menu's options: each option counts by itself.
func menuNext(n flow.Node, exit string) bool {
	return n.Type() == flow.TypeMenu && !strings.Contains(exit, ".") && exit == "next"
}
