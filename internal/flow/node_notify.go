package flow

// TypeNotify is the type of a NotifyNode.
const TypeNotify NodeType = "notify"

// NotifyNode tells people or programs of the shop.
type NotifyNode struct {
	Base
	To     []string // owner, queue, number, webhook
	Number string
	Queue  string
	Text   *Text
	Next   Ref
}

// Type returns TypeNotify.
func (*NotifyNode) Type() NodeType { return TypeNotify }

// Exits returns next.
func (n *NotifyNode) Exits() []Exit { return setExits(Exit{"next", n.Next, immediate}) }

func decodeNotify(o object, b Base) Node {
	n := &NotifyNode{Base: b, To: o.strs("to"), Number: o.str("number"), Queue: o.str("queue"), Text: o.text("text"), Next: o.ref("next", End)}
	for _, to := range n.To {
		if (to == "number" || to == "queue") && o.str(to) == "" {
			o.c.issue(o.place(to), codeMissing, to)
		}
	}
	o.c.exists(o.place("queue"), o.c.reg.Queue, n.Queue, codeUnknownQueue)
	return n
}
