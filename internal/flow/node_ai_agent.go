package flow

import "time"

// TypeAIAgent is the type of an AIAgentNode.
const TypeAIAgent NodeType = "ai_agent"

const (
	defaultTurns     = 12
	defaultToolCalls = 6
	defaultTokens    = 20000
)

// AIAgentNode lets a model hold a conversation with tools.
type AIAgentNode struct {
	Base
	Goal         *Text
	Model        string
	Tools        []string
	AllowFlows   []ID
	Collect      time.Duration
	MaxTurns     int
	MaxToolCalls int
	MaxTokens    int
	Knowledge    []string
	Guard        Guard
	Nudges       []Nudge
	OnDone       Ref
	OnFail       Ref
}

// Type returns TypeAIAgent.
func (*AIAgentNode) Type() NodeType { return TypeAIAgent }

// Exits returns on_done, on_fail and nudges.
func (n *AIAgentNode) Exits() []Exit {
	return append(setExits(Exit{"on_done", n.OnDone, brief}, Exit{"on_fail", n.OnFail, brief}), nudgeExits(n.Nudges)...)
}

func decodeAIAgent(o object, b Base) Node {
	n := &AIAgentNode{
		Base: b, Goal: o.text("goal"), Model: o.str("model"), Tools: o.strs("tools"), Collect: o.durOr("collect", defaultCollect),
		MaxTurns: o.intOr("max_turns", defaultTurns), MaxToolCalls: o.intOr("max_tool_calls", defaultToolCalls),
		MaxTokens: o.intOr("max_tokens", defaultTokens), Knowledge: o.strs("knowledge"), Guard: o.guard(), Nudges: o.nudges(),
		OnDone: o.ref("on_done", End), OnFail: o.ref("on_fail", o.c.settings.GiveUp),
	}
	for i, f := range o.strs("allow_flows") {
		n.AllowFlows = append(n.AllowFlows, ID(f))
		o.c.flowExists(o.place("allow_flows").index(i), ID(f))
	}
	return n
}
