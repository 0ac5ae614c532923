package engine

import "recado/internal/flow"

// candidate is a trigger that fits, with the word that made it fit.
type candidate struct {
	def  *flow.Def
	t    *flow.Trigger
	word string
}

func (c candidate) key() string { return string(c.def.ID) + "/" + c.t.ID }

// better reports whether c comes before o: by priority, then by specificity. The
// flows' fixed order decides the rest.
func (c candidate) better(o candidate) bool {
	if o.t == nil || c.t.Priority != o.t.Priority {
		return o.t == nil || c.t.Priority > o.t.Priority
	}
	return c.t.Specificity > o.t.Specificity
}

// startWhenIdle looks for a trigger when no run is under way. A command of a
// published flow comes before triggers that take any message.
func (m triggers) startWhenIdle(first bool) {
	best, ok := m.best(func(_ *flow.Def, t *flow.Trigger) (string, bool) { return m.fits(t, first) })
	if !ok || best.t.On == flow.OnAnyMessage || best.t.On == flow.OnFirstMessage {
		if m.idleCommand() {
			return
		}
		ok = ok && !m.early // a message to the run that just ended starts no other by itself
	}
	if !ok {
		m.event(Event{Kind: Ignored, Name: "no_trigger"})
		return
	}
	m.apologize(best.def)
	m.startFrom(best)
}

// best returns the first of all flows' triggers that fits, in their order.
func (m triggers) best(fits func(*flow.Def, *flow.Trigger) (string, bool)) (candidate, bool) {
	var best candidate
	for _, def := range m.defs.Flows() {
		if m.msg != nil && m.msg.Group && !groupAllowed(def, m.msg.Mentioned) {
			continue
		}
		for i := range def.Triggers {
			c := candidate{def: def, t: &def.Triggers[i]}
			if best.t != nil && !c.better(best) {
				continue
			}
			word, ok := fits(def, c.t)
			if !ok || !m.allowed(c) || !m.holdsIn(def, c.t.When) {
				continue
			}
			c.word = word
			best = c
		}
	}
	return best, best.t != nil
}

// fits reports whether the message fits a trigger, and which word made it fit; first
// says that the customer never wrote before.
func (m triggers) fits(t *flow.Trigger, first bool) (word string, ok bool) {
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

// startFrom starts the trigger's flow.
func (m triggers) startFrom(c candidate) {
	m.start(c.def, c.t.Start, Event{Name: c.t.ID, Rule: string(c.t.On), Text: c.word})
	m.recordStart(c)
}
