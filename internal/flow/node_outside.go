package flow

import (
	"time"

	"recado/internal/flow/expr"
)

// HTTPNode calls a web service and waits for the result.
type HTTPNode struct {
	Base
	Method   string
	URL      *expr.Template
	Headers  []Header // sorted by name
	Secret   string   // name of the secret sent as authorisation; "" = none
	JSON     *Value   // nil = none
	Body     *expr.Template
	Timeout  time.Duration
	Retry    int
	Save     []Assign // expressions over status, headers, body
	WaitSay  Say
	MaxBytes int
	OnOK     Ref
	OnFail   Ref
}

// Header is one HTTP header.
type Header struct {
	Name  string
	Value *expr.Template
}

// Guard restricts what a model may say.
type Guard struct {
	Prices string // off, catalog_only
	Links  string // off, allow_list
	Topics []string
}

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

// HoursNode branches on the shop's opening hours.
type HoursNode struct {
	Base
	Calendar string // "" = the shop's own
	Open     Ref
	Closed   Ref
	Holiday  Ref
}

// DelayNode waits: until Until (a time) when it is set and has a value, else For.
type DelayNode struct {
	Base
	For       time.Duration
	Until     *expr.Program
	Typing    bool
	OnMessage string // keep, cancel, queue
	Next      Ref
}

// WaitEventNode waits for something outside the chat.
type WaitEventNode struct {
	Base
	Event     string
	Timeout   time.Duration
	Save      string
	OnMessage Ref // "" = messages wait
	OnTimeout Ref
	Next      Ref
}

// GotoNode jumps.
type GotoNode struct {
	Base
	To Ref
}

// CallNode runs another flow and comes back.
type CallNode struct {
	Base
	Flow   ID
	In     []Assign
	Out    []Out
	Next   Ref
	OnFail Ref
}

// Out copies a value that a called flow returned into a variable.
type Out struct{ Var, Return string }

// ContactNode changes what the shop knows of the contact.
type ContactNode struct {
	Base
	AddTags    []string
	RemoveTags []string
	Fields     []Assign
	Language   string
	Marketing  string // opt_in, opt_out, ""
	Next       Ref
}

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

// NoAnswer is what happens when no person takes the conversation.
type NoAnswer struct {
	After time.Duration
	Say   Say
	Next  Ref // "" = stay handed over
}

// TemplateNode sends an approved template.
type TemplateNode struct {
	Base
	Template string
	Language string
	Params   []*Text
	Category string
	Fallback *Text
	Next     Ref
	OnFail   Ref
}

// CatalogNode shows products and lets the customer pick.
type CatalogNode struct {
	Base
	Asking
	Show     string // product, list, search
	Query    *expr.Program
	Category string
	Limit    int
	Say      Say
	Save     string
	Render   string
	OnPick   Ref
	OnNone   Ref
}

// OrderNode takes an order.
type OrderNode struct {
	Base
	Steps         []string
	MinTotal      float64
	DeliveryZones string
	Payments      []string
	Review        Say
	EditWords     []string // folded
	MaxItems      int
	Save          string
	Nudges        []Nudge
	OnDone        Ref
	OnCancel      Ref
	OnFail        Ref
}

// NotifyNode tells somebody of the shop.
type NotifyNode struct {
	Base
	To     []string // owner, queue, number, webhook
	Number string
	Queue  string
	Text   *Text
	Next   Ref
}

// SplitNode sends customers different ways by weight.
type SplitNode struct {
	Base
	Arms   []Arm
	Sticky string // contact, run
}

// Arm is one way of a SplitNode.
type Arm struct {
	Title  string
	Weight int
	Next   Ref
}

// EndNode ends the run.
type EndNode struct {
	Base
	Say     Say
	Outcome string
	Returns []Assign
}
