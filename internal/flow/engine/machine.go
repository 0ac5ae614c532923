package engine

import (
	"fmt"
	"strconv"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine/choice"
	"recado/internal/flow/expr"
	"recado/internal/message"
)

// Step makes one step of a conversation: see the package comment. Messages,
// timers and results that do not fit the Run any more change nothing but Seq.
func Step(d flow.Defs, r Run, in Input, env Env) (out Run, effects []Effect, events []Event) {
	defer func() {
		if p := recover(); p != nil {
			out, effects, events = broken(r, env, p)
		}
	}()
	m := &machine{defs: d, r: r, env: env, now: At(env.Now)}
	m.effects, m.events = m.effectBuf[:0], m.eventBuf[:0]
	m.r.Seq++
	m.handle(in)
	m.finish()
	return m.r, m.effects, m.events
}

// broken is what becomes of a conversation whose step has a defect: a person
// takes over, the run stays as it was. The engine's tests hold that this never
// happens; it is here so that one conversation cannot stop the others.
func broken(r Run, env Env, p any) (Run, []Effect, []Event) {
	r.Seq++
	r.Status = Held
	r.Paused = &Pause{Reason: "limit", Since: At(env.Now)}
	key := Key(env.Shop.ID, env.Conversation, r.ID, r.Seq, 0)
	return r, []Effect{{Key: key, Do: &Handoff{Reason: "internal"}}}, []Event{{Kind: Internal, Text: fmt.Sprint(p)}}
}

// machine is one step in progress. It owns its copy of the Run; slices and maps
// inside still belong to the caller until own… has copied them. The buffers are
// where a usual step finds its room, so that it allocates once and not often.
type machine struct {
	defs    flow.Defs
	r       Run
	env     Env
	now     Instant
	effects []Effect
	events  []Event

	def   *flow.Def // of the top frame; nil when idle or when its version is gone
	msg   *Message  // the message being handled; nil for other inputs
	text  choice.Text
	raw   string // the message as text
	scope *expr.Scope
	temp  map[string]any // names that exist during one evaluation: answer, item, body …

	happened  *Happening // the event being handled; nil for other inputs
	patch     *ContactPatch
	steps     int
	sends     int
	allowance int    // further steps and sends that a give_up may take
	over      string // the limit that was just hit
	breached  bool
	farewell  bool // the one message beyond a limit was said
	ownStack  bool
	ownVars   bool
	eventBuf  [10]Event
	effectBuf [3]Effect
	shownBuf  [8]Offered
	optionBuf [9]choice.Option
	scopeBuf  expr.Scope
	knew      bool // the message was an answer that fits
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
	case *Happening:
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
		m.r.Status = Held
	case m.r.Active() || m.r.Question != nil:
		m.r.Status = Waiting
	case m.r.Status != Idle || len(m.r.Held) > 0:
		m.r.Status = Over
	}
	m.alarm()
}

// open loads the definition of the frame on top.
func (m *machine) open() {
	m.def, m.scope = nil, nil
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
		m.r.Stack = append(make([]Frame, 0, len(m.r.Stack)+1), m.r.Stack...)
		m.ownStack = true
	}
	return m.top()
}

// wait returns the wait for writing; the caller's stays as it is.
func (m *machine) wait() *Wait {
	w := *m.r.Wait
	m.r.Wait = &w
	return &w
}

// node returns the node that the run stands at, nil when there is none.
func (m *machine) node() flow.Node {
	if m.def == nil {
		return nil
	}
	n, ok := m.def.Node(m.top().Node)
	if !ok {
		return nil
	}
	return n
}

func (m *machine) event(e Event) {
	if m.def != nil && e.Flow == "" {
		e.Flow, e.Version = m.def.ID, m.def.Version
		if e.Node == "" && len(m.r.Stack) > 0 {
			e.Node = m.top().Node
		}
	}
	if len(m.events) < maxEvents {
		m.events = append(m.events, e)
	}
}

// maxEvents bounds the trace of one step.
const maxEvents = 400

