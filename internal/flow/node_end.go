package flow

// TypeEnd is the type of an EndNode.
const TypeEnd NodeType = "end"

// EndNode ends the run.
type EndNode struct {
	Base
	Say     Say
	Outcome string
	Returns []Assign
}

// Type returns TypeEnd.
func (*EndNode) Type() NodeType { return TypeEnd }

// Exits returns nothing.
func (*EndNode) Exits() []Exit { return nil }

func decodeEnd(o object, b Base) Node {
	return &EndNode{Base: b, Say: o.say("say"), Outcome: o.str("outcome"), Returns: o.assigns("returns", false)}
}
