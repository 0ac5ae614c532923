package flow

import "strconv"

// TypeSplit is the type of a SplitNode.
const TypeSplit NodeType = "split"

// SplitNode sends customers different ways by weight.
type SplitNode struct {
	Base
	Arms   []Arm
	Sticky string // contact, run
}

// Arm is one way of a SplitNode.
type Arm struct {
	Title  string
	Weight int
	Next   Ref
}

// Type returns TypeSplit.
func (*SplitNode) Type() NodeType { return TypeSplit }

// Exits returns "arms.0" …
func (n *SplitNode) Exits() []Exit {
	var es []Exit
	for i, a := range n.Arms {
		es = append(es, Exit{"arms." + strconv.Itoa(i), a.Next, immediate})
	}
	return es
}

func decodeSplit(o object, b Base) Node {
	n := &SplitNode{Base: b, Sticky: o.strOr("sticky", "contact")}
	o.each("arms", func(_ int, a object) {
		n.Arms = append(n.Arms, Arm{Title: a.str("title"), Weight: a.intOr("weight", 1), Next: a.ref("next", End)})
	})
	return n
}
