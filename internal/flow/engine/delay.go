package engine

import (
	"strings"
	"time"

	"recado/internal/flow"
)

// maxTyping is the longest delay that looks like somebody typing: WhatsApp stops
// showing it after some 25 seconds by itself.
const maxTyping = 30 * time.Second

// enterDelay waits a while, or until a moment that an expression gives.
func (m *machine) enterDelay(n *flow.DelayNode) flow.Ref {
	until := m.now.Add(n.For)
	if n.Until != nil {
		if t, ok := m.moment(m.run(n.Until)); ok {
			until = min(At(t), m.now.Add(maxLife))
		}
	}
	if until <= m.now {
		m.event(Event{Kind: Branch, Name: "next", Rule: "past"})
		return n.Next
	}
	m.await(Wait{Kind: ForTimer, Since: m.now, Until: until, Typing: n.Typing && until <= m.now.Add(maxTyping)})
	return ""
}

// moment reads what an expression gave as a point in time: with an offset, or
// in the shop's zone without one.
func (m *machine) moment(v any) (time.Time, bool) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, false
	}
	zone := m.env.Shop.Zone
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil && t.Year() > 1970 && t.Year() < 2200 {
			return t, true
		}
	}
	return time.Time{}, false
}

// duringDelay treats a message that comes while a delay runs.
func (m *machine) duringDelay() {
	n, ok := m.node().(*flow.DelayNode)
	if !ok {
		m.over = "dangling"
		m.follow("")
		return
	}
	switch n.OnMessage {
	case "cancel": // the customer is back: what follows comes now, and answers the message
		m.keep()
		m.r.Wait = nil
		m.event(Event{Kind: Branch, Name: "next", Rule: "message"})
		m.follow(n.Next)
	case "keep":
		m.event(Event{Kind: Ignored, Name: "delay"})
	default:
		m.keep()
	}
}

// enterWaitEvent waits for something outside the chat.
func (m *machine) enterWaitEvent(n *flow.WaitEventNode) flow.Ref {
	m.await(Wait{Kind: ForEvent, Since: m.now, Until: m.now.Add(n.Timeout)})
	return ""
}

// duringEvent treats a message that comes while an event is awaited.
func (m *machine) duringEvent() {
	n, ok := m.node().(*flow.WaitEventNode)
	if !ok {
		m.over = "dangling"
		m.follow("")
		return
	}
	if n.OnMessage == "" {
		m.keep()
		return
	}
	m.event(Event{Kind: Branch, Name: "on_message"})
	m.r.Wait = nil
	m.follow(n.OnMessage)
}

// happening gives an event to the run that waits for it, else to a trigger.
func (m *machine) happening(in *ExternalEvent) {
	e := *in
	e.Name = cut(strings.ToValidUTF8(e.Name, "\ufffd"), 200)
	if data, ok := plain(in.Data, m.env.Shop.Zone, 0).(map[string]any); ok && sizeOf(data) < MaxVars/2 {
		e.Data = data
	} else {
		e.Data = nil
	}
	m.happened = &e
	m.proactive = true
	if m.r.Paused != nil && !m.pauseOver() {
		m.event(Event{Kind: Ignored, Name: "paused", Rule: m.r.Paused.Reason})
		return
	}
	if m.republish(); m.restarted {
		return
	}
	if w := m.r.Wait; w != nil && w.Kind == ForEvent {
		if n, ok := m.node().(*flow.WaitEventNode); ok && n.Event == e.Name {
			if n.Save != "" {
				m.set(n.Save, orEmpty(e.Data))
			}
			m.event(Event{Kind: Branch, Name: "next", Rule: "event"})
			m.r.Wait = nil
			m.follow(n.Next)
			return
		}
	}
	if m.r.OptedOut != 0 {
		m.event(Event{Kind: Ignored, Name: "opted_out"})
		return
	}
	m.triggerBy(&e)
}

func orEmpty(data map[string]any) any {
	if data == nil {
		return map[string]any{}
	}
	return data
}

// triggerBy starts the flow that an event triggers.
func (m *machine) triggerBy(e *ExternalEvent) {
	c, ok := m.best(func(def *flow.Def, t *flow.Trigger) (string, bool) {
		if m.r.Active() && t.DuringRun != flow.Interrupt {
			return "", false
		}
		switch t.On {
		case flow.OnEvent:
			return e.Name, t.Event == e.Name
		case flow.OnTagAdded:
			tag, is := tagOf(e.Name)
			return tag, is && (t.Event == "" || t.Event == tag)
		case flow.OnMissedCall:
			return "", e.Name == "missed_call"
		case flow.OnHandoffClosed:
			return "", e.Name == "handoff_closed"
		case flow.OnSchedule:
			return "", e.Name == "schedule:"+string(def.ID)+":"+t.ID
		case flow.OnMessage, flow.OnFirstMessage, flow.OnAnyMessage, flow.OnAdReferral, flow.OnCatalogOrder, flow.OnManual:
		}
		return "", false
	})
	if !ok {
		m.event(Event{Kind: Ignored, Name: "no_trigger", Text: e.Name})
		return
	}
	if m.r.Active() {
		m.event(Event{Kind: Interrupted, Name: c.t.ID, Rule: "event"})
		m.suspend()
	}
	m.fire(c)
}

func tagOf(name string) (string, bool) {
	const lead = "tag:"
	if len(name) > len(lead) && name[:len(lead)] == lead {
		return name[len(lead):], true
	}
	return "", false
}
