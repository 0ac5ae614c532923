package engine

import (
	"time"

	"recado/internal/flow"
	"recado/internal/message"
	"recado/internal/understand"
)

// enterAsk asks a question, unless the answer is already known.
func (m *machine) enterAsk(n *flow.AskNode) flow.Ref {
	if n.SkipIfSet && m.isSet(n.Save) {
		m.event(Event{Kind: Branch, Name: "next", Rule: "skip_if_set"})
		return n.Next
	}
	m.asked()
	m.say(n.Say)
	return ""
}

// askReply takes the message for the answer.
func (m *machine) askReply(n *flow.AskNode) flow.Ref {
	if m.r.Wait.Confirm != nil {
		return m.confirmed(n)
	}
	v, why := m.read(n)
	switch {
	case why == wrongKind:
		return m.refuse(&n.Reprompt)
	case why == "" && !m.within(n, v):
		why = outOfRange
	case why == "" && !m.checks(n, v):
		why = unfit
	}
	if why != "" {
		return m.invalid(&n.Reprompt, why, func(say flow.Say) {
			switch {
			case why == tooLong:
				m.sayOwn(sayTooLong)
				return
			case why == outOfRange && n.Outside != nil:
				say = n.Outside
			case why == unfit && n.Unfit != nil:
				say = n.Unfit
			}
			m.askAgain(n, say)
		})
	}
	if n.As == flow.AskText || n.As == flow.AskAddress {
		m.heardOut() // these take anything, so an answer is no sign of a person
	} else {
		m.understood()
	}
	if len(n.Confirm) > 0 {
		m.askConfirm(n, v)
		return ""
	}
	return m.answered(n, v)
}

func (m *machine) answered(n *flow.AskNode, v any) flow.Ref {
	m.set(n.Save, v)
	m.event(Event{Kind: AnswerSaved, Name: n.Save})
	return n.Next
}

// askAgain says what is wrong and, when that is the flow's general word and not
// the node's own, the question again.
func (m *machine) askAgain(n *flow.AskNode, say flow.Say) {
	general := m.def.Settings.Invalid
	if len(say) > 0 && len(general) > 0 && say[0] == general[0] {
		if t, ok := lastText(n.Say); ok {
			m.sendText(join(m.headOf(say), m.render(t)))
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

// askConfirm reads the answer back.
func (m *machine) askConfirm(n *flow.AskNode, v any) {
	m.wait().Confirm = v
	m.with(map[string]any{"answer": v, n.Save: v}, func() { m.say(n.Confirm) })
}

// confirmed takes the message for the yes or no to what was read back.
func (m *machine) confirmed(n *flow.AskNode) flow.Ref {
	v := m.r.Wait.Confirm
	yes, ok := understand.YesNo(m.raw)
	switch {
	case ok && yes:
		return m.answered(n, v)
	case ok:
		m.event(Event{Kind: Invalid, Name: "not_confirmed"})
		m.wait().Confirm = nil
		m.say(n.Say)
		return ""
	}
	// A new answer in place of a yes is taken for what it is: read back again.
	if fresh, why := m.read(n); why == "" && n.As != flow.AskText && n.As != flow.AskName && m.within(n, fresh) && m.checks(n, fresh) {
		m.askConfirm(n, fresh)
		return ""
	}
	return m.invalid(&n.Reprompt, "not_yes_no", func(flow.Say) { m.askConfirm(n, v) })
}

// wrongKind is why a message cannot even be looked at: it is no text, or not the file wanted.
const wrongKind = "wrong_kind"

// outOfRange and unfit are why an answer that was understood does not fit: it is
// beyond min or max, or the author's check says no.
const (
	outOfRange = "out_of_range"
	unfit      = "check"
)

// tooLong is why a text of more than understand.MaxText characters is no answer.
const tooLong = "too_long"

// answerContext is what the meaning of an answer depends on.
func (m *machine) answerContext() understand.Context {
	zone := m.env.Shop.Zone
	if zone == nil {
		zone = time.UTC
	}
	lang := m.locale()
	if len(lang) > 2 {
		lang = lang[:2]
	}
	return understand.Context{
		Language: lang, Locale: m.def.Locale, Country: m.env.Shop.Country, Currency: m.env.Shop.Currency,
		Now: m.env.Now.In(zone),
	}
}

// read understands the message as the kind of answer that n wants; why names
// what is wrong, "" when it is understood.
func (m *machine) read(n *flow.AskNode) (v any, why string) {
	switch n.As {
	case flow.AskLocation, flow.AskImage, flow.AskDocument, flow.AskVoice, flow.AskAnyMedia, flow.AskContact:
		return m.readObject(n)
	case flow.AskAddress:
		if l := m.msg.Content.Location; l != nil {
			return locationValue(l), ""
		}
	default: // a text
	}
	if m.raw == "" {
		if n.As == flow.AskText && n.Voice == "accept" && m.msg.Content.Kind == message.Voice {
			return m.mediaValue(m.msg.Content), ""
		}
		return nil, wrongKind
	}
	return m.readText(n)
}

// readText understands a text.
func (m *machine) readText(n *flow.AskNode) (v any, why string) {
	c := m.answerContext()
	ok := false
	switch n.As {
	case flow.AskText, flow.AskAddress:
		v, ok = understand.Text(m.raw)
		if !ok && len(m.raw) > understand.MaxText {
			return nil, tooLong
		}
	case flow.AskName:
		v, ok = understand.Name(m.raw)
	case flow.AskNumber:
		v, ok = understand.Number(m.raw, c)
	case flow.AskInteger:
		var i int64
		i, ok = understand.Integer(m.raw, c)
		v = float64(i)
	case flow.AskYesNo:
		v, ok = understand.YesNo(m.raw)
	case flow.AskEmail:
		v, ok = understand.Email(m.raw)
	case flow.AskPhone:
		v, ok = understand.Phone(m.raw, c)
	case flow.AskURL:
		v, ok = understand.URL(m.raw)
	default:
		return m.readMore(n, c)
	}
	if !ok {
		return nil, "not_" + string(n.As)
	}
	return v, ""
}

// checks evaluates the author's own test; one that cannot be evaluated fails.
func (m *machine) checks(n *flow.AskNode, v any) (ok bool) {
	if n.Check == nil {
		return true
	}
	m.with(map[string]any{"answer": v, n.Save: v}, func() { ok, _ = m.run(n.Check).(bool) })
	return ok
}
