package flow

import (
	"strings"
	"time"

	"recado/internal/flow/expr"
)

// TypeAsk is the type of an AskNode.
const TypeAsk NodeType = "ask"

// AskNode asks for a value and saves it.
type AskNode struct {
	Base
	Reprompt
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

// Bound is a limit of an answer: a number (of characters, for texts), or a
// date or time as ISO text, which compares as text.
type Bound struct {
	Num  float64
	Text string // "" = Num counts
}

// Type returns TypeAsk.
func (*AskNode) Type() NodeType { return TypeAsk }

// Exits returns next, on_invalid and nudges. A question that skip_if_set may
// skip counts as not waiting; @back asks again in any case, so it closes no
// cycle by itself.
func (n *AskNode) Exits() []Exit {
	next := Exit{"next", n.Next, long}
	if n.SkipIfSet {
		next.latency = immediate
	}
	return append([]Exit{next}, n.exits()...)
}

func decodeAsk(o object, b Base) Node {
	as := AskKind(o.str("as"))
	n := &AskNode{
		Base: b, Reprompt: o.reprompt(string(as)), Say: o.say("say"), As: as, Save: o.save(),
		Check: o.expr("check", "answer"), Collect: o.durOr("collect", 0), Confirm: o.confirm(),
		SkipIfSet: o.bool("skip_if_set"), Secret: o.bool("secret"), Voice: o.strOr("voice", "reject"), Next: o.ref("next", End),
	}
	o.c.supports(o.place("as"), AskFeature(as), codeUnsupported, string(as))
	if n.Voice == "transcribe" {
		o.c.supports(o.place("voice"), AskTranscribe, codeUnsupported, "transcribe")
	}
	n.Min, n.Max = o.bound("min", as), o.bound("max", as)
	if n.Min != nil && n.Max != nil && (n.Min.Text > n.Max.Text || n.Min.Num > n.Max.Num) {
		o.c.issue(o.place("max"), codeBadBounds, show(o.m["min"])+" > "+show(o.m["max"]))
	}
	if !o.has("invalid") && o.c.settings.Invalid == nil { // no text of the author's for any of these
		n.Outside = n.outsideText(o.c.locale)
		if n.Check != nil {
			n.Unfit = defaultBoundText("check", o.c.locale, strings.NewReplacer())
		}
	}
	return n
}

// confirm reads the question asked back, which may mention "answer".
func (o object) confirm() Say {
	if !o.has("confirm") {
		return nil
	}
	o.c.supports(o.place("confirm"), AskConfirm, codeUnsupported, "confirm")
	from := len(o.c.uses)
	say := o.say("confirm")
	for i := range o.c.uses[from:] {
		o.c.uses[from+i].known = append(o.c.uses[from+i].known, "answer")
	}
	return say
}

// bound reads a limit as the kind of answer has it; nil when there is none or it
// does not fit the kind.
func (o object) bound(key string, as AskKind) *Bound {
	if !o.has(key) {
		return nil
	}
	layout := ""
	switch as {
	case AskNumber, AskInteger, AskMoney, AskRating, AskText, AskName, AskAddress:
	case AskDate:
		layout = time.DateOnly
	case AskTime:
		layout = "15:04"
	case AskDatetime:
		layout = "2006-01-02T15:04"
	default:
		o.c.issue(o.place(key), codeBadBounds, key+", "+string(as))
		return nil
	}
	switch v := o.m[key].(type) {
	case float64:
		if layout == "" {
			return &Bound{Num: v}
		}
	case string:
		if _, err := time.Parse(layout, v); layout != "" && err == nil {
			return &Bound{Text: v}
		}
	}
	o.c.issue(o.place(key), codeBadBounds, key+" = "+show(o.m[key]))
	return nil
}
