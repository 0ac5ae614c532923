package engine

import (
	"strconv"
	"time"

	"recado/internal/flow"
)

// afterQuietHours moves a moment out of the shop's quiet hours.
func (m *step) afterQuietHours(at Instant) Instant {
	q := m.env.Shop.QuietHours
	if q.From == q.To {
		return at
	}
	zone := m.env.zone()
	t := at.Time().In(zone)
	minute := t.Hour()*60 + t.Minute()
	inside := q.From <= minute && minute < q.To
	days := 0
	if q.From > q.To { // over midnight
		inside = minute >= q.From || minute < q.To
		if minute >= q.From {
			days = 1
		}
	}
	if !inside {
		return at
	}
	return At(time.Date(t.Year(), t.Month(), t.Day()+days, 0, q.To, 0, 0, zone))
}

// schedule sets the one timer of the conversation to the next moment anything is
// due. A timer that would come earlier stays: it finds nothing due and the next
// is set then, which is cheaper than one write for every message.
func (m timers) schedule() {
	at := m.nextDue()
	t := m.r.Timer
	switch {
	case at == 0 && t != nil:
		m.effect(&CancelTimer{Token: t.Token})
		m.r.Timer = nil
	case at != 0 && (t == nil || t.Due > at):
		if t != nil {
			m.effect(&CancelTimer{Token: t.Token})
		}
		set := &SetTimer{Due: at}
		set.Token = m.effect(set)
		m.r.Timer = &PendingTimer{Token: set.Token, Due: at}
	}
}

// nextDue returns the next moment at which anything is due, 0 for never.
func (m timers) nextDue() Instant {
	if p := m.r.Paused; p != nil {
		return earliest(p.NoAnswer, p.Until)
	}
	if !m.r.Active() {
		return 0
	}
	at := m.r.Expires
	if w := m.r.Wait; w != nil && w.Kind != ForReply {
		at = earliest(at, w.Until)
	}
	if n, i := m.nextNudge(); i >= 0 {
		at = earliest(at, n)
	}
	return max(at, m.now+1)
}

func earliest(a, b Instant) Instant {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// fire acts on a timer. The token of a timer that was replaced is stale; a timer that
// comes early finds nothing due and is set again.
func (m timers) fire(in *Timer) {
	if m.r.Timer == nil || m.r.Timer.Token != in.Token {
		m.event(Event{Kind: Ignored, Name: "stale_timer"})
		return
	}
	m.r.Timer = nil
	m.proactive = true
	m.runDue()
}

// catchUp runs what is overdue before a message is routed: a message must not find an
// expired run, and does not answer a question that is only asked now.
func (m timers) catchUp() {
	if m.r.Active() && m.r.Expires != 0 && m.now >= m.r.Expires {
		m.expire()
		m.early = m.r.Active()
	}
	if w := m.r.Wait; w != nil && (w.Kind == ForTimer || w.Kind == ForEvent || w.Kind == ForResult) && w.Until != 0 && m.now >= w.Until {
		m.waitTimedOut()
		m.early = m.r.Active()
	}
}

// runDue runs the one thing that is due.
func (m timers) runDue() {
	if p := m.r.Paused; p != nil {
		switch {
		case p.NoAnswer != 0 && m.now >= p.NoAnswer:
			m.handoff().noAnswer()
		case p.Until != 0 && m.now >= p.Until:
			m.handoff().unpause("quiet")
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
		m.waitTimedOut()
		return
	}
	if at, i := m.nextNudge(); i >= 0 && m.now >= at {
		m.nudge(i)
	}
}

// expire ends a run that the customer abandoned.
func (m timers) expire() {
	m.event(Event{Kind: Expired})
	m.r.Question, m.r.Deferred = nil, nil
	if m.migration().toPublished(); m.restarted {
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
	m.extendExpiry()
	m.r.Wait = nil
	m.traverse(next)
}

// waitTimedOut ends a wait that is not for a reply.
func (m timers) waitTimedOut() {
	if m.migration().toPublished(); m.restarted || m.r.Wait == nil {
		return
	}
	kind := m.r.Wait.Kind
	switch n := m.node().(type) {
	case *flow.DelayNode:
		m.r.Wait = nil
		m.event(Event{Kind: Branch, Name: "next", Rule: "time"})
		m.traverse(n.Next)
	case *flow.WaitEventNode:
		m.r.Wait = nil
		m.event(Event{Kind: Branch, Name: "on_timeout"})
		m.traverse(n.OnTimeout)
	case *flow.HTTPNode:
		m.traverse(m.httpDone(n, &Result{Error: "no_result"}))
	default:
		m.event(Event{Kind: Warned, Name: "wait", Text: string(kind)})
		m.limits.exceed("dangling")
		m.traverse("")
	}
}

// nudges returns the nudges of the question on top.
func (m timers) nudges() []flow.Nudge {
	if m.r.Wait == nil || m.r.Wait.Kind != ForReply {
		return nil
	}
	switch n := m.node().(type) {
	case *flow.MenuNode:
		return n.Nudges
	case *flow.AskNode:
		return n.Nudges
	default:
		return nil
	}
}

// nextNudge returns when the next nudge is due and which, -1 when there is none.
func (m timers) nextNudge() (Instant, int) {
	ns := m.nudges()
	if len(ns) == 0 || m.r.OptedOut != 0 || m.r.Wait.Nudge >= len(ns) {
		return 0, -1
	}
	i := m.r.Wait.Nudge
	return m.afterQuietHours(m.r.Wait.Since.Add(ns[i].After)), i
}

// nudge reminds the customer, or goes on without an answer.
func (m timers) nudge(i int) {
	m.migration().toPublished()
	ns := m.nudges()
	if m.restarted || i >= len(ns) {
		return
	}
	m.wait().Nudge = i + 1
	m.event(Event{Kind: Nudged, Name: strconv.Itoa(i)})
	m.say(ns[i].Say)
	if ns[i].Next != "" {
		m.event(Event{Kind: Branch, Name: "nudges." + strconv.Itoa(i)})
		m.r.Wait = nil
		m.traverse(ns[i].Next)
	}
}
