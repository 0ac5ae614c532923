package engine

import (
	"strings"

	"recado/internal/flow"
)

// externalEvent gives an event to the run that waits for it, else to a trigger.
func (m *machine) externalEvent(in *ExternalEvent) {
	e := *in
	e.Name = cut(strings.ToValidUTF8(e.Name, "\ufffd"), 200)
	if data, ok := jsonValue(in.Data, m.env.Shop.Zone, 0).(map[string]any); ok && sizeOf(data) < MaxVars/2 {
		e.Data = data
	} else {
		e.Data = nil
	}
	m.external = &e
	m.proactive = true
	if m.r.Paused != nil && !m.handoff().pauseOver() {
		m.event(Event{Kind: Ignored, Name: "paused", Rule: m.r.Paused.Reason})
		return
	}
	if m.migration().toPublished(); m.restarted {
		return
	}
	if w := m.r.Wait; w != nil && w.Kind == ForEvent {
		if n, ok := m.node().(*flow.WaitEventNode); ok && n.Event == e.Name {
			if n.Save != "" {
				m.set(n.Save, orEmpty(e.Data))
			}
			m.event(Event{Kind: Branch, Name: "next", Rule: "event"})
			m.r.Wait = nil
			m.traverse(n.Next)
			return
		}
	}
	if m.r.OptedOut != 0 {
		m.event(Event{Kind: Ignored, Name: "opted_out"})
		return
	}
	m.triggers().startForEvent(&e)
}

func orEmpty(data map[string]any) any {
	if data == nil {
		return map[string]any{}
	}
	return data
}

// startForEvent starts the flow that an event triggers.
func (m triggers) startForEvent(e *ExternalEvent) {
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
		m.interruption().suspend()
	}
	m.startFrom(c)
}

func tagOf(name string) (string, bool) {
	const lead = "tag:"
	if len(name) > len(lead) && name[:len(lead)] == lead {
		return name[len(lead):], true
	}
	return "", false
}
