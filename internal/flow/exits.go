package flow

import "strconv"

// Type returns the node's type.
func (*MessageNode) Type() NodeType   { return TypeMessage }
func (*MenuNode) Type() NodeType      { return TypeMenu }
func (*AskNode) Type() NodeType       { return TypeAsk }
func (*IfNode) Type() NodeType        { return TypeIf }
func (*SetNode) Type() NodeType       { return TypeSet }
func (*HTTPNode) Type() NodeType      { return TypeHTTP }
func (*AIReplyNode) Type() NodeType   { return TypeAIReply }
func (*AIAgentNode) Type() NodeType   { return TypeAIAgent }
func (*HoursNode) Type() NodeType     { return TypeHours }
func (*DelayNode) Type() NodeType     { return TypeDelay }
func (*WaitEventNode) Type() NodeType { return TypeWaitEvent }
func (*GotoNode) Type() NodeType      { return TypeGoto }
func (*CallNode) Type() NodeType      { return TypeCall }
func (*ContactNode) Type() NodeType   { return TypeContact }
func (*HandoffNode) Type() NodeType   { return TypeHandoff }
func (*TemplateNode) Type() NodeType  { return TypeTemplate }
func (*CatalogNode) Type() NodeType   { return TypeCatalog }
func (*OrderNode) Type() NodeType     { return TypeOrder }
func (*NotifyNode) Type() NodeType    { return TypeNotify }
func (*SplitNode) Type() NodeType     { return TypeSplit }
func (*EndNode) Type() NodeType       { return TypeEnd }

// exits leaves out the ways that are not set.
func exits(list ...Exit) []Exit {
	out := list[:0]
	for _, e := range list {
		if e.To != "" {
			out = append(out, e)
		}
	}
	return out
}

func nudgeExits(ns []Nudge) []Exit {
	var es []Exit
	for i, n := range ns {
		if n.Next != "" {
			es = append(es, Exit{"nudges." + strconv.Itoa(i), n.Next})
		}
	}
	return es
}

func (a *Asking) exits() []Exit {
	return append([]Exit{{"on_invalid", a.OnInvalid}}, nudgeExits(a.Nudges)...)
}

// Exits returns every way out, in document order, defaults included.
func (n *MessageNode) Exits() []Exit { return exits(Exit{"next", n.Next}) }

// Exits returns one way for each option, then next, on_invalid and nudges.
func (n *MenuNode) Exits() []Exit {
	var es []Exit
	for _, o := range n.Options {
		es = append(es, Exit{"options." + o.ID, o.Next})
	}
	return append(append(es, Exit{"next", n.Next}), n.exits()...)
}

// Exits returns next, on_invalid and nudges.
func (n *AskNode) Exits() []Exit { return append([]Exit{{"next", n.Next}}, n.exits()...) }

// Exits returns "cases.0" … and else.
func (n *IfNode) Exits() []Exit {
	var es []Exit
	for i, c := range n.Cases {
		es = append(es, Exit{"cases." + strconv.Itoa(i), c.Next})
	}
	return append(es, Exit{"else", n.Else})
}

// Exits returns next.
func (n *SetNode) Exits() []Exit { return exits(Exit{"next", n.Next}) }

// Exits returns on_ok and on_fail.
func (n *HTTPNode) Exits() []Exit { return exits(Exit{"on_ok", n.OnOK}, Exit{"on_fail", n.OnFail}) }

// Exits returns next and on_fail.
func (n *AIReplyNode) Exits() []Exit { return exits(Exit{"next", n.Next}, Exit{"on_fail", n.OnFail}) }

// Exits returns on_done, on_fail and nudges.
func (n *AIAgentNode) Exits() []Exit {
	return append(exits(Exit{"on_done", n.OnDone}, Exit{"on_fail", n.OnFail}), nudgeExits(n.Nudges)...)
}

// Exits returns open, closed and holiday.
func (n *HoursNode) Exits() []Exit {
	return exits(Exit{"open", n.Open}, Exit{"closed", n.Closed}, Exit{"holiday", n.Holiday})
}

// Exits returns next.
func (n *DelayNode) Exits() []Exit { return exits(Exit{"next", n.Next}) }

// Exits returns next, on_timeout and on_message.
func (n *WaitEventNode) Exits() []Exit {
	return exits(Exit{"next", n.Next}, Exit{"on_timeout", n.OnTimeout}, Exit{"on_message", n.OnMessage})
}

// Exits returns to.
func (n *GotoNode) Exits() []Exit { return exits(Exit{"to", n.To}) }

// Exits returns next and on_fail.
func (n *CallNode) Exits() []Exit { return exits(Exit{"next", n.Next}, Exit{"on_fail", n.OnFail}) }

// Exits returns next.
func (n *ContactNode) Exits() []Exit { return exits(Exit{"next", n.Next}) }

// Exits returns on_resume, if_closed and no_answer.
func (n *HandoffNode) Exits() []Exit {
	es := exits(Exit{"on_resume", n.OnResume}, Exit{"if_closed", n.IfClosed})
	if n.NoAnswer != nil && n.NoAnswer.Next != "" {
		es = append(es, Exit{"no_answer", n.NoAnswer.Next})
	}
	return es
}

// Exits returns next and on_fail.
func (n *TemplateNode) Exits() []Exit { return exits(Exit{"next", n.Next}, Exit{"on_fail", n.OnFail}) }

// Exits returns on_pick, on_none, on_invalid and nudges.
func (n *CatalogNode) Exits() []Exit {
	return append(exits(Exit{"on_pick", n.OnPick}, Exit{"on_none", n.OnNone}), n.exits()...)
}

// Exits returns on_done, on_cancel, on_fail and nudges.
func (n *OrderNode) Exits() []Exit {
	return append(exits(Exit{"on_done", n.OnDone}, Exit{"on_cancel", n.OnCancel}, Exit{"on_fail", n.OnFail}), nudgeExits(n.Nudges)...)
}

// Exits returns next.
func (n *NotifyNode) Exits() []Exit { return exits(Exit{"next", n.Next}) }

// Exits returns "arms.0" …
func (n *SplitNode) Exits() []Exit {
	var es []Exit
	for i, a := range n.Arms {
		es = append(es, Exit{"arms." + strconv.Itoa(i), a.Next})
	}
	return es
}

// Exits returns nothing.
func (n *EndNode) Exits() []Exit { return nil }
