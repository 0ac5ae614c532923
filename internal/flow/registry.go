package flow

// Registry is what a flow may lean on: what the running engine can do, and
// what exists in the shop. A nil function knows nothing and refuses nothing;
// a nil Supports means that everything in the format is supported.
type Registry struct {
	Supports func(Feature) bool
	Flow     func(ID) (*Def, bool) // other flows of the shop, for call
	Asset    func(name string) bool
	Secret   func(name string) bool
	Template func(name string) bool
	Queue    func(name string) bool
	Calendar func(name string) bool
}

// Feature is something that an engine may or may not do.
type Feature string

// Features, by what they are the support of.
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
