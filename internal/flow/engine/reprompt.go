package engine

import (
	"time"

	"recado/internal/flow"
)

// reprompt treats an answer that does not fit the question on top, as its node says.
type reprompt struct {
	*sender
	rules *flow.Reprompt
}

// failed counts an answer that did not fit; it returns on_invalid once there
// were too many, "" while the customer may try again. What was written before
// the question was asked fails without harm.
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

// invalid treats an answer that was not understood: repeat asks again, with
// what the author says to it.
func (m reprompt) invalid(why string, repeat func(flow.Say)) flow.Ref {
	if ref := m.failed(why); ref != "" || m.early {
		return ref
	}
	repeat(m.rules.Invalid)
	return ""
}

// refusedFor is how long a refusal of media stands for what follows: five
// photos in a row are refused once.
const refusedFor = 10 * time.Second

// refuse answers a sticker, a photo, a voice note where words are wanted.
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

// askAgain asks the question on top again as it was first asked; how often
// something went wrong stays counted.
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
	}
}
