package engine

import (
	"strings"
	"unicode/utf8"

	"recado/internal/flow"
	"recado/internal/message"
	"recado/internal/understand/choice"
)

// message gives a message of the customer to whoever it is meant for. The order
// is fixed: see the package comment.
func (m *machine) message(in *Message) {
	m.hear(in)
	if m.neverAnswered(in) {
		return
	}
	first := m.r.LastIn == 0
	m.r.LastIn = max(m.r.LastIn, m.now)
	if m.r.Paused != nil {
		if !m.pauseOver() {
			m.event(Event{Kind: Ignored, Name: "paused", Rule: m.r.Paused.Reason})
			if key := loose(m.text.Key); optOutHard(key) && m.r.OptedOut == 0 {
				m.leaveList(key) // heard, though a person does the talking
			}
			return
		}
		m.early = m.r.Active() // what comes after the pause was only asked now
	}
	if m.optOut() || m.r.OptedOut != 0 {
		return
	}
	if m.raw != "" {
		if why := m.looping(m.raw); why != "" {
			m.breakLoop(why)
			return
		}
	}
	m.overtaken()
	if m.republish(); m.restarted {
		return
	}
	if m.r.Active() {
		if m.r.Inputs++; m.r.Inputs > MaxInputs {
			m.over = "inputs"
			m.follow("")
			return
		}
		m.expiry()
	}
	m.route(in, first)
}

// hear folds the message once.
func (m *machine) hear(in *Message) {
	m.msg = in
	m.raw = textOf(in.Content)
	for _, c := range in.Also {
		if t := textOf(c); t != "" {
			m.raw = join(m.raw, t)
		}
	}
	if !utf8.ValidString(m.raw) {
		m.raw = strings.ToValidUTF8(m.raw, "\ufffd")
	}
	m.text = choice.Read(m.raw)
}

// neverAnswered are reactions, edits and deletions, what cannot be shown, and
// groups that no flow speaks in.
func (m *machine) neverAnswered(in *Message) bool {
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

// onScreenExactly reports whether the message is, word for word or by number, an
// option that the customer sees.
func (m *machine) onScreenExactly() bool {
	n, ok := m.menuOnScreen()
	if !ok {
		return false
	}
	var room [8]Offered
	var space [8]choice.Option
	_, one := choice.Certain(m.candidates(n, m.onScreen(n, room[:0]), space[:0]), &m.text).One()
	return one
}

// menuOnScreen returns the menu whose answer is awaited.
func (m *machine) menuOnScreen() (*flow.MenuNode, bool) {
	if m.r.Wait == nil || m.r.Wait.Kind != ForReply || m.r.Question != nil {
		return nil, false
	}
	n, ok := m.node().(*flow.MenuNode)
	return n, ok
}

// route is the part of the order that depends on where the run stands.
func (m *machine) route(in *Message, first bool) {
	if m.r.Active() && m.def == nil {
		m.over = "version_gone"
		m.follow("")
		return
	}
	if m.r.Question != nil && m.answersQuestion() {
		return
	}
	if m.tied(in) {
		return
	}
	if !m.r.Active() {
		m.idle(first)
		return
	}
	if m.late(in) {
		return
	}
	if !m.secret() {
		if m.flowCommand() {
			return
		}
		if m.interrupting() {
			return
		}
	}
	m.toWait()
}

// secret reports whether the answer awaited is nobody else's business: no word in
// it is a command.
func (m *machine) secret() bool {
	n, ok := m.node().(*flow.AskNode)
	return ok && n.Secret && m.r.Wait != nil && m.r.Wait.Kind == ForReply
}

// flowCommand follows a command of the flow, or of the flow that called it,
// unless the same word is an option on the screen.
func (m *machine) flowCommand() bool {
	if m.text.Key == "" {
		return false
	}
	for depth := len(m.r.Stack) - 1; depth >= 0; depth-- {
		def := m.def
		if depth < len(m.r.Stack)-1 {
			f := &m.r.Stack[depth]
			var ok bool
			if def, ok = m.defs.Version(f.Flow, f.Version); !ok {
				continue
			}
		}
		c := m.matchCommand(def)
		if c == nil {
			continue
		}
		if m.onScreenExactly() {
			return false
		}
		for len(m.r.Stack) > depth+1 { // a command of the caller leaves the called flow
			m.pop()
		}
		m.open()
		m.event(Event{Kind: CommandGiven, Name: string(c.Do), Text: m.text.Key})
		m.understood()
		m.r.Wait = nil
		m.follow(c.Do)
		return true
	}
	return false
}

func (m *machine) matchCommand(def *flow.Def) *flow.Command {
	if def == nil {
		return nil
	}
	key := loose(m.text.Key)
	for i := range def.Commands {
		c := &def.Commands[i]
		for _, w := range c.Words {
			if loose(w) == key && m.holds(c.When) {
				return c
			}
		}
	}
	return nil
}

// toWait gives the message to what the run waits for.
func (m *machine) toWait() {
	w := m.r.Wait
	if w == nil { // a run at rest always waits; state from elsewhere may not
		m.follow(flow.Retry)
		return
	}
	switch w.Kind {
	case ForReply:
		m.follow(m.reply())
	case ForResult:
		m.keep()
	case ForTimer:
		m.duringDelay()
	case ForEvent:
		m.duringEvent()
	case ForHuman:
		m.event(Event{Kind: Ignored, Name: "with_human"})
	default:
		m.over = "wait"
		m.follow("")
	}
}

// reply takes the message for the answer to the question on top.
func (m *machine) reply() flow.Ref {
	switch n := m.node().(type) {
	case *flow.MenuNode:
		return m.menuReply(n)
	case *flow.AskNode:
		return m.askReply(n)
	}
	m.over = "dangling"
	return ""
}
