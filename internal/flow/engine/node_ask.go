package engine

import (
	"cmp"
	"unicode/utf8"

	"recado/internal/flow"
	"recado/internal/understand"
)

// question is an ask node in a step.
type question struct {
	reprompt
	n *flow.AskNode
}

func (m *sender) question(n *flow.AskNode) question { return question{reprompt{m, &n.Reprompt}, n} }

// Why an answer does not fit, in addition to "not_" and the kind asked for.
const (
	wrongKind  = "wrong_kind"   // no text, or not the kind of file wanted
	outOfRange = "out_of_range" // beyond min or max
	unfit      = "check"        // the author's check refuses it
	tooLong    = "too_long"     // a text of more than understand.MaxText characters
)

// enter asks the question, unless the answer is already known.
func (m question) enter() flow.Ref {
	if m.n.SkipIfSet && m.isSet(m.n.Save) {
		m.event(Event{Kind: Branch, Name: "next", Rule: "skip_if_set"})
		return m.n.Next
	}
	m.awaitReply()
	m.say(m.n.Say)
	return ""
}

// reply takes the message for the answer.
func (m question) reply() flow.Ref {
	if m.r.Wait.Confirm != nil {
		return m.replyToConfirm()
	}
	v, why := m.read()
	switch {
	case why == wrongKind:
		return m.refuse()
	case why == "" && !m.inRange(v):
		why = outOfRange
	case why == "" && !m.passesCheck(v):
		why = unfit
	}
	if why != "" {
		return m.invalid(why, func(say flow.Say) {
			switch {
			case why == tooLong:
				m.sayPhrase(sayTooLong)
				return
			case why == outOfRange && m.n.Outside != nil:
				say = m.n.Outside
			case why == unfit && m.n.Unfit != nil:
				say = m.n.Unfit
			}
			m.sayInvalid(say)
		})
	}
	if m.n.As == flow.AskText || m.n.As == flow.AskAddress {
		m.r.Traffic.forgetRepeats() // these accept any text, so an answer is no sign of a person
	} else {
		m.r.Traffic.understood()
	}
	if len(m.n.Confirm) > 0 {
		m.confirm(v)
		return ""
	}
	return m.save(v)
}

func (m question) save(v any) flow.Ref {
	m.set(m.n.Save, v)
	m.event(Event{Kind: AnswerSaved, Name: m.n.Save})
	return m.n.Next
}

// sayInvalid says why the answer does not fit, and repeats the question when that text
// is the flow's general one and not the node's own.
func (m question) sayInvalid(say flow.Say) {
	general := m.def.Settings.Invalid
	if len(say) > 0 && len(general) > 0 && say[0] == general[0] {
		if t, ok := lastText(m.n.Say); ok {
			m.sendText(join(m.renderAbove(say), m.render(t)))
			return
		}
	}
	m.say(say)
}

func lastText(s flow.Say) (*flow.Text, bool) {
	if len(s) == 0 {
		return nil, false
	}
	b, ok := s[len(s)-1].(*flow.TextBubble)
	if !ok {
		return nil, false
	}
	return b.Text, true
}

// confirm reads the answer back.
func (m question) confirm(v any) {
	m.wait().Confirm = v
	m.withNames(map[string]any{"answer": v, m.n.Save: v}, func() { m.say(m.n.Confirm) })
}

// replyToConfirm takes the message for the yes or no to the answer that was read back.
func (m question) replyToConfirm() flow.Ref {
	v := m.r.Wait.Confirm
	yes, ok := understand.YesNo(m.raw)
	switch {
	case ok && yes:
		return m.save(v)
	case ok:
		m.event(Event{Kind: Invalid, Name: "not_confirmed"})
		m.wait().Confirm = nil
		m.say(m.n.Say)
		return ""
	}
	// A new answer in place of a yes is read back in its turn.
	if fresh, why := m.read(); why == "" && m.n.As != flow.AskText && m.n.As != flow.AskName && m.inRange(fresh) && m.passesCheck(fresh) {
		m.confirm(fresh)
		return ""
	}
	return m.invalid("not_yes_no", func(flow.Say) { m.confirm(v) })
}

// passesCheck evaluates the author's check; one that cannot be evaluated fails.
func (m question) passesCheck(v any) (ok bool) {
	if m.n.Check == nil {
		return true
	}
	m.withNames(map[string]any{"answer": v, m.n.Save: v}, func() { ok, _ = m.result(m.n.Check).(bool) })
	return ok
}

// inRange compares an answer with min and max: numbers as numbers, texts by their
// length, dates and times as moments.
func (m question) inRange(v any) bool {
	return (m.n.Min == nil || compareBound(v, m.n.Min) >= 0) && (m.n.Max == nil || compareBound(v, m.n.Max) <= 0)
}

// compareBound orders a value against a bound: negative, zero, positive.
func compareBound(v any, b *flow.Bound) int {
	switch v := v.(type) {
	case float64:
		return cmp.Compare(v, b.Num)
	case string:
		if b.Text == "" {
			return cmp.Compare(float64(utf8.RuneCountInString(v)), b.Num)
		}
		return cmp.Compare(v, b.Text)
	}
	return 0
}
