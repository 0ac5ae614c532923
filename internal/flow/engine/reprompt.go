package engine

import (
	"time"

	"recado/internal/flow"
)

// reprompt is the question on top with its rules for answers that do not fit.
type reprompt struct {
	*sender
	rules *flow.Reprompt
}

// failed counts an answer that did not fit; it returns on_invalid once there
// were too many, "" while the customer may try again. A message written
// before the question was asked does not count.
func (m reprompt) failed(why string) flow.Ref {
	m.event(Event{Kind: Invalid, Name: why})
	if m.early {
		return ""
	}
	w := m.wait()
	w.Tries++
	w.Since = m.now
	if w.Tries < max(1, m.rules.Tries) {
		return ""
	}
	m.event(Event{Kind: Branch, Name: "on_invalid"})
	if m.rules.OnInvalid == "" {
		return flow.Human
	}
	return m.rules.OnInvalid
}

// invalid counts an answer that was not understood; repeat asks again, below the text
// of the author.
func (m reprompt) invalid(why string, repeat func(flow.Say)) flow.Ref {
	if ref := m.failed(why); ref != "" || m.early {
		return ref
	}
	repeat(m.rules.Invalid)
	return ""
}

// refusedFor is how long one refusal of media covers further ones: five
// photos in a row are refused once.
const refusedFor = 10 * time.Second

// refuse refuses a sticker, a photo or a voice note where the question wants words.
func (m reprompt) refuse() flow.Ref {
	m.event(Event{Kind: MediaRefused, Name: string(m.msg.Content.Kind)})
	w := m.wait()
	if m.early || w.Refused != 0 && m.now.Sub(w.Refused) < refusedFor {
		return ""
	}
	w.Refused = m.now
	if ref := m.failed("media"); ref != "" {
		return ref
	}
	if s := m.def.Settings.UnsupportedMedia; len(s) > 0 {
		m.say(s)
		return ""
	}
	m.sayPhrase(sayNotAsText)
	return ""
}

// askAgain repeats the question on top as it was first asked; failed answers stay
// counted.
func (m *sender) askAgain() {
	if m.r.Wait == nil || m.r.Wait.Kind != ForReply {
		return
	}
	m.wait().Since = m.now
	switch n := m.node().(type) {
	case *flow.MenuNode:
		m.menu(n).show(m.menu(n).onScreen(nil), n.Say, "")
	case *flow.AskNode:
		if m.r.Wait.Confirm != nil {
			m.question(n).confirm(m.r.Wait.Confirm)
			return
		}
		m.say(n.Say)
	default: // no question
	}
}
