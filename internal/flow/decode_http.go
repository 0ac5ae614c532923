package flow

import "time"

func (c *compiler) httpNode(o object, b Base, st *Settings) Node {
	n := &HTTPNode{
		Base: b, Method: o.str("method"), URL: o.url("url"), Secret: o.str("secret"),
		Timeout: min(o.durOr("timeout", defaultHTTPWait), maxHTTPWait), Retry: o.intOr("retry", 0),
		WaitSay: o.say("wait_say"), MaxBytes: o.intOr("max_bytes", defaultMaxBytes),
		OnFail: o.ref("on_fail", st.GiveUp),
	}
	next := o.ref("next", End)
	n.OnOK = o.ref("on_ok", next)
	c.exists(o.place("secret"), c.reg.Secret, n.Secret, codeUnknownSecret)
	headers, _ := o.sub("headers")
	for _, name := range sortedKeys(headers.m) {
		n.Headers = append(n.Headers, Header{name, c.template(headers.place(name), headers.str(name))})
	}
	if o.has("json") {
		n.JSON = c.value(o.place("json"), o.m["json"])
	}
	if o.has("body") {
		n.Body = c.template(o.place("body"), o.str("body"))
	}
	if n.JSON != nil && n.Body != nil {
		c.issue(o.place("body"), codeBothBodies)
	}
	save, _ := o.sub("save")
	for _, name := range sortedKeys(save.m) {
		at := save.place(name)
		c.save(at, name)
		n.Save = append(n.Save, Assign{name, &Value{prog: c.program(at, save.str(name), "status", "headers", "body")}})
	}
	return n
}

func (c *compiler) aiReplyNode(o object, b Base, st *Settings) Node {
	return &AIReplyNode{
		Base: b, Prompt: o.text("prompt"), Model: o.str("model"), Knowledge: o.strs("knowledge"),
		History: o.intOr("history", defaultAIHistory), MaxChars: o.intOr("max_chars", defaultAIChars), Guard: o.guard(),
		Save: o.save(), Timeout: o.durOr("timeout", defaultAIWait), Next: o.ref("next", End), OnFail: o.ref("on_fail", st.GiveUp),
	}
}

func (c *compiler) aiAgentNode(o object, b Base, st *Settings) Node {
	n := &AIAgentNode{
		Base: b, Goal: o.text("goal"), Model: o.str("model"), Tools: o.strs("tools"), Collect: o.durOr("collect", 2*time.Second),
		MaxTurns: o.intOr("max_turns", defaultTurns), MaxToolCalls: o.intOr("max_tool_calls", defaultToolCalls),
		MaxTokens: o.intOr("max_tokens", defaultTokens), Knowledge: o.strs("knowledge"), Guard: o.guard(), Nudges: o.nudges(),
		OnDone: o.ref("on_done", End), OnFail: o.ref("on_fail", st.GiveUp),
	}
	for i, f := range o.strs("allow_flows") {
		n.AllowFlows = append(n.AllowFlows, ID(f))
		if c.reg.Flow == nil {
			continue
		}
		if _, ok := c.reg.Flow(ID(f)); !ok {
			c.issue(o.place("allow_flows").index(i), codeUnknownFlow, f)
		}
	}
	return n
}

func (o object) guard() Guard {
	g, _ := o.sub("guard")
	return Guard{Prices: g.strOr("prices", "catalog_only"), Links: g.strOr("links", "allow_list"), Topics: g.strs("topics")}
}
