package flow

import (
	"time"
)

// Defaults of node fields, where the schema leaves them out.
const (
	defaultPage       = 9 // options of a text menu before "more": one digit each
	defaultHTTPWait   = 10 * time.Second
	maxHTTPWait       = 30 * time.Second
	defaultMaxBytes   = 256 << 10
	defaultAIWait     = 20 * time.Second
	defaultAIChars    = 600
	defaultAIHistory  = 10
	defaultTurns      = 12
	defaultToolCalls  = 6
	defaultTokens     = 20000
	defaultQuiet      = 30 * time.Minute
	defaultCatalogMax = 10
	defaultOrderItems = 50
)

// decodeNode reads one node of any type; the schema has seen its fields.
func (c *compiler) decodeNode(o object, id NodeID, st *Settings) Node {
	b := Base{ID: id, Title: o.str("title")}
	for _, w := range o.strs("was") {
		b.Was = append(b.Was, NodeID(w))
	}
	t := NodeType(o.str("type"))
	c.supports(o.at, NodeFeature(t), codeUnsupportedNode, string(t))
	switch t {
	case TypeMessage:
		return c.messageNode(o, b)
	case TypeMenu:
		return c.menuNode(o, b, st)
	case TypeAsk:
		return c.askNode(o, b, st)
	case TypeIf:
		return c.ifNode(o, b)
	case TypeSet:
		return c.setNode(o, b)
	case TypeHTTP:
		return c.httpNode(o, b, st)
	case TypeAIReply:
		return c.aiReplyNode(o, b, st)
	case TypeAIAgent:
		return c.aiAgentNode(o, b, st)
	case TypeHours:
		c.exists(o.place("calendar"), c.reg.Calendar, o.str("calendar"), codeUnknownCalendar)
		n := &HoursNode{Base: b, Calendar: o.str("calendar"), Open: o.ref("open", End), Closed: o.ref("closed", End)}
		n.Holiday = o.ref("holiday", n.Closed)
		return n
	case TypeDelay:
		return &DelayNode{
			Base: b, For: o.durOr("for", 0), Until: o.expr("until"), Typing: o.yes("typing"),
			OnMessage: o.strOr("on_message", "queue"), Next: o.ref("next", End),
		}
	case TypeWaitEvent:
		n := &WaitEventNode{
			Base: b, Event: o.str("event"), Timeout: o.durOr("timeout", 0), Save: o.save(),
			OnMessage: o.ref("on_message", ""), Next: o.ref("next", End),
		}
		n.OnTimeout = o.ref("on_timeout", n.Next)
		return n
	case TypeGoto:
		return &GotoNode{Base: b, To: o.ref("to", End)}
	case TypeCall:
		return c.callNode(o, b, st)
	case TypeContact:
		return &ContactNode{
			Base: b, AddTags: o.strs("add_tags"), RemoveTags: o.strs("remove_tags"), Fields: o.assigns("fields", false),
			Language: o.str("language"), Marketing: o.str("marketing"), Next: o.ref("next", End),
		}
	case TypeHandoff:
		return c.handoffNode(o, b)
	case TypeTemplate:
		return c.templateNode(o, b)
	case TypeCatalog:
		return c.catalogNode(o, b, st)
	case TypeOrder:
		return c.orderNode(o, b, st)
	case TypeNotify:
		return c.notifyNode(o, b)
	case TypeSplit:
		n := &SplitNode{Base: b, Sticky: o.strOr("sticky", "contact")}
		o.each("arms", func(_ int, a object) {
			n.Arms = append(n.Arms, Arm{Title: a.str("title"), Weight: a.intOr("weight", 1), Next: a.ref("next", End)})
		})
		return n
	default: // TypeEnd; the schema knows no other
		return &EndNode{Base: b, Say: o.say("say"), Outcome: o.str("outcome"), Returns: o.assigns("returns", false)}
	}
}

func (c *compiler) messageNode(o object, b Base) Node {
	n := &MessageNode{
		Base: b, Say: o.say("say"), Typing: o.yesOr("typing", true),
		IfWindowClosed: o.strOr("if_window_closed", "skip"), Template: o.str("template"), Next: o.ref("next", End),
	}
	if vs, ok := o.m["variants"].([]any); ok {
		c.supports(o.place("variants"), Variants, codeUnsupported, "variants")
		for i, v := range vs {
			n.Variants = append(n.Variants, c.say(o.place("variants").index(i), v))
		}
	}
	if n.IfWindowClosed == "template" {
		c.supports(o.place("if_window_closed"), WindowClosed, codeUnsupported, "if_window_closed")
		if n.Template == "" {
			c.issue(o.place("template"), codeMissing, "template")
		}
	}
	c.exists(o.place("template"), c.reg.Template, n.Template, codeUnknownTemplate)
	return n
}

// asking reads what menu, ask and catalog share; stockText is said when
// neither the node nor the flow says what an answer that does not fit gets.
func (o object) asking(st *Settings, stockText string) Asking {
	a := Asking{
		Tries: o.intOr("tries", st.Tries), Invalid: o.say("invalid"),
		OnInvalid: o.ref("on_invalid", st.GiveUp), Nudges: o.nudges(),
	}
	if a.Invalid == nil {
		a.Invalid = st.Invalid
	}
	if a.Invalid == nil {
		a.Invalid = stock(stockText, o.c.locale)
	}
	return a
}

