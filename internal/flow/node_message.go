package flow

// TypeMessage is the type of a MessageNode.
const TypeMessage NodeType = "message"

// MessageNode says something and goes on.
type MessageNode struct {
	Base
	Say            Say
	Variants       []Say // other ways to say it; one of Say and Variants is chosen
	Typing         bool
	IfWindowClosed string // skip, template, fail
	Template       string
	Next           Ref
}

// Type returns TypeMessage.
func (*MessageNode) Type() NodeType { return TypeMessage }

// Exits returns next.
func (n *MessageNode) Exits() []Exit { return setExits(Exit{"next", n.Next, immediate}) }

func decodeMessage(o object, b Base) Node {
	n := &MessageNode{
		Base: b, Say: o.say("say"), Typing: o.boolOr("typing", true),
		IfWindowClosed: o.strOr("if_window_closed", "skip"), Template: o.str("template"), Next: o.ref("next", End),
	}
	if vs, ok := o.m["variants"].([]any); ok {
		o.c.supports(o.place("variants"), Variants, codeUnsupported, "variants")
		for i, v := range vs {
			n.Variants = append(n.Variants, o.c.say(o.place("variants").index(i), v))
		}
	}
	if n.IfWindowClosed == "template" {
		o.c.supports(o.place("if_window_closed"), WindowClosed, codeUnsupported, "if_window_closed")
		if n.Template == "" {
			o.c.issue(o.place("template"), codeMissing, "template")
		}
	}
	o.c.exists(o.place("template"), o.c.reg.Template, n.Template, codeUnknownTemplate)
	return n
}
