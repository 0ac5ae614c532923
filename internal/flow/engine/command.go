package engine

import "recado/internal/flow"

// execute carries out a command of a person of the shop, or of the system.
func (m commands) execute(in *Command) {
	switch in.Do {
	case StartFlow:
		def, ok := m.defs.Published(in.Flow)
		if !ok {
			m.event(Event{Kind: Ignored, Name: "no_flow", Text: string(in.Flow)})
			return
		}
		m.abandon("replaced")
		m.proactive = true
		m.start(def, flow.Ref(in.Node), Event{Rule: "manual", Text: in.By})
	case Stop:
		m.abandon("stopped")
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

// abandon ends the run, the interrupted ones and a pause, and recalls queued messages.
func (m commands) abandon(outcome string) {
	m.r.Epoch++
	m.r.Suspended, m.r.Deferred, m.r.Question = nil, nil, nil
	m.endRun(outcome)
	if p := m.r.Paused; p != nil {
		m.r.Paused = nil
		m.event(Event{Kind: Resumed, Name: outcome})
	}
}

func (m commands) resume(in *Command) {
	if m.r.Paused == nil {
		m.event(Event{Kind: Ignored, Name: "not_paused"})
		return
	}
	handoff := m.r.Paused.Reason == "handoff"
	m.handoff().unpause("command")
	if handoff && !m.r.Active() && m.r.Paused == nil && m.r.OptedOut == 0 {
		m.external = &ExternalEvent{Name: "handoff_closed"}
		m.triggers().startForEvent(m.external)
	}
	if in.Node != "" {
		m.gotoNode(in)
	}
}

func (m commands) gotoNode(in *Command) {
	if m.def == nil {
		m.event(Event{Kind: Ignored, Name: "no_run"})
		return
	}
	if _, ok := m.def.Node(in.Node); !ok {
		m.event(Event{Kind: Ignored, Name: "no_node", Text: string(in.Node)})
		return
	}
	m.r.Epoch++
	m.r.Paused, m.r.Question, m.r.Deferred = nil, nil, nil
	m.event(Event{Kind: CommandGiven, Name: string(in.Node), Rule: "goto", Text: in.By})
	m.r.Wait = nil
	m.traverse(flow.Ref(in.Node))
}

// retract leaves a version that was withdrawn, through its give_up.
func (m commands) retract() {
	if !m.r.Active() || m.r.Paused != nil {
		return
	}
	m.r.Epoch++
	m.r.Deferred, m.r.Question = nil, nil
	m.limits.exceed("retracted")
	m.traverse("")
}
