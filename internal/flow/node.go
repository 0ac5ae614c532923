package flow

import (
	"time"

	"recado/internal/flow/expr"
)

// NodeType is the "type" of a node.
type NodeType string

// The 21 node types of recado-flow/1.
const (
	TypeMessage   NodeType = "message"
	TypeMenu      NodeType = "menu"
	TypeAsk       NodeType = "ask"
	TypeIf        NodeType = "if"
	TypeSet       NodeType = "set"
	TypeHTTP      NodeType = "http"
	TypeAIReply   NodeType = "ai_reply"
	TypeAIAgent   NodeType = "ai_agent"
	TypeHours     NodeType = "hours"
	TypeDelay     NodeType = "delay"
	TypeWaitEvent NodeType = "wait_event"
	TypeGoto      NodeType = "goto"
	TypeCall      NodeType = "call"
	TypeContact   NodeType = "contact"
	TypeHandoff   NodeType = "handoff"
	TypeTemplate  NodeType = "template"
	TypeCatalog   NodeType = "catalog"
	TypeOrder     NodeType = "order"
	TypeNotify    NodeType = "notify"
	TypeSplit     NodeType = "split"
	TypeEnd       NodeType = "end"
)

// Node is one of the *…Node structs of this package, told apart by a type switch.
type Node interface {
	Head() *Base
	Type() NodeType
	// Exits returns every way out, in document order, defaults included.
	Exits() []Exit
	sealed()
}

// Base is what every node has.
type Base struct {
	ID    NodeID
	Title string
	Was   []NodeID // former ids
}

// Head returns the node's common part.
func (b *Base) Head() *Base { return b }

func (*Base) sealed() {}

// Exit is a way out of a node. Name is stable: "next", "options.pedir",
// "cases.0", "else", "nudges.1", "on_invalid" …
type Exit struct {
	Name string
	To   Ref
}

// Asking is what menu, ask and catalog share: how a misunderstood answer is treated.
type Asking struct {
	Tries     int // answers that may fail before OnInvalid, from 1
	Invalid   Say // said after an answer that does not fit; never nil
	OnInvalid Ref
	Nudges    []Nudge
}

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

// MenuNode asks for one (or several) of a list of options.
type MenuNode struct {
	Base
	Asking
	Say      Say
	Options  []Option
	From     *OptionsFrom // nil = Options only; else its options come before Options
	Render   string       // auto, text, poll, buttons, list
	Page     int          // options per page of a text menu
	Multiple bool
	Save     string // variable for the option's id (a list of ids when Multiple); "" = none
	AIMatch  bool
	OldTaps  string // accept, remind, ignore
	Next     Ref    // where options without their own way lead

	listing  listing            // see Listing
	listings map[string]listing // of the translations
}

// AskKind is the kind of answer that an ask node wants.
type AskKind string

// The kinds.
const (
	AskText     AskKind = "text"
	AskName     AskKind = "name"
	AskNumber   AskKind = "number"
	AskInteger  AskKind = "integer"
	AskMoney    AskKind = "money"
	AskDate     AskKind = "date"
	AskTime     AskKind = "time"
	AskDatetime AskKind = "datetime"
	AskPhone    AskKind = "phone"
	AskEmail    AskKind = "email"
	AskURL      AskKind = "url"
	AskYesNo    AskKind = "yes_no"
	AskLocation AskKind = "location"
	AskAddress  AskKind = "address"
	AskImage    AskKind = "image"
	AskDocument AskKind = "document"
	AskVoice    AskKind = "voice"
	AskAnyMedia AskKind = "any_media"
	AskContact  AskKind = "contact"
	AskRating   AskKind = "rating"
	AskTaxID    AskKind = "rfc_tax_id"
)

// AskNode asks for a value and saves it.
type AskNode struct {
	Base
	Asking
	Say       Say
	As        AskKind
	Save      string
	Min, Max  *Bound        // nil = none
	Outside   Say           // said to an answer beyond Min or Max; nil = Invalid
	Unfit     Say           // said to one that fails Check; nil = Invalid
	Check     *expr.Program // nil = none; sees the answer as "answer" and under the name Save
	Collect   time.Duration // wait for more text this long; 0 = the flow's setting
	Confirm   Say           // nil = none; asked back, answered yes or no
	SkipIfSet bool
	Secret    bool
	Voice     string // transcribe, reject, accept
	Next      Ref
}

// Bound is a limit of an answer: a number (of characters, for texts), or a
// date or time as text.
type Bound struct {
	Num  float64
	Text string // "" = Num counts
}

// IfNode goes the way of the first case that holds.
type IfNode struct {
	Base
	Cases []Case
	Else  Ref
}

// Case is one branch of an IfNode.
type Case struct {
	Title string
	When  *Cond
	Next  Ref
}

// SetNode computes variables. Vars is in evaluation order: a value that uses
// another variable of the same node comes after it, whatever the document's
// order; a value that uses its own name sees the old value.
type SetNode struct {
	Base
	Vars []Assign
	Next Ref
}
