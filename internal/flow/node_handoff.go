package flow

import "time"

// TypeHandoff is the type of a HandoffNode.
const TypeHandoff NodeType = "handoff"

const defaultQuiet = 30 * time.Minute

// HandoffNode hands the conversation to a person.
type HandoffNode struct {
	Base
	Queue    string
	Say      Say
	Note     *Text
	IfClosed Ref       // "" = hand over all the same
	NoAnswer *NoAnswer // nil = wait for ever
	Resume   string    // after_close, after_quiet, never
	Quiet    time.Duration
	OnResume Ref
}

// NoAnswer applies when no person takes the conversation.
type NoAnswer struct {
	After time.Duration
	Say   Say
	Next  Ref // "" = stay handed over
}

// Type returns TypeHandoff.
func (*HandoffNode) Type() NodeType { return TypeHandoff }

// Exits returns on_resume, if_closed and no_answer.
func (n *HandoffNode) Exits() []Exit {
	es := setExits(Exit{"on_resume", n.OnResume, long}, Exit{"if_closed", n.IfClosed, immediate})
	if n.NoAnswer != nil && n.NoAnswer.Next != "" {
		es = append(es, Exit{"no_answer", n.NoAnswer.Next, afterWait(n.NoAnswer.After)})
	}
	return es
}

func decodeHandoff(o object, b Base) Node {
	n := &HandoffNode{
		Base: b, Queue: o.str("queue"), Say: o.say("say"), Note: o.text("note"), IfClosed: o.ref("if_closed", ""),
		Resume: o.strOr("resume", "after_close"), Quiet: o.durOr("quiet", defaultQuiet), OnResume: o.ref("on_resume", End),
	}
	if na, ok := o.sub("no_answer"); ok {
		n.NoAnswer = &NoAnswer{After: na.durOr("after", 0), Say: na.say("say"), Next: na.ref("next", "")}
		o.c.supports(na.at, RichHandoff, codeUnsupported, "no_answer")
	}
	if n.IfClosed != "" {
		o.c.supports(o.place("if_closed"), RichHandoff, codeUnsupported, "if_closed")
	}
	if n.Resume == "after_quiet" {
		o.c.supports(o.place("resume"), RichHandoff, codeUnsupported, "after_quiet")
	}
	o.c.exists(o.place("queue"), o.c.reg.Queue, n.Queue, codeUnknownQueue)
	return n
}
