package flow

// Registry resolves a flow's external references: features of the engine, other
// flows, assets, secrets and names of the shop. A nil function refuses nothing.
type Registry struct {
	Supports func(Feature) bool
	Flow     func(ID) (*Def, bool) // other flows of the shop, for call
	Asset    func(name string) bool
	Secret   func(name string) bool
	Template func(name string) bool
	Queue    func(name string) bool
	Calendar func(name string) bool
}

// Feature is a part of the format that an engine may lack.
type Feature string

// The features of a node type, a kind of answer and a kind of trigger.
func NodeFeature(t NodeType) Feature     { return Feature("node:" + string(t)) }
func AskFeature(k AskKind) Feature       { return Feature("ask:" + string(k)) }
func TriggerFeature(t TriggerOn) Feature { return Feature("trigger:" + string(t)) }

// Features smaller than a node.
const (
	BubbleMedia    Feature = "bubble:media"
	BubbleLocation Feature = "bubble:location"
	BubbleContact  Feature = "bubble:contact"
	Variants       Feature = "message:variants"
	WindowClosed   Feature = "message:if_window_closed"
	MenuFrom       Feature = "menu:options_from"
	MenuMultiple   Feature = "menu:multiple"
	MenuPoll       Feature = "menu:poll"
	MenuAIMatch    Feature = "menu:ai_match"
	Nudges         Feature = "nudges"
	AskConfirm     Feature = "ask:confirm"
	AskTranscribe  Feature = "ask:transcribe"
	RichHandoff    Feature = "handoff:timeouts" // if_closed, no_answer, resume after_quiet
)
