package engine

import "recado/internal/flow"

// found is a trigger that fits, with the word that made it fit.
type found struct {
	def  *flow.Def
	t    *flow.Trigger
	word string
}

func (f found) key() string { return string(f.def.ID) + "/" + f.t.ID }

// better reports whether f comes before g: priority, then how specific it is;
// the flows' fixed order decides the rest.
func (f found) better(g found) bool {
	if g.t == nil || f.t.Priority != g.t.Priority {
		return g.t == nil || f.t.Priority > g.t.Priority
	}
	return f.t.Specificity > g.t.Specificity
}

// idle looks for a trigger when no run is under way. A command of a published
// flow comes before triggers that take any message.
func (m *machine) idle(first bool) {
	best, ok := m.best(func(def *flow.Def, t *flow.Trigger) (string, bool) { return m.fits(def, t, first) })
	if !ok || best.t.On == flow.OnAnyMessage || best.t.On == flow.OnFirstMessage {
		if m.idleCommand() {
			return
		}
		ok = ok && !m.early // what was written to the run that just ended starts no other by itself
	}
	if !ok {
		m.event(Event{Kind: Ignored, Name: "no_trigger"})
		return
	}
	m.apologise(best.def)
	m.fire(best)
}

// best returns the first of all flows' triggers that fits, in their order.
func (m *machine) best(fits func(*flow.Def, *flow.Trigger) (string, bool)) (found, bool) {
	var best found
	for _, def := range m.defs.Flows() {
		if m.msg != nil && m.msg.Group && !groupAllowed(def, m.msg.Mentioned) {
			continue
		}
		for i := range def.Triggers {
			t := &def.Triggers[i]
			c := found{def, t, ""}
			if best.t != nil && !c.better(best) {
				continue
			}
			word, ok := fits(def, t)
			if !ok || !m.ready(c) || !m.holdsIn(def, t.When) {
				continue
			}
			c.word = word
			best = c
		}
	}
	return best, best.t != nil
}

// holdsIn decides a condition as a flow sees it that does not run yet.
func (m *machine) holdsIn(def *flow.Def, c *flow.Cond) bool {
	if c == nil {
		return true
	}
	before := m.def
	if !m.r.Active() {
		m.def = def
	}
	ok, ws := c.Eval(m.sc())
	m.def = before
	m.warn(ws)
	return ok
}

// fits reports whether the message fits a trigger, and which word made it fit.
func (m *machine) fits(_ *flow.Def, t *flow.Trigger, first bool) (word string, ok bool) {
	switch t.On {
	case flow.OnMessage:
		if t.Match == nil {
			return "", false
		}
	case flow.OnFirstMessage:
		if !first {
			return "", false
		}
	case flow.OnAnyMessage:
	case flow.OnAdReferral:
		if m.msg.Ad == "" || t.Match != nil && t.Match.Ad != "" && t.Match.Ad != m.msg.Ad {
			return "", false
		}
	case flow.OnCatalogOrder, flow.OnHandoffClosed, flow.OnSchedule, flow.OnEvent, flow.OnTagAdded, flow.OnMissedCall, flow.OnManual:
		return "", false
	}
	if t.Match == nil {
		return "", true
	}
	return m.matches(t.Match)
}

// fire starts the trigger's flow.
func (m *machine) fire(c found) {
	m.start(c.def, c.t.Start, Event{Name: c.t.ID, Rule: string(c.t.On), Text: c.word})
	m.mark(c)
}

// idleCommand takes a command word for a wish to begin where it leads.
func (m *machine) idleCommand() bool {
	if m.text.Key == "" {
		return false
	}
	for _, def := range m.defs.Flows() {
		if m.msg.Group && !groupAllowed(def, m.msg.Mentioned) {
			continue
		}
		before := m.def
		m.def = def
		c := m.matchCommand(def)
		m.def = before
		if c == nil {
			continue
		}
		switch c.Do {
		case flow.End, flow.Back, flow.Retry:
			continue
		case flow.Human:
			m.event(Event{Kind: CommandGiven, Flow: def.ID, Name: string(c.Do), Text: m.text.Key})
			m.handOver(&flow.HandoffNode{Resume: "after_close"}, "command")
			return true
		case flow.Start:
			m.start(def, "", Event{Rule: "command", Text: m.text.Key})
			return true
		}
		node, ok := c.Do.Node()
		if n, there := def.Node(node); ok && there && n.Type() == flow.TypeEnd {
			continue // "cancelar" with nothing to cancel
		}
		m.start(def, c.Do, Event{Rule: "command", Text: m.text.Key})
		return true
	}
	return false
}
