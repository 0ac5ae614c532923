package flow

// TypeCall is the type of a CallNode.
const TypeCall NodeType = "call"

// CallNode runs another flow and comes back.
type CallNode struct {
	Base
	Flow   ID
	In     []Assign
	Out    []Out
	Next   Ref
	OnFail Ref
}

// Out copies a value that a called flow returned into a variable.
type Out struct{ Var, Return string }

// Type returns TypeCall.
func (*CallNode) Type() NodeType { return TypeCall }

// Exits returns next and on_fail.
func (n *CallNode) Exits() []Exit {
	return setExits(Exit{"next", n.Next, calledFlow}, Exit{"on_fail", n.OnFail, immediate})
}

func decodeCall(o object, b Base) Node {
	n := &CallNode{
		Base: b, Flow: ID(o.str("flow")), In: o.assigns("in", false),
		Next: o.ref("next", End), OnFail: o.ref("on_fail", o.c.settings.GiveUp),
	}
	if string(n.Flow) == asString(o.c.src.root["id"]) {
		o.c.issue(o.place("flow"), codeSelfCalled)
	} else {
		o.c.flowExists(o.place("flow"), n.Flow)
	}
	out, _ := o.sub("out")
	for _, name := range sortedKeys(out.m) {
		o.c.saves(out.place(name), name)
		n.Out = append(n.Out, Out{Var: name, Return: out.str(name)})
	}
	return n
}

// flowExists adds an issue when the shop has no flow id.
func (c *compiler) flowExists(at *place, id ID) {
	if c.reg.Flow == nil {
		return
	}
	if _, ok := c.reg.Flow(id); !ok {
		c.issue(at, codeUnknownFlow, string(id))
	}
}
