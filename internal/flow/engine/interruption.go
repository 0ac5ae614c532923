package engine

import (
	"slices"

	"recado/internal/flow"
	"recado/internal/i18n"
	"recado/internal/understand/choice"
)

// tryTrigger starts, or asks about, a flow whose trigger may come in the
// middle of another. An answer of the menu on screen comes first.
func (m interruption) tryTrigger() bool {
	c, ok := m.triggers().best(func(_ *flow.Def, t *flow.Trigger) (string, bool) {
		if t.On != flow.OnMessage || t.DuringRun == flow.NeverDuring || t.DuringRun == "" {
			return "", false
		}
		return m.triggers().fits(t, false)
	})
	if !ok {
		return false
	}
	if n, menu := m.menuOnScreen(); menu {
		r := choice.Match(m.menu(n).candidates(m.menu(n).onScreen(nil), nil), &m.text)
		if _, one := r.One(); one && r.Rule != choice.Fuzzy {
			return false
		}
	}
	if c.t.DuringRun == flow.AskDuring {
		if m.atTriggerStart(c) {
			return false // the run has just begun: there is nothing to lose or to ask about
		}
		m.event(Event{Kind: Interrupted, Name: c.t.ID, Rule: "ask", Text: c.word})
		m.r.Question = &Question{Kind: "switch", Flow: c.def.ID, Start: c.t.Start, Name: c.t.ID, Since: m.now}
		m.sayQuestion(saySwitch, sayGoOn, sayAnew)
		return true
	}
	m.event(Event{Kind: Interrupted, Name: c.t.ID, Rule: "interrupt", Text: c.word})
	if c.def.ID == m.r.Stack[0].Flow && c.t.Start == flow.Ref(c.def.Start) { // the same from its beginning: nothing to come back to
		m.endRun("restarted")
	} else {
		m.suspend()
	}
	m.triggers().startFrom(c)
	return true
}

// atTriggerStart reports whether the run stands where the trigger would lead anyway.
func (m interruption) atTriggerStart(c candidate) bool {
	return len(m.r.Stack) == 1 && m.r.Stack[0].Flow == c.def.ID && flow.Ref(m.top().Node) == c.t.Start
}

// suspend puts the run aside; the oldest of too many is forgotten.
func (m interruption) suspend() {
	held := append(make([]SuspendedRun, 0, MaxSuspended+1), m.r.Suspended...)
	held = append(held, SuspendedRun{m.r.ID, m.r.Started, m.r.Expires, m.r.Inputs, m.r.Stack, m.r.Wait, m.r.Trigger})
	if len(held) > MaxSuspended {
		held = held[1:]
	}
	m.r.Suspended = held
	m.r.Stack, m.r.Wait, m.r.Question = nil, nil, nil
	m.def = nil
}

// sayQuestion asks one of the engine's own questions.
func (m *sender) sayQuestion(q, one, two i18n.Sentence) {
	l := m.locale()
	m.sendText(q.InLocale(l) + "\n1. " + one.InLocale(l) + "\n2. " + two.InLocale(l))
}

// questionOptions are the answers of the engine's questions.
func questionOptions(kind string) []choice.Option {
	no, keys := sayAnew, anewKeys
	if kind == "return" {
		no, keys = sayLeave, leaveKeys
	}
	yes := choice.Option{N: 1, ID: "yes", Keys: goOnKeys}
	two := choice.Option{N: 2, ID: "no", Keys: keys}
	for i := range sayGoOn {
		yes.Keys = append(slices.Clip(yes.Keys), choice.Read(sayGoOn[i]).Key)
		two.Keys = append(slices.Clip(two.Keys), choice.Read(no[i]).Key)
	}
	return []choice.Option{yes, two}
}

// answer takes the message for the answer to the engine's question. It
// is asked once: anything else is for the run, as if it had been "go on".
func (m interruption) answer() bool {
	q := m.r.Question
	m.r.Question = nil
	options := questionOptions(q.Kind)
	i, ok := choice.Match(options, &m.text).One()
	if !ok {
		m.event(Event{Kind: Ignored, Name: "question"})
		if q.Kind == "return" {
			m.r.Suspended = nil
		}
		return false
	}
	yes := options[i].ID == "yes"
	m.event(Event{Kind: Chosen, Name: options[i].ID, Rule: "question_" + q.Kind})
	switch {
	case q.Kind == "return" && yes:
		m.continueSuspended()
	case q.Kind == "return":
		m.r.Suspended = m.r.Suspended[:max(0, len(m.r.Suspended)-1)]
		m.offerReturn()
	case yes:
		m.askAgain()
	default:
		m.endRun("restarted")
		if def, ok := m.defs.Published(q.Flow); ok {
			m.start(def, q.Start, Event{Name: q.Name, Rule: "question_switch"})
			m.r.Trigger = string(q.Flow) + "/" + q.Name
		}
	}
	return true
}

// offerReturn asks whether an interrupted run should go on, once the one that interrupted it is over.
func (m interruption) offerReturn() {
	for len(m.r.Suspended) > 0 {
		last := m.r.Suspended[len(m.r.Suspended)-1]
		if (last.Expires == 0 || m.now < last.Expires) && len(last.Stack) > 0 && m.r.Paused == nil {
			m.r.Question = &Question{Kind: "return", Flow: last.Stack[0].Flow, Since: m.now}
			m.sayQuestion(sayReturn, sayGoOn, sayLeave)
			return
		}
		m.r.Suspended = m.r.Suspended[:len(m.r.Suspended)-1]
	}
	m.r.Suspended = nil
}

// continueSuspended takes up the run that was interrupted last.
func (m interruption) continueSuspended() {
	if len(m.r.Suspended) == 0 {
		return
	}
	h := m.r.Suspended[len(m.r.Suspended)-1]
	m.r.Suspended = m.r.Suspended[: len(m.r.Suspended)-1 : len(m.r.Suspended)-1]
	m.r.ID, m.r.Started, m.r.Expires, m.r.Inputs, m.r.Stack, m.r.Wait = h.ID, h.Started, h.Expires, h.Inputs, h.Stack, h.Wait
	m.r.Trigger, m.r.Choice, m.r.Event = h.Trigger, Choice{}, nil
	m.ownStack, m.ownVars = false, false
	m.open()
	m.extendExpiry()
	m.event(Event{Kind: Continued})
	m.askAgain()
}

// The words that answer the engine's own questions, in addition to their labels.
var (
	goOnKeys  = []string{"seguir", "seguimos", "sigamos", "sigo", "continuar", "continuamos", "continua", "go on", "continue", "keep going", "si", "sim", "yes", "dale", "ok", "vale", "si seguimos", "si por favor", "claro"}
	anewKeys  = []string{"empezar de nuevo", "de nuevo", "nuevo", "otra vez", "reiniciar", "comenzar de nuevo", "empezamos de nuevo", "start over", "restart", "comecar de novo", "de novo", "recomecar"}
	leaveKeys = []string{"no gracias", "no", "nao", "nao obrigado", "no thanks", "ya no", "dejalo", "asi esta bien"}
)
