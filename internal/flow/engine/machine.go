package engine

import (
	"fmt"
	"slices"

	"recado/internal/flow"
	"recado/internal/message"
	"recado/internal/understand/choice"
)

// Step makes one step of a conversation: see the package comment. Messages,
// timers and results that do not fit the Run any more change nothing but Seq.
//
// See Arena for a caller that steps often.
func Step(d flow.Defs, r Run, in Input, env Env) (Run, []Effect, []Event) {
	s := newSheet(env)
	return s.Step(d, r, in, &s.env)
}

// broken is what becomes of a conversation whose step has a defect: a person
// takes over, the run stays as it was. The engine's tests hold that this never
// happens; it is here so that one conversation cannot stop the others.
func broken(r Run, env *Env, p any) (Run, []Effect, []Event) {
	r.Seq++
	r.Status = StatusPaused
	r.Paused = &Pause{Reason: "limit", Since: At(env.Now)}
	key := Key(env.Shop.ID, env.Conversation, r.ID, r.Seq, 0)
	return r, []Effect{{Key: key, Do: &Handoff{Reason: "internal"}}}, []Event{{Kind: Internal, Text: fmt.Sprint(p)}}
}

// machine is one step in progress. It owns its copy of the Run; slices and maps
// inside still belong to the caller until own… has copied them. The machine lives
// on the stack, as long as nothing keeps a pointer to it or into it
// (go build -gcflags=-m says "moved to heap: m" then).
type machine struct {
	defs    flow.Defs
	r       Run
	env     *Env
	now     Instant
	desk    *Arena
	effects int // effects on the desk before this step
	events  int // the same of events
	seat    *seat

	def  *flow.Def // of the top frame; nil when idle or when its version is gone
	msg  *Message  // the message being handled; nil for other inputs
	text choice.Text
	raw  string // the message as text
	view *view  // what expressions see; nil until one is evaluated
	temp map[string]any

	found struct { // what node returned last: a step asks many times
		def  *flow.Def
		id   flow.NodeID
		node flow.Node
	}
	happened  *ExternalEvent // the event being handled; nil for other inputs
	patch     *ContactPatch
	steps     int
	sends     int
	allowance int    // further steps and sends that a give_up may take
	over      string // the limit that was just hit
	breached  bool
	farewell  bool // the one message beyond a limit was said
	ownStack  bool
	ownWait   *Wait // the one that this step made
	ownVars   bool
	early     bool // the message was written before the question on top was asked
	restarted bool // a new version made the run begin anew: the input is settled
	proactive bool // nobody wrote: windows and quiet hours apply
}

func (m *machine) handle(in Input) {
	m.open()
	switch in := in.(type) {
	case *Message:
		if in != nil {
			m.message(in)
		}
	case *Timer:
		if in != nil {
			m.timer(in)
		}
	case *Result:
		if in != nil {
			m.result(in)
		}
	case *HumanSent:
		if in != nil {
			m.humanSent(in)
		}
	case *Command:
		if in != nil {
			m.command(in)
		}
	case *ExternalEvent:
		if in != nil {
			m.happening(in)
		}
	default:
		m.event(Event{Kind: Ignored, Name: "unknown_input"})
	}
	m.drain()
}

// finish computes what follows from the new state: its status, its timer, its size.
func (m *machine) finish() {
	if m.over != "" {
		m.follow("")
	}
	m.fit()
	switch {
	case m.r.Paused != nil || m.r.OptedOut != 0:
		m.r.Status = StatusPaused
	case m.r.Active() || m.r.Question != nil:
		m.r.Status = StatusWaiting
	case m.r.Status != StatusIdle || len(m.r.Suspended) > 0:
		m.r.Status = StatusEnded
	}
	m.alarm()
}

// open loads the definition of the frame on top.
func (m *machine) open() {
	m.def = nil
	if n := len(m.r.Stack); n > 0 {
		f := &m.r.Stack[n-1]
		if def, ok := m.defs.Version(f.Flow, f.Version); ok {
			m.def = def
		}
	}
}

// top returns the frame on top for reading.
func (m *machine) top() *Frame { return &m.r.Stack[len(m.r.Stack)-1] }

// frame returns the frame on top for writing.
func (m *machine) frame() *Frame {
	if !m.ownStack {
		if len(m.r.Stack) == 1 {
			m.alone(m.r.Stack[0])
		} else {
			m.r.Stack, m.ownStack = slices.Clone(m.r.Stack), true
		}
	}
	return m.top()
}

// wait returns the wait for writing; the caller's stays as it is.
func (m *machine) wait() *Wait {
	if m.r.Wait == m.ownWait {
		return m.ownWait
	}
	return m.await(*m.r.Wait)
}

// node returns the node that the run stands at, nil when there is none.
func (m *machine) node() flow.Node {
	if m.def == nil {
		return nil
	}
	id := m.top().Node
	if m.found.node != nil && m.found.def == m.def && m.found.id == id {
		return m.found.node
	}
	n, ok := m.def.Node(id)
	if !ok {
		return nil
	}
	m.found.def, m.found.id, m.found.node = m.def, id, n
	return n
}

func (m *machine) event(e Event) {
	if len(m.desk.events)-m.events == maxEvents {
		return
	}
	if m.def != nil && e.Flow == "" {
		e.Flow, e.Version = m.def.ID, m.def.Version
		if e.Node == "" && len(m.r.Stack) > 0 {
			e.Node = m.top().Node
		}
	}
	m.desk.events = append(m.desk.events, e)
}

func (m *machine) effect(do Action) string {
	key := Key(m.env.Shop.ID, m.env.Conversation, m.r.ID, m.r.Seq, len(m.desk.effects)-m.effects)
	m.desk.effects = append(m.desk.effects, Effect{Key: key, Do: do})
	return key
}

// locale is the language that the customer is spoken to in.
func (m *machine) locale() string {
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

// textOf returns what a content says in words: its text, caption or label.
func textOf(c message.Content) string {
	if c.Text != "" {
		return c.Text
	}
	if c.Media != nil {
		return c.Media.Caption
	}
	return ""
}
