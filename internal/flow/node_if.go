package flow

import "strconv"

// TypeIf is the type of an IfNode.
const TypeIf NodeType = "if"

// IfNode goes the way of the first case that holds.
type IfNode struct {
	Base
	Cases []Case
	Else  Ref
}

// Case is one branch of an IfNode.
type Case struct {
	Title string
	When  *Cond
	Next  Ref
}

// Type returns TypeIf.
func (*IfNode) Type() NodeType { return TypeIf }

// Exits returns "cases.0" … and else.
func (n *IfNode) Exits() []Exit {
	var es []Exit
	for i, c := range n.Cases {
		es = append(es, Exit{"cases." + strconv.Itoa(i), c.Next, immediate})
	}
	return append(es, Exit{"else", n.Else, immediate})
}

func decodeIf(o object, b Base) Node {
	n := &IfNode{Base: b, Else: o.ref("else", End)}
	o.each("cases", func(_ int, k object) {
		n.Cases = append(n.Cases, Case{Title: k.str("title"), When: k.cond("when"), Next: k.ref("next", End)})
	})
	if !o.has("else") {
		o.c.issue(o.place("else"), codeNoElse)
	}
	return n
}
