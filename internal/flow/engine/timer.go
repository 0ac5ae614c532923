package engine

import "recado/internal/flow"

// timer does what is due. The token of a timer that was replaced is stale; one
// that comes early finds nothing due and is set again.
func (m *machine) timer(in *Timer) {
	if m.r.Timer == nil || m.r.Timer.Token != in.Token {
		m.event(Event{Kind: Ignored, Name: "stale_timer"})
		return
	}
	m.r.Timer = nil
	m.proactive = true
	m.due()
}

// overtaken does, before a message is looked at, what should have happened
// already: a message must not find a run that has expired. A question that is
// only asked now is not what the message answers.
func (m *machine) overtaken() {
	if m.r.Active() && m.r.Expires != 0 && m.now >= m.r.Expires {
		m.expire()
		m.early = m.r.Active()
	}
	if w := m.r.Wait; w != nil && (w.Kind == ForTimer || w.Kind == ForEvent || w.Kind == ForResult) && w.Until != 0 && m.now >= w.Until {
		m.timeUp()
		m.early = m.r.Active()
	}
}

// due does the one thing whose moment has come.
func (m *machine) due() {
	if p := m.r.Paused; p != nil {
		switch {
		case p.NoAnswer != 0 && m.now >= p.NoAnswer:
			m.noAnswer()
		case p.Until != 0 && m.now >= p.Until:
			m.unpause("quiet")
		}
		return
	}
	if !m.r.Active() {
		return
	}
	if m.now >= m.r.Expires && m.r.Expires != 0 {
		m.expire()
		return
	}
	w := m.r.Wait
	if w == nil {
		return
	}
	if w.Until != 0 && m.now >= w.Until && w.Kind != ForReply {
		m.timeUp()
		return
	}
	if at, i := m.nextNudge(); i >= 0 && m.now >= at {
		m.nudge(i)
	}
}

// expire ends a run that the customer left.
func (m *machine) expire() {
	m.event(Event{Kind: Expired})
	m.r.Question, m.r.Deferred = nil, nil
	if m.republish(); m.restarted {
		return
	}
	if m.def == nil {
		m.endRun("expired")
		return
	}
	next := m.def.Settings.ExpireNext
	if next == flow.End || next == "" || m.now.Sub(m.r.Started) >= maxLife {
		m.endRun("expired")
		return
	}
	m.expiry()
	m.r.Wait = nil
	m.follow(next)
}

// timeUp ends a wait that is not for a reply.
func (m *machine) timeUp() {
	if m.republish(); m.restarted || m.r.Wait == nil {
		return
	}
	kind := m.r.Wait.Kind
	switch n := m.node().(type) {
	case *flow.DelayNode:
		m.r.Wait = nil
		m.event(Event{Kind: Branch, Name: "next", Rule: "time"})
		m.follow(n.Next)
	case *flow.WaitEventNode:
		m.r.Wait = nil
		m.event(Event{Kind: Branch, Name: "on_timeout"})
		m.follow(n.OnTimeout)
	case *flow.HTTPNode:
		m.follow(m.httpDone(n, &Result{Error: "no_result"}))
	default:
		m.event(Event{Kind: Warned, Name: "wait", Text: string(kind)})
		m.over = "dangling"
		m.follow("")
	}
}

// nudges returns the nudges of the question on top.
func (m *machine) nudges() []flow.Nudge {
	if m.r.Wait == nil || m.r.Wait.Kind != ForReply {
		return nil
	}
	switch n := m.node().(type) {
	case *flow.MenuNode:
		return n.Nudges
	case *flow.AskNode:
		return n.Nudges
	}
	return nil
}

// nextNudge returns when the next nudge is due and which, -1 when there is none.
func (m *machine) nextNudge() (Instant, int) {
	ns := m.nudges()
	if len(ns) == 0 || m.r.OptedOut != 0 || m.r.Wait.Nudge >= len(ns) {
		return 0, -1
	}
	i := m.r.Wait.Nudge
	return m.afterQuiet(m.r.Wait.Since.Add(ns[i].After)), i
}

// nudge reminds the customer, or goes on without an answer.
func (m *machine) nudge(i int) {
	m.republish()
	ns := m.nudges()
	if m.restarted || i >= len(ns) {
		return
	}
	m.wait().Nudge = i + 1
	m.event(Event{Kind: Nudged, Name: itoa(i)})
	m.say(ns[i].Say)
	if ns[i].Next != "" {
		m.event(Event{Kind: Branch, Name: "nudges." + itoa(i)})
		m.r.Wait = nil
		m.follow(ns[i].Next)
	}
}
