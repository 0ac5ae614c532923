package flow

import "time"

// TypeWaitEvent is the type of a WaitEventNode.
const TypeWaitEvent NodeType = "wait_event"

// WaitEventNode waits for an event from outside the chat.
type WaitEventNode struct {
	Base
	Event     string
	Timeout   time.Duration
	Save      string
	OnMessage Ref // "" = messages wait
	OnTimeout Ref
	Next      Ref
}

// Type returns TypeWaitEvent.
func (*WaitEventNode) Type() NodeType { return TypeWaitEvent }

// Exits returns next, on_timeout and on_message.
func (n *WaitEventNode) Exits() []Exit {
	return setExits(Exit{"next", n.Next, brief}, Exit{"on_timeout", n.OnTimeout, afterWait(n.Timeout)}, Exit{"on_message", n.OnMessage, long})
}

func decodeWaitEvent(o object, b Base) Node {
	n := &WaitEventNode{
		Base: b, Event: o.str("event"), Timeout: o.durOr("timeout", 0), Save: o.save(),
		OnMessage: o.ref("on_message", ""), Next: o.ref("next", End),
	}
	n.OnTimeout = o.ref("on_timeout", n.Next)
	return n
}
