package flow

import (
	"time"

	"recado/internal/flow/expr"
)

// TypeDelay is the type of a DelayNode.
const TypeDelay NodeType = "delay"

// DelayNode waits: until Until (a time) when it is set and has a value, else For.
type DelayNode struct {
	Base
	For       time.Duration
	Until     *expr.Program
	Typing    bool
	OnMessage string // keep, cancel, queue
	Next      Ref
}

// Type returns TypeDelay.
func (*DelayNode) Type() NodeType { return TypeDelay }

// Exits returns next. The moment of Until may be past, so it may be brief.
func (n *DelayNode) Exits() []Exit {
	wait := afterWait(n.For)
	if n.Until != nil {
		wait = brief
	}
	return setExits(Exit{"next", n.Next, wait})
}

func decodeDelay(o object, b Base) Node {
	return &DelayNode{
		Base: b, For: o.durOr("for", 0), Until: o.expr("until"), Typing: o.bool("typing"),
		OnMessage: o.strOr("on_message", "queue"), Next: o.ref("next", End),
	}
}
