package flow

// TypeGoto is the type of a GotoNode.
const TypeGoto NodeType = "goto"

// GotoNode jumps.
type GotoNode struct {
	Base
	To Ref
}

// Type returns TypeGoto.
func (*GotoNode) Type() NodeType { return TypeGoto }

// Exits returns to.
func (n *GotoNode) Exits() []Exit { return setExits(Exit{"to", n.To, immediate}) }

func decodeGoto(o object, b Base) Node { return &GotoNode{Base: b, To: o.ref("to", End)} }
