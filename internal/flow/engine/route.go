package engine

import (
	"recado/internal/flow"
	"recado/internal/message"
	"recado/internal/understand"
)

// message routes a message of the customer, in the fixed order of the package comment.
func (m *machine) message(in *Message) {
	m.setMessage(in)
	if m.isIgnored(in) {
		return
	}
	first := m.r.LastIn == 0
	m.r.LastIn = max(m.r.LastIn, m.now)
	if m.r.Paused != nil {
		if !m.handoff().pauseOver() {
			m.event(Event{Kind: Ignored, Name: "paused", Rule: m.r.Paused.Reason})
			if key := loose(m.text.Key); understand.OptOut(key) && m.r.OptedOut == 0 {
				m.optOutContact(key) // it counts, though a person has the conversation
			}
			return
		}
		m.early = m.r.Active() // the question is only asked after the pause
	}
	if m.optOut() || m.r.OptedOut != 0 {
		return
	}
	if m.raw != "" {
		at := m.now
		if in.At != 0 {
			at = in.At
		}
		if why := m.r.Traffic.looping(m.raw, at); why != "" {
			m.breakLoop(why)
			return
		}
	}
	m.timers().catchUp()
	if m.migration().toPublished(); m.restarted {
		return
	}
	if m.r.Active() {
		if m.r.Inputs++; m.r.Inputs > MaxInputs {
			m.limits.exceed("inputs")
			m.traverse("")
			return
		}
		m.extendExpiry()
	}
	m.route(in, first)
}

// isIgnored are reactions, edits and deletions, what cannot be shown, and
// groups that no flow speaks in.
func (m *machine) isIgnored(in *Message) bool {
	why := ""
	switch in.Content.Kind {
	case message.ReactionTo, message.Edited, message.Deleted:
		why = string(in.Content.Kind)
	case message.Text, message.Image, message.Video, message.Audio, message.Voice, message.Document, message.Sticker,
		message.LocationPin, message.ContactCard, message.PollKind, message.VoteKind, message.ChoiceKind, message.Unsupported:
	default:
		why = "unknown_kind"
	}
	if in.Group && !m.speaksInGroups(in.Mentioned) {
		why = "group"
	}
	if why != "" {
		m.event(Event{Kind: Ignored, Name: why})
	}
	return why != ""
}

func (m *machine) speaksInGroups(mentioned bool) bool {
	if m.def != nil {
		return groupAllowed(m.def, mentioned)
	}
	for _, d := range m.defs.Flows() {
		if groupAllowed(d, mentioned) {
			return true
		}
	}
	return false
}

func groupAllowed(d *flow.Def, mentioned bool) bool {
	return d.Settings.Groups == flow.AllGroups || d.Settings.Groups == flow.MentionOnly && mentioned
}

// route is the part of the order that depends on where the run stands.
func (m *machine) route(in *Message, first bool) {
	if m.r.Active() && m.def == nil {
		m.limits.exceed("version_gone")
		m.traverse("")
		return
	}
	if m.r.Question != nil && m.interruption().answer() {
		return
	}
	if m.selection().handle(in) {
		return
	}
	if !m.r.Active() {
		m.triggers().startWhenIdle(first)
		return
	}
	if m.repeatIfStale() {
		return
	}
	if !m.awaitsSecret() {
		if m.flowCommand() {
			return
		}
		if m.interruption().tryTrigger() {
			return
		}
	}
	m.toWait()
}

// awaitsSecret reports whether the awaited answer is a secret: no word in
// it is a command.
func (m *step) awaitsSecret() bool {
	n, ok := m.node().(*flow.AskNode)
	return ok && n.Secret && m.r.Wait != nil && m.r.Wait.Kind == ForReply
}

// toWait passes the message to the wait of the run.
func (m *machine) toWait() {
	w := m.r.Wait
	if w == nil { // a run at rest always waits; state from elsewhere may not
		m.traverse(flow.Retry)
		return
	}
	switch w.Kind {
	case ForReply:
		m.traverse(m.replyToNode())
	case ForResult:
		m.deferred().add()
	case ForTimer:
		m.duringDelay()
	case ForEvent:
		m.duringEvent()
	case ForHuman:
		m.event(Event{Kind: Ignored, Name: "with_human"})
	default:
		m.limits.exceed("wait")
		m.traverse("")
	}
}
