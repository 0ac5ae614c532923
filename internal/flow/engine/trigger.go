package engine

import (
	"strings"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/fold"
	"recado/internal/message"
)

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
	before, scope := m.def, m.scope
	if !m.r.Active() {
		m.def, m.scope = def, nil
	}
	ok, ws := c.Eval(m.sc())
	m.def, m.scope = before, scope
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

// matches reports whether the message looks as a trigger demands.
func (m *machine) matches(want *flow.Match) (word string, ok bool) {
	if want.Media != "" && !mediaFits(want.Media, m.msg.Content.Kind) {
		return "", false
	}
	if want.Ad != "" && want.Ad != m.msg.Ad {
		return "", false
	}
	if len(want.Words) == 0 {
		return "", want.Media != "" || want.Ad != ""
	}
	if m.text.Key == "" {
		return "", false
	}
	phrase := m.text.Phrase()
	if word, ok = matchWords(want, m.text.Key, phrase); ok {
		return word, true
	}
	if loose := fold.LooseKey(phrase); loose != phrase || strings.Contains(strings.Join(want.Words, " "), "ñ") {
		l := *want
		l.Words = make([]string, len(want.Words))
		for i, w := range want.Words {
			l.Words[i] = fold.LooseKey(w)
		}
		return matchWords(&l, fold.LooseKey(m.text.Key), loose)
	}
	return "", false
}

func matchWords(want *flow.Match, key, phrase string) (string, bool) {
	for _, w := range want.Words {
		switch want.How {
		case flow.First:
			if strings.HasPrefix(phrase, w) && (len(phrase) == len(w) || phrase[len(w)] == ' ') {
				return w, true
			}
		case flow.AnyWord:
			if hasWord(phrase, w) {
				return w, true
			}
		case flow.AllWords:
			if !hasWord(phrase, w) {
				return "", false
			}
		case flow.Prefix:
			if strings.HasPrefix(key, w) {
				return w, true
			}
		case flow.Only:
			if key == w || phrase == w {
				return w, true
			}
		}
	}
	if want.How == flow.AllWords {
		return strings.Join(want.Words, " "), true
	}
	return "", false
}

// hasWord reports whether w stands in phrase as whole words.
func hasWord(phrase, w string) bool {
	for from := 0; ; {
		i := strings.Index(phrase[from:], w)
		if i < 0 || w == "" {
			return false
		}
		i += from
		end := i + len(w)
		if (i == 0 || phrase[i-1] == ' ') && (end == len(phrase) || phrase[end] == ' ') {
			return true
		}
		from = i + 1
	}
}

func mediaFits(want string, k message.Kind) bool {
	switch want {
	case "any":
		return k == message.Image || k == message.Video || k == message.Audio || k == message.Voice || k == message.Document || k == message.Sticker
	case "order":
		return false
	}
	return want == string(k)
}

// ready reports whether once_per allows the trigger.
func (m *machine) ready(c found) bool {
	if c.t.OncePer == 0 {
		return true
	}
	key := c.key()
	for _, o := range m.r.Once {
		if o.Trigger == key && m.now < o.Until {
			m.event(Event{Kind: Ignored, Name: "once_per", Flow: c.def.ID, Rule: c.t.ID})
			return false
		}
	}
	return true
}

// fired remembers that a trigger with once_per fired.
func (m *machine) fired(key string, per time.Duration) {
	once := make([]Once, 0, len(m.r.Once)+1)
	for _, o := range m.r.Once {
		if o.Trigger != key && m.now < o.Until {
			once = append(once, o)
		}
	}
	m.r.Once = append(once, Once{key, m.now.Add(per)})
}

// again counts once_per from the end of a run, for the trigger that started it
// and for those that take any message: "thanks" after a long chat must not open
// the menu.
func (m *machine) again() {
	root, ok := m.defs.Version(m.r.Stack[0].Flow, m.r.Stack[0].Version)
	if !ok {
		return
	}
	for i := range root.Triggers {
		t := &root.Triggers[i]
		if t.OncePer == 0 {
			continue
		}
		if key := string(root.ID) + "/" + t.ID; t.On == flow.OnAnyMessage || key == m.r.Trigger {
			m.fired(key, t.OncePer)
		}
	}
}

// fire starts the trigger's flow.
func (m *machine) fire(c found) {
	m.start(c.def, c.t.Start, Event{Name: c.t.ID, Rule: string(c.t.On), Text: c.word})
	m.mark(c)
}

// mark notes which trigger the run under way owes its start to.
func (m *machine) mark(c found) {
	key := c.key()
	if m.r.Active() {
		m.r.Trigger = key
	}
	if c.t.OncePer > 0 {
		m.fired(key, c.t.OncePer)
	}
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
		m.def, m.scope = def, nil
		c := m.matchCommand(def)
		m.def, m.scope = before, nil
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
