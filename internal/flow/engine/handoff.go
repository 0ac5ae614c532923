package engine

import (
	"time"

	"recado/internal/flow"
)

// enterHandoff hands the conversation to a person, or goes where nobody is there.
func (m *machine) enterHandoff(n *flow.HandoffNode) flow.Ref {
	if n.IfClosed != "" && !m.env.Shop.Hours.Open(m.env.Now) {
		m.event(Event{Kind: Branch, Name: "if_closed"})
		return n.IfClosed
	}
	m.handOver(n, m.reason())
	return ""
}

// handOver makes the bot silent and calls a person. A handoff node keeps the
// run, waiting for the person to be done; without one (nil, or a bare @human)
// the run ends here, because nothing says how it would go on.
func (m *machine) handOver(n *flow.HandoffNode, reason string) {
	h := &Handoff{Reason: reason}
	p := &Pause{Reason: "handoff", Since: m.now}
	keep := n != nil && n.ID != ""
	if n != nil {
		if keep {
			m.say(n.Say)
		} else {
			m.sayOwn(sayHuman)
		}
		m.over = "" // whatever limit the farewell hit, a person is called now
		h.Queue, h.Note = n.Queue, m.render(n.Note)
		if n.Resume == "after_quiet" {
			p.Quiet = n.Quiet.Milliseconds()
		}
		if n.NoAnswer != nil && keep {
			p.NoAnswer = m.now.Add(n.NoAnswer.After)
		}
	}
	if m.def != nil {
		h.Flow = m.def.ID
		if len(m.r.Stack) > 0 {
			h.Node = m.top().Node
		}
	}
	m.effect(h)
	m.event(Event{Kind: Paused, Name: "handoff", Rule: reason})
	m.r.Question, m.r.Queue = nil, nil
	if keep {
		m.r.Wait = &Wait{Kind: ForHuman, Since: m.now}
	} else {
		m.endRun("handoff")
	}
	m.r.Held = nil
	m.r.Paused = p
}

// humanSent: a person of the shop writes, so the bot is silent and what it had
// queued is recalled.
func (m *machine) humanSent(in *HumanSent) {
	quiet := m.env.Shop.HumanQuiet
	if quiet <= 0 {
		quiet = DefaultHumanQuiet
	}
	m.r.Epoch++
	p := Pause{Reason: "human", Since: m.now}
	if m.r.Paused != nil {
		p = *m.r.Paused
	} else {
		m.event(Event{Kind: Paused, Name: "human", Rule: in.By})
	}
	p.Taken, p.NoAnswer = true, 0
	switch {
	case p.Quiet > 0:
		p.Until = m.now.Add(time.Duration(p.Quiet) * time.Millisecond)
	case p.Reason == "human":
		p.Until = m.now.Add(quiet)
	}
	m.r.Paused = &p
	m.r.Queue = nil
}

// pauseOver ends a pause whose time has come; it reports whether the bot may speak.
func (m *machine) pauseOver() bool {
	p := m.r.Paused
	if p.Until == 0 || m.now < p.Until {
		return false
	}
	m.unpause("quiet")
	return true
}

// unpause ends the pause. A handoff goes on at its on_resume; a run that a
// person broke into is over, unless that person gives it back by a command.
func (m *machine) unpause(why string) {
	reason := m.r.Paused.Reason
	m.r.Paused = nil
	m.event(Event{Kind: Resumed, Name: why})
	w := m.r.Wait
	switch {
	case w != nil && w.Kind == ForHuman:
		n, ok := m.node().(*flow.HandoffNode)
		if !ok {
			m.endRun("handoff")
			return
		}
		m.r.Wait = nil
		m.event(Event{Kind: Branch, Name: "on_resume"})
		if n.Resume == "never" {
			m.endRun("handoff")
			return
		}
		m.follow(n.OnResume)
	case reason == "human" && why == "quiet":
		m.endRun("human")
	}
}

// noAnswer acts when nobody took the conversation in time.
func (m *machine) noAnswer() {
	p := *m.r.Paused
	p.NoAnswer = 0
	m.r.Paused = &p
	n, ok := m.node().(*flow.HandoffNode)
	if !ok || n.NoAnswer == nil {
		return
	}
	m.event(Event{Kind: Branch, Name: "no_answer"})
	m.say(n.NoAnswer.Say)
	m.effect(&Notify{To: "owner", Queue: n.Queue, Reason: "no_answer"})
	if n.NoAnswer.Next != "" {
		m.r.Paused, m.r.Wait = nil, nil
		m.follow(n.NoAnswer.Next)
	}
}

// command carries out what a person of the shop, or the system, orders.
func (m *machine) command(in *Command) {
	switch in.Do {
	case StartFlow:
		def, ok := m.defs.Published(in.Flow)
		if !ok {
			m.event(Event{Kind: Ignored, Name: "no_flow", Text: string(in.Flow)})
			return
		}
		m.leave("replaced")
		m.proactive = true
		m.start(def, flow.Ref(in.Node), Event{Rule: "manual", Text: in.By})
	case Stop:
		m.leave("stopped")
	case PauseBot:
		m.r.Epoch++
		if m.r.Paused == nil {
			m.r.Paused = &Pause{Reason: "manual", Since: m.now}
			m.event(Event{Kind: Paused, Name: "manual", Rule: in.By})
		}
	case Resume:
		m.resume(in)
	case GotoNode:
		m.gotoNode(in)
	case Retract:
		m.retract()
	default:
		m.event(Event{Kind: Ignored, Name: "unknown_command"})
	}
}

// leave ends whatever is under way and recalls what is queued.
func (m *machine) leave(outcome string) {
	m.r.Epoch++
	m.r.Held, m.r.Queue, m.r.Question = nil, nil, nil
	m.endRun(outcome)
	if p := m.r.Paused; p != nil {
		m.r.Paused = nil
		m.event(Event{Kind: Resumed, Name: outcome})
	}
}

func (m *machine) resume(in *Command) {
	if m.r.Paused == nil {
		m.event(Event{Kind: Ignored, Name: "not_paused"})
		return
	}
	handoff := m.r.Paused.Reason == "handoff"
	m.unpause("command")
	if handoff && !m.r.Active() && m.r.Paused == nil && m.r.OptedOut == 0 {
		m.happened = &Happening{Name: "handoff_closed"}
		m.triggerBy(m.happened)
	}
	if in.Node != "" {
		m.gotoNode(in)
	}
}

func (m *machine) gotoNode(in *Command) {
	if m.def == nil {
		m.event(Event{Kind: Ignored, Name: "no_run"})
		return
	}
	if _, ok := m.def.Node(in.Node); !ok {
		m.event(Event{Kind: Ignored, Name: "no_node", Text: string(in.Node)})
		return
	}
	m.r.Epoch++
	m.r.Paused, m.r.Question, m.r.Queue = nil, nil, nil
	m.event(Event{Kind: CommandGiven, Name: string(in.Node), Rule: "goto", Text: in.By})
	m.r.Wait = nil
	m.follow(flow.Ref(in.Node))
}

// retract leaves a version that was withdrawn, through its give_up.
func (m *machine) retract() {
	if !m.r.Active() || m.r.Paused != nil {
		return
	}
	m.r.Epoch++
	m.r.Queue, m.r.Question = nil, nil
	m.over = "retracted"
	m.follow("")
}