func (m *machine) effect(do Action) string {
	key := Key(m.env.Shop.ID, m.env.Conversation, m.r.ID, m.r.Seq, len(m.effects))
	m.effects = append(m.effects, Effect{Key: key, Do: do})
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

// follow walks from ref until the run waits or is over. An empty ref only
// settles a limit that was hit on the way.
func (m *machine) follow(ref flow.Ref) {
	for {
		if m.over != "" {
			ref = m.breach()
		}
		if ref == "" {
			return
		}
		if m.steps++; m.steps > MaxSteps+m.allowance {
			m.over = "steps"
			continue
		}
		ref = m.visit(ref)
	}
}

// visit goes to one place and returns where to go next, "" when the run waits or is over.
func (m *machine) visit(ref flow.Ref) flow.Ref {
	if m.def == nil {
		if m.r.Active() {
			m.handOver(&flow.HandoffNode{Resume: "after_close"}, "version_gone")
		}
		return ""
	}
	var id flow.NodeID
	switch ref {
	case flow.End:
		return m.endFrame("", nil)
	case flow.Human:
		m.handOver(&flow.HandoffNode{Resume: "after_close"}, m.reason())
		return ""
	case flow.Start:
		id = m.def.Start
	case flow.Back:
		id = m.back()
	case flow.Retry:
		id = m.top().Node
	default:
		id = flow.NodeID(ref)
	}
	n, ok := m.def.Node(id)
	if !ok {
		m.over = "dangling"
		return ""
	}
	m.frame().Node = n.Head().ID
	m.r.Wait = nil
	m.event(Event{Kind: NodeEntered})
	return m.enter(n)
}

// reason says why a person is called: the limit that was hit, or the flow.
func (m *machine) reason() string {
	if m.breached {
		return "give_up"
	}
	return "flow"
}

// enter does what a node does when the run arrives at it.
func (m *machine) enter(n flow.Node) flow.Ref {
	switch n := n.(type) {
	case *flow.MessageNode:
		return m.enterMessage(n)
	case *flow.MenuNode:
		return m.enterMenu(n)
	case *flow.AskNode:
		return m.enterAsk(n)
	case *flow.IfNode:
		return m.enterIf(n)
	case *flow.SetNode:
		return m.enterSet(n)
	case *flow.GotoNode:
		return n.To
	case *flow.HTTPNode:
		return m.enterHTTP(n)
	case *flow.HoursNode:
		return m.enterHours(n)
	case *flow.DelayNode:
		return m.enterDelay(n)
	case *flow.WaitEventNode:
		return m.enterWaitEvent(n)
	case *flow.CallNode:
		return m.enterCall(n)
	case *flow.ContactNode:
		return m.enterContact(n)
	case *flow.HandoffNode:
		return m.enterHandoff(n)
	case *flow.NotifyNode:
		return m.enterNotify(n)
	case *flow.SplitNode:
		return m.enterSplit(n)
	case *flow.EndNode:
		return m.enterEnd(n)
	case *flow.AIReplyNode, *flow.AIAgentNode, *flow.TemplateNode, *flow.CatalogNode, *flow.OrderNode:
		m.over = "unsupported" // publish refuses them; see Supported
	}
	return ""
}

// back returns the question asked before the one that the run stands at.
func (m *machine) back() flow.NodeID {
	f := m.frame()
	trail := f.Trail
	for len(trail) > 0 && trail[len(trail)-1] == f.Node {
		trail = trail[:len(trail)-1]
	}
	if len(trail) == 0 {
		return m.def.Start
	}
	id := trail[len(trail)-1]
	f.Trail = trail[: len(trail)-1 : len(trail)-1]
	return id
}

// maxTrail is how many questions @back can go back.
const maxTrail = 8

// asked begins the wait for a reply at the node on top.
func (m *machine) asked() *Wait {
	f := m.frame()
	if len(f.Trail) == 0 || f.Trail[len(f.Trail)-1] != f.Node {
		from := max(0, len(f.Trail)+1-maxTrail)
		f.Trail = append(append(make([]flow.NodeID, 0, len(f.Trail)+1-from), f.Trail[from:]...), f.Node)
	}
	m.r.Wait = &Wait{Kind: ForReply, Since: m.now}
	return m.r.Wait
}

// breach settles the limit in m.over: notice to the owner, then the flow's
// give_up with a small allowance; the second breach of a step is a person's.
func (m *machine) breach() flow.Ref {
	limit := m.over
	m.over = ""
	m.event(Event{Kind: LimitHit, Name: limit})
	if m.breached || m.def == nil {
		m.handOver(&flow.HandoffNode{Resume: "after_close"}, "limit:"+limit)
		return ""
	}
	m.breached = true
	m.allowance += 10
	m.effect(&Notify{To: "owner", Reason: "limit:" + limit})
	if m.def.Settings.GiveUp == "" {
		return flow.Human
	}
	return m.def.Settings.GiveUp
}

// start begins a run of def.
func (m *machine) start(def *flow.Def, at flow.Ref, e Event) {
	m.r.ID = strconv.FormatInt(m.r.Seq, 36)
	m.r.Trigger = ""
	m.r.Started, m.r.Inputs = m.now, 0
	m.r.Wait, m.r.Question, m.r.Choice, m.r.Event = nil, nil, nil, m.happened
	m.r.Stack, m.ownStack, m.ownVars = []Frame{pin(def)}, true, true
	m.r.Status = Waiting
	if o := m.r.Contact; o != nil && m.now.Sub(o.Since) > time.Minute {
		m.r.Contact = nil
	}
	if m.msg != nil {
		m.r.Inputs = 1
	}
	m.open()
	m.expiry()
	if at == "" {
		at = flow.Start
	}
	e.Kind = Started
	m.event(e)
	m.follow(at)
}

func pin(def *flow.Def) Frame {
	return Frame{Flow: def.ID, Version: def.Version, Hash: def.Hash[:min(12, len(def.Hash))], Node: def.Start}
}

// maxLife is how long a run may live.
const maxLife = 30 * 24 * time.Hour

// expiry moves the end of a silent run.
func (m *machine) expiry() {
	end := m.r.Started.Add(maxLife)
	if m.def != nil && m.def.Settings.Expire > 0 {
		end = min(end, m.now.Add(m.def.Settings.Expire))
	}
	m.r.Expires = end
}

// endFrame ends the flow on top: a called one returns to its caller, the last one ends the run.
func (m *machine) endFrame(outcome string, returns map[string]any) flow.Ref {
	if len(m.r.Stack) > 1 {
		return m.comeBack(returns)
	}
	if !m.proactive {
		m.again()
	}
	m.endRun(outcome)
	m.offerReturn()
	return ""
}

// endRun ends the run under way.
func (m *machine) endRun(outcome string) {
	if !m.r.Active() {
		return
	}
	m.event(Event{Kind: Ended, Name: outcome})
	m.r.Stack, m.r.Wait, m.r.Question, m.r.Choice, m.r.Event = nil, nil, nil, nil, nil
	m.r.ID, m.r.Trigger, m.r.Started, m.r.Expires, m.r.Inputs = "", "", 0, 0, 0
	m.ownStack, m.ownVars = true, true
	m.r.Status = Over
	m.def, m.scope = nil, nil
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
