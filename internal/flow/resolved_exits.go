package flow

import (
	"strconv"
	"strings"
)

// ResolvedExit is an exit as a reader of a definition sees it.
type ResolvedExit struct {
	Name    string `json:"name"`
	To      Ref    `json:"to"`
	Default bool   `json:"default,omitempty"` // the definition leaves it out
}

// ResolveExits returns the exits of every node of a definition, those that it
// leaves out to a default included; empty for one that does not compile.
func ResolveExits(doc []byte) map[NodeID][]ResolvedExit {
	all := map[NodeID][]ResolvedExit{}
	def, _ := Compile(doc, Registry{})
	if def == nil {
		return all
	}
	root := tree(def)
	for id, n := range def.Nodes {
		all[id] = []ResolvedExit{}
		for _, e := range n.Exits() {
			all[id] = append(all[id], ResolvedExit{e.Name, e.To, !has(root, exitPath(def, id, e.Name))})
		}
	}
	return all
}

// has reports whether there is a value at a path of a document.
func has(v any, path string) bool {
	for key := range strings.SplitSeq(path, ".") {
		switch parent := v.(type) {
		case map[string]any:
			v = parent[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(parent) {
				return false
			}
			v = parent[i]
		}
	}
	return v != nil
}
