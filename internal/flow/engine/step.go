package engine

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"recado/internal/flow"
	"recado/internal/message"
	"recado/internal/understand/choice"
)

// step holds the arguments of Step and its decisions so far. It owns its copy of the Run; slices and maps inside still belong to
// the caller until frame, waitFor or set has copied them.
type step struct {
	defs   flow.Defs
	env    *Env
	now    Instant
	r      Run
	limits limits

	effects []Effect
	events  []Event

	def      *flow.Def      // of the top frame; nil when idle or when its version is gone
	msg      *Message       // the message being handled; nil for other inputs
	raw      string         // its text
	text     choice.Text    // its text, normalized
	early    bool           // it was written before the question on top was asked
	external *ExternalEvent // the event being handled; nil for other inputs

	lastNode struct { // the last result of node, which a step calls many times
		def  *flow.Def
		id   flow.NodeID
		node flow.Node
	}
	ownStack bool  // r.Stack is a copy
	ownWait  *Wait // the wait that this step made
	ownVars  bool  // the variables of the top frame are a copy
}

// open loads the definition of the frame on top.
func (m *step) open() {
	m.def = nil
	if n := len(m.r.Stack); n > 0 {
		f := &m.r.Stack[n-1]
		if def, ok := m.defs.Version(f.Flow, f.Version); ok {
			m.def = def
		}
	}
}

// top returns the frame on top for reading.
func (m *step) top() *Frame { return &m.r.Stack[len(m.r.Stack)-1] }

// frame returns the frame on top for writing.
func (m *step) frame() *Frame {
	if !m.ownStack {
		if len(m.r.Stack) == 1 {
			m.setFrame(m.r.Stack[0])
		} else {
			m.r.Stack, m.ownStack = slices.Clone(m.r.Stack), true
		}
	}
	return m.top()
}

// setFrame makes f the only frame of the stack.
func (m *step) setFrame(f Frame) { m.r.Stack, m.ownStack = []Frame{f}, true }

// wait returns the wait for writing; the caller's stays as it is.
func (m *step) wait() *Wait {
	if m.r.Wait == m.ownWait {
		return m.ownWait
	}
	return m.waitFor(*m.r.Wait)
}

// waitFor makes the run wait for w.
func (m *step) waitFor(w Wait) *Wait {
	m.ownWait = &w
	m.r.Wait = m.ownWait
	return m.ownWait
}

// node returns the node that the run stands at, nil when there is none.
func (m *step) node() flow.Node {
	if m.def == nil {
		return nil
	}
	id := m.top().Node
	if m.lastNode.node != nil && m.lastNode.def == m.def && m.lastNode.id == id {
		return m.lastNode.node
	}
	n, ok := m.def.Node(id)
	if !ok {
		return nil
	}
	m.lastNode.def, m.lastNode.id, m.lastNode.node = m.def, id, n
	return n
}

// event adds a line to the trace, with the place that the run stands at.
func (m *step) event(e Event) {
	if len(m.events) == maxEvents {
		return
	}
	if m.def != nil && e.Flow == "" {
		e.Flow, e.Version = m.def.ID, m.def.Version
		if e.Node == "" && len(m.r.Stack) > 0 {
			e.Node = m.top().Node
		}
	}
	if m.events == nil {
		m.events = make([]Event, 0, 4) // as many as most steps have
	}
	m.events = append(m.events, e)
}

// effect orders something to be done outside and returns its key.
func (m *step) effect(do Action) string {
	key := Key(m.env.Shop.ID, m.env.Conversation, m.r.ID, m.r.Seq, len(m.effects))
	if m.effects == nil {
		m.effects = make([]Effect, 0, 2)
	}
	m.effects = append(m.effects, Effect{Key: key, Do: do})
	return key
}

// locale is the language in which the customer is addressed.
func (m *step) locale() string {
	if o := m.r.Contact; o != nil && o.Language != "" {
		return o.Language
	}
	if m.env.Contact.Language != "" {
		return m.env.Contact.Language
	}
	if m.def != nil {
		return m.def.Locale
	}
	for _, d := range m.defs.Flows() {
		return d.Locale
	}
	return "es"
}

// textOf returns the words of a content: its text or caption.
func textOf(c message.Content) string {
	if c.Text != "" {
		return c.Text
	}
	if c.Media != nil {
		return c.Media.Caption
	}
	return ""
}

// setMessage makes in the message being handled and normalizes its text, once.
func (m *step) setMessage(in *Message) {
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

// seed makes random choices repeatable: it is the same when the step is repeated.
func (m *step) seed() string {
	var scratch [96]byte
	b := append(scratch[:0], m.env.Conversation...)
	b = append(append(b, '|'), m.r.ID...)
	return string(strconv.AppendInt(append(b, '|'), m.r.Seq, 10))
}

// maxTrail bounds how many questions @back can go back.
const maxTrail = 8

// awaitReply makes the node on top wait for a reply.
func (m *step) awaitReply() *Wait {
	f := m.frame()
	if len(f.Trail) == 0 || f.Trail[len(f.Trail)-1] != f.Node {
		from := max(0, len(f.Trail)+1-maxTrail)
		f.Trail = append(append(make([]flow.NodeID, 0, len(f.Trail)+1-from), f.Trail[from:]...), f.Node)
	}
	return m.waitFor(Wait{Kind: ForReply, Since: m.now})
}