func (o object) nudges() []Nudge {
	var ns []Nudge
	o.each("nudges", func(i int, n object) {
		if i == 0 {
			o.c.supports(o.place("nudges"), Nudges, codeUnsupported, "nudges")
		}
		ns = append(ns, Nudge{After: n.durOr("after", 0), Say: n.say("say"), Next: n.ref("next", "")})
	})
	return ns
}

func (c *compiler) ifNode(o object, b Base) Node {
	n := &IfNode{Base: b, Else: o.ref("else", End)}
	o.each("cases", func(_ int, k object) {
		n.Cases = append(n.Cases, Case{Title: k.str("title"), When: k.cond("when"), Next: k.ref("next", End)})
	})
	if !o.has("else") {
		c.issue(o.place("else"), codeNoElse)
	}
	return n
}

func (c *compiler) callNode(o object, b Base, st *Settings) Node {
	n := &CallNode{
		Base: b, Flow: ID(o.str("flow")), In: o.assigns("in", false),
		Next: o.ref("next", End), OnFail: o.ref("on_fail", st.GiveUp),
	}
	if string(n.Flow) == asString(c.src.root["id"]) {
		c.issue(o.place("flow"), codeSelfCalled)
	} else if c.reg.Flow != nil {
		if _, ok := c.reg.Flow(n.Flow); !ok {
			c.issue(o.place("flow"), codeUnknownFlow, string(n.Flow))
		}
	}
	out, _ := o.sub("out")
	for _, name := range sortedKeys(out.m) {
		c.save(out.place(name), name)
		n.Out = append(n.Out, Out{Var: name, Return: out.str(name)})
	}
	return n
}

func (c *compiler) handoffNode(o object, b Base) Node {
	n := &HandoffNode{
		Base: b, Queue: o.str("queue"), Say: o.say("say"), Note: o.text("note"), IfClosed: o.ref("if_closed", ""),
		Resume: o.strOr("resume", "after_close"), Quiet: o.durOr("quiet", defaultQuiet), OnResume: o.ref("on_resume", End),
	}
	if na, ok := o.sub("no_answer"); ok {
		n.NoAnswer = &NoAnswer{After: na.durOr("after", 0), Say: na.say("say"), Next: na.ref("next", "")}
		c.supports(na.at, RichHandoff, codeUnsupported, "no_answer")
	}
	if n.IfClosed != "" {
		c.supports(o.place("if_closed"), RichHandoff, codeUnsupported, "if_closed")
	}
	if n.Resume == "after_quiet" {
		c.supports(o.place("resume"), RichHandoff, codeUnsupported, "after_quiet")
	}
	c.exists(o.place("queue"), c.reg.Queue, n.Queue, codeUnknownQueue)
	return n
}

func (c *compiler) templateNode(o object, b Base) Node {
	n := &TemplateNode{
		Base: b, Template: o.str("template"), Language: o.str("language"), Category: o.strOr("category", "utility"),
		Fallback: o.text("fallback_text"), Next: o.ref("next", End),
	}
	n.OnFail = o.ref("on_fail", n.Next)
	for i, p := range o.strs("params") {
		n.Params = append(n.Params, c.text(o.place("params").index(i), p))
	}
	c.exists(o.place("template"), c.reg.Template, n.Template, codeUnknownTemplate)
	return n
}

func (c *compiler) catalogNode(o object, b Base, st *Settings) Node {
	n := &CatalogNode{
		Base: b, Asking: o.asking(st, "choice"), Show: o.str("show"), Query: o.expr("query"), Category: o.str("category"),
		Limit: o.intOr("limit", defaultCatalogMax), Say: o.say("say"), Save: o.save(), Render: o.strOr("render", "auto"),
		OnPick: o.ref("on_pick", End),
	}
	n.OnNone = o.ref("on_none", st.GiveUp)
	return n
}

func (c *compiler) orderNode(o object, b Base, st *Settings) Node {
	return &OrderNode{
		Base: b, Steps: o.strs("steps"), MinTotal: o.num("min_total"), DeliveryZones: o.str("delivery_zones"),
		Payments: o.strs("payments"), Review: o.say("review"), EditWords: folded(o.strs("edit_words")),
		MaxItems: o.intOr("max_items", defaultOrderItems), Save: o.save(), Nudges: o.nudges(),
		OnDone: o.ref("on_done", End), OnCancel: o.ref("on_cancel", End), OnFail: o.ref("on_fail", st.GiveUp),
	}
}

func (c *compiler) notifyNode(o object, b Base) Node {
	n := &NotifyNode{Base: b, To: o.strs("to"), Number: o.str("number"), Queue: o.str("queue"), Text: o.text("text"), Next: o.ref("next", End)}
	for _, to := range n.To {
		if (to == "number" || to == "queue") && o.str(to) == "" {
			c.issue(o.place(to), codeMissing, to)
		}
	}
	c.exists(o.place("queue"), c.reg.Queue, n.Queue, codeUnknownQueue)
	return n
}
