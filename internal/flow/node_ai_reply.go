package flow

import "time"

// TypeAIReply is the type of an AIReplyNode.
const TypeAIReply NodeType = "ai_reply"

const (
	defaultAITimeout = 20 * time.Second
	defaultAIChars   = 600
	defaultAIHistory = 10
)

// AIReplyNode lets a model write one answer.
type AIReplyNode struct {
	Base
	Prompt    *Text
	Model     string
	Knowledge []string
	History   int
	MaxChars  int
	Guard     Guard
	Save      string
	Timeout   time.Duration
	Next      Ref
	OnFail    Ref
}

// Guard restricts what a model may say.
type Guard struct {
	Prices string // off, catalog_only
	Links  string // off, allow_list
	Topics []string
}

// Type returns TypeAIReply.
func (*AIReplyNode) Type() NodeType { return TypeAIReply }

// Exits returns next and on_fail.
func (n *AIReplyNode) Exits() []Exit {
	return setExits(Exit{"next", n.Next, brief}, Exit{"on_fail", n.OnFail, brief})
}

func decodeAIReply(o object, b Base) Node {
	return &AIReplyNode{
		Base: b, Prompt: o.text("prompt"), Model: o.str("model"), Knowledge: o.strs("knowledge"),
		History: o.intOr("history", defaultAIHistory), MaxChars: o.intOr("max_chars", defaultAIChars), Guard: o.guard(),
		Save: o.save(), Timeout: o.durOr("timeout", defaultAITimeout), Next: o.ref("next", End), OnFail: o.ref("on_fail", o.c.settings.GiveUp),
	}
}

func (o object) guard() Guard {
	g, _ := o.sub("guard")
	return Guard{Prices: g.strOr("prices", "catalog_only"), Links: g.strOr("links", "allow_list"), Topics: g.strs("topics")}
}
