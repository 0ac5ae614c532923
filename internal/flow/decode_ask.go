package flow

import (
	"strings"
	"time"

	"recado/internal/flow/expr"
)

func (c *compiler) askNode(o object, b Base, st *Settings) Node {
	as := AskKind(o.str("as"))
	n := &AskNode{
		Base: b, Asking: o.asking(st, string(as)), Say: o.say("say"), As: as, Save: o.save(),
		Check: o.expr("check", "answer"), Collect: o.durOr("collect", 0), Confirm: c.confirm(o),
		SkipIfSet: o.yes("skip_if_set"), Secret: o.yes("secret"), Voice: o.strOr("voice", "reject"), Next: o.ref("next", End),
	}
	c.supports(o.place("as"), AskFeature(as), codeUnsupported, string(as))
	if n.Voice == "transcribe" {
		c.supports(o.place("voice"), AskTranscribe, codeUnsupported, "transcribe")
	}
	n.Min, n.Max = c.bound(o, "min", as), c.bound(o, "max", as)
	if n.Min != nil && n.Max != nil && (n.Min.Text > n.Max.Text || n.Min.Num > n.Max.Num) {
		c.issue(o.place("max"), codeBadBounds, show(o.m["min"])+" > "+show(o.m["max"]))
	}
	if !o.has("invalid") && st.Invalid == nil { // the author left open what to say
		n.Outside = n.outside(c.locale)
		if n.Check != nil {
			n.Unfit = stockRange("check", c.locale, strings.NewReplacer())
		}
	}
	return n
}

// confirm reads the question asked back; it may speak of the answer.
func (c *compiler) confirm(o object) Say {
	if !o.has("confirm") {
		return nil
	}
	c.supports(o.place("confirm"), AskConfirm, codeUnsupported, "confirm")
	from := len(c.uses)
	say := o.say("confirm")
	for i := range c.uses[from:] {
		c.uses[from+i].known = append(c.uses[from+i].known, "answer")
	}
	return say
}

// bound reads a limit in the terms of the kind: numbers as numbers (of
// characters for texts), dates and times as ISO text, which compares as text.
func (c *compiler) bound(o object, key string, as AskKind) *Bound {
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
		c.issue(o.place(key), codeBadBounds, key+", "+string(as))
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
	c.issue(o.place(key), codeBadBounds, key+" = "+show(o.m[key]))
	return nil
}

// setNode orders the values so that each comes after those it is computed from.
func (c *compiler) setNode(o object, b Base) Node {
	as := o.assigns("vars", true)
	ordered, cycle := sortAssigns(as)
	if cycle != nil {
		c.issue(o.place("vars"), codeSetCycle, joinPath(cycle))
	}
	return &SetNode{Base: b, Vars: ordered, Next: o.ref("next", End)}
}

// sortAssigns is a depth-first topological order; as is sorted by name, so the
// result is the same for every document order. A value that uses its own name
// uses the old value and depends on nothing.
func sortAssigns(as []Assign) (ordered []Assign, cycle []string) {
	const (
		fresh = iota
		under
		done
	)
	state := make([]int, len(as))
	var stack []string
	var visit func(i int)
	visit = func(i int) {
		state[i] = under
		stack = append(stack, as[i].Path)
		for j := range as {
			if i == j || !as[i].Value.reads(as[j].Path) {
				continue
			}
			if state[j] == under && cycle == nil {
				cycle = append(append([]string{}, stack...), as[j].Path)
			}
			if state[j] == fresh {
				visit(j)
			}
		}
		stack = stack[:len(stack)-1]
		state[i] = done
		ordered = append(ordered, as[i])
	}
	for i := range as {
		if state[i] == fresh {
			visit(i)
		}
	}
	return ordered, cycle
}

// reads reports whether the value is computed from path or a part or whole of it.
func (v *Value) reads(path string) bool {
	for _, n := range v.names() {
		if n == path || within(n, path) || within(path, n) {
			return true
		}
	}
	return false
}

func within(part, whole string) bool {
	return len(part) > len(whole) && part[:len(whole)] == whole && part[len(whole)] == '.'
}

func (v *Value) names() []string {
	var names []string
	for _, p := range []interface{ Names() []string }{orNil(v.prog), orNil(v.tmpl)} {
		if p != nil {
			names = append(names, p.Names()...)
		}
	}
	for _, x := range v.list {
		names = append(names, x.names()...)
	}
	for _, f := range v.fields {
		names = append(names, f.value.names()...)
	}
	return names
}

// orNil keeps a nil pointer from hiding in an interface.
func orNil[T expr.Program | expr.Template](p *T) interface{ Names() []string } {
	if p == nil {
		return nil
	}
	n, _ := any(p).(interface{ Names() []string })
	return n
}
