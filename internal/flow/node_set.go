package flow

import "strings"

// TypeSet is the type of a SetNode.
const TypeSet NodeType = "set"

// SetNode computes variables. Vars is in evaluation order: a value that uses
// another variable of the same node comes after it, whatever the document's
// order; a value that uses its own name sees the old value.
type SetNode struct {
	Base
	Vars []Assign
	Next Ref
}

// Type returns TypeSet.
func (*SetNode) Type() NodeType { return TypeSet }

// Exits returns next.
func (n *SetNode) Exits() []Exit { return setExits(Exit{"next", n.Next, immediate}) }

func decodeSet(o object, b Base) Node {
	ordered, cycle := sortAssigns(o.assigns("vars", true))
	if cycle != nil {
		o.c.issue(o.place("vars"), codeSetCycle, joinPath(cycle))
	}
	return &SetNode{Base: b, Vars: ordered, Next: o.ref("next", End)}
}

// sortAssigns is a depth-first topological order; as is sorted by name, so the
// result is the same for every document order. A value that uses its own name
// uses the old value and depends on nothing.
func sortAssigns(as []Assign) (ordered []Assign, cycle []string) {
	const (
		unvisited = iota
		onStack
		done
	)
	state := make([]int, len(as))
	var stack []string
	var visit func(i int)
	visit = func(i int) {
		state[i] = onStack
		stack = append(stack, as[i].Path)
		for j := range as {
			if i == j || !as[i].Value.reads(as[j].Path) {
				continue
			}
			if state[j] == onStack && cycle == nil {
				cycle = append(append([]string{}, stack...), as[j].Path)
			}
			if state[j] == unvisited {
				visit(j)
			}
		}
		stack = stack[:len(stack)-1]
		state[i] = done
		ordered = append(ordered, as[i])
	}
	for i := range as {
		if state[i] == unvisited {
			visit(i)
		}
	}
	return ordered, cycle
}

// reads reports whether the value is computed from path or a part or whole of it.
func (v *Value) reads(path string) bool {
	for _, n := range v.names() {
		if n == path || strings.HasPrefix(n, path+".") || strings.HasPrefix(path, n+".") {
			return true
		}
	}
	return false
}

func (v *Value) names() []string {
	var names []string
	if v.prog != nil {
		names = v.prog.Names()
	}
	if v.tmpl != nil {
		names = v.tmpl.Names()
	}
	for _, x := range v.list {
		names = append(names, x.names()...)
	}
	for _, f := range v.fields {
		names = append(names, f.value.names()...)
	}
	return names
}
