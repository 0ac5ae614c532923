package engine

import (
	"strconv"
	"time"

	"recado/internal/flow"
)

// popFrame removes the frame on top.
func (m *step) popFrame() {
	m.frame()
	m.r.Stack = m.r.Stack[:len(m.r.Stack)-1]
	m.r.Wait = nil
	m.ownVars = false
}

// start starts a run of def.
func (m *machine) start(def *flow.Def, at flow.Ref, e Event) {
	m.r.ID = strconv.FormatInt(m.r.Seq, 36)
	m.r.Trigger = ""
	m.r.Started, m.r.Inputs = m.now, 0
	m.r.Wait, m.r.Question, m.r.Choice, m.r.Event = nil, nil, Choice{}, m.external
	m.setFrame(newFrame(def))
	m.ownVars = true
	m.r.Status = StatusWaiting
	if o := m.r.Contact; o != nil && m.now.Sub(o.Since) > time.Minute {
		m.r.Contact = nil
	}
	if m.msg != nil {
		m.r.Inputs = 1
	}
	m.open()
	m.extendExpiry()
	if at == "" {
		at = flow.Start
	}
	e.Kind = Started
	m.event(e)
	m.traverse(at)
}

func newFrame(def *flow.Def) Frame {
	return Frame{Flow: def.ID, Version: def.Version, Hash: def.Hash[:min(12, len(def.Hash))], Node: def.Start}
}

// maxLife is how long a run may live.
const maxLife = 30 * 24 * time.Hour

// extendExpiry moves the end of a silent run.
func (m *step) extendExpiry() {
	end := m.r.Started.Add(maxLife)
	if m.def != nil && m.def.Settings.Expire > 0 {
		end = min(end, m.now.Add(m.def.Settings.Expire))
	}
	m.r.Expires = end
}

// endFrame ends the flow on top: a called one returns to its caller, the last one ends the run.
func (m *machine) endFrame(outcome string, returns map[string]any) flow.Ref {
	if len(m.r.Stack) > 1 {
		return m.returnToCaller(returns)
	}
	if !m.proactive {
		m.triggers().throttleAfterRun()
	}
	m.endRun(outcome)
	m.interruption().offerReturn()
	return ""
}

// endRun ends the run under way.
func (m *step) endRun(outcome string) {
	if !m.r.Active() {
		return
	}
	m.event(Event{Kind: Ended, Name: outcome})
	m.r.Stack, m.r.Wait, m.r.Question, m.r.Choice, m.r.Event = nil, nil, nil, Choice{}, nil
	m.r.ID, m.r.Trigger, m.r.Started, m.r.Expires, m.r.Inputs = "", "", 0, 0, 0
	m.ownStack, m.ownVars = true, true
	m.r.Status = StatusEnded
	m.def = nil
}
