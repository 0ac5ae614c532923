package engine

import (
	"slices"
	"strconv"
	"strings"

	"recado/internal/flow"
	"recado/internal/understand/choice"
)

// menu is a menu node in a step: its options, its rendering and its answers.
type menu struct {
	reprompt
	n *flow.MenuNode
}

func (m *sender) menu(n *flow.MenuNode) menu { return menu{reprompt{m, &n.Reprompt}, n} }

// enter asks a menu's question. A menu without any option to show goes on.
func (m menu) enter() flow.Ref {
	if lines, whole, ok := m.n.StaticText(m.locale()); ok && m.isTextOnly() { // as nearly all: nothing to work out
		m.awaitReply()
		m.showCompiled(m.n.Say, "", lines, whole)
		return ""
	}
	var room [8]Offered
	shown := m.visibleOptions(room[:0])
	if len(shown) == 0 {
		m.event(Event{Kind: Branch, Name: "next", Rule: "no_options"})
		return m.n.Next
	}
	w := m.awaitReply()
	if !m.static(shown) {
		w.Options = slices.Clone(shown)
	}
	m.show(shown, m.n.Say, "")
	return ""
}

// reply takes the message for an answer to the menu.
func (m menu) reply() flow.Ref {
	if m.raw == "" {
		return m.refuse()
	}
	var room [8]Offered
	shown := m.onScreen(room[:0])
	var space [8]choice.Option
	options := m.candidates(shown, space[:0])
	if m.n.Multiple {
		return m.replyMany(shown, options)
	}
	r := m.match(options)
	if i, ok := r.One(); ok {
		return m.choose(shown, options[i].ID, string(r.Rule), r.Key)
	}
	if len(r.Found) > 1 {
		m.event(Event{Kind: Ambiguous, Rule: string(r.Rule), Text: r.Key})
		return m.disambiguate(shown, options, r.Found)
	}
	return m.invalid("not_an_option", func(say flow.Say) { m.show(shown, nil, m.renderAbove(say)) })
}

// match understands the message; of several lines, the last that names an option counts.
func (m menu) match(options []choice.Option) choice.Result {
	r := choice.Match(options, &m.text)
	if r.Rule != choice.None || !strings.Contains(m.raw, "\n") {
		return r
	}
	lines := strings.Split(m.raw, "\n")
	for _, line := range slices.Backward(lines) {
		line := choice.Read(line)
		if r := choice.Match(options, &line); r.Rule != choice.None {
			return r
		}
	}
	return r
}

func (m menu) replyMany(shown []Offered, options []choice.Option) flow.Ref {
	r, ok := choice.Many(options, m.raw)
	if ok && len(r.Found) == 1 && options[r.Found[0]].N == 0 {
		return m.choose(shown, options[r.Found[0]].ID, string(r.Rule), r.Key)
	}
	if !ok {
		if len(r.Found) > 1 {
			m.event(Event{Kind: Ambiguous, Rule: string(r.Rule), Text: r.Key})
			return m.disambiguate(shown, options, r.Found)
		}
		return m.invalid("not_an_option", func(say flow.Say) { m.show(shown, nil, m.renderAbove(say)) })
	}
	ids := make([]string, 0, len(r.Found))
	for _, i := range r.Found {
		if options[i].N > 0 {
			ids = append(ids, options[i].ID)
		}
	}
	return m.chooseMany(ids, string(r.Rule), r.Key)
}

// disambiguate asks again, with the candidates only; their numbers stay.
func (m menu) disambiguate(shown []Offered, options []choice.Option, found []int) flow.Ref {
	if ref := m.failed("ambiguous"); ref != "" || m.early {
		return ref
	}
	var b strings.Builder
	b.WriteString(sayWhich.InLocale(m.locale()))
	for _, i := range found {
		for _, o := range shown {
			if o.ID == options[i].ID {
				b.WriteString("\n" + strconv.Itoa(o.N) + ". " + m.label(o))
			}
		}
	}
	m.sendText(b.String())
	return ""
}

// choose follows one option.
func (m menu) choose(shown []Offered, id, rule, key string) flow.Ref {
	if id == moreID || id == firstID {
		w := m.wait()
		w.Since = m.now
		if w.Page++; id == firstID {
			w.Page = 0
		}
		m.event(Event{Kind: Chosen, Name: id, Rule: rule, Text: key})
		m.show(shown, nil, "")
		return ""
	}
	if m.n.Multiple {
		return m.chooseMany([]string{id}, rule, key)
	}
	m.r.Traffic.understood()
	m.event(Event{Kind: Chosen, Name: id, Rule: rule, Text: key})
	m.keepChoice(shown, id)
	if m.n.Save != "" {
		m.set(m.n.Save, id)
		m.event(Event{Kind: AnswerSaved, Name: m.n.Save})
	}
	if opt := optionByID(m.n, id); opt != nil && opt.Next != "" {
		return opt.Next
	}
	return m.n.Next
}

// keepChoice keeps the option for the expressions that follow.
func (m menu) keepChoice(shown []Offered, id string) {
	for _, o := range shown {
		if o.ID == id {
			m.r.Choice = Choice{ID: id, Label: m.label(o)}
		}
	}
}

// chooseMany saves several options and goes on; a single one goes its own way.
func (m menu) chooseMany(ids []string, rule, key string) flow.Ref {
	m.r.Traffic.understood()
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
		m.event(Event{Kind: Chosen, Name: id, Rule: rule, Text: key})
	}
	if m.n.Save != "" {
		m.set(m.n.Save, list)
		m.event(Event{Kind: AnswerSaved, Name: m.n.Save})
	}
	if len(ids) == 1 {
		if opt := optionByID(m.n, ids[0]); opt != nil && opt.Next != "" {
			return opt.Next
		}
	}
	return m.n.Next
}

// onScreenExactly reports whether the message is, word for word or by number, an
// option that the customer sees.
func (m *sender) onScreenExactly() bool {
	n, ok := m.menuOnScreen()
	if !ok {
		return false
	}
	var room [8]Offered
	var space [8]choice.Option
	_, one := choice.Certain(m.menu(n).candidates(m.menu(n).onScreen(room[:0]), space[:0]), &m.text).One()
	return one
}

// menuOnScreen returns the menu whose answer is awaited.
func (m *step) menuOnScreen() (*flow.MenuNode, bool) {
	if m.r.Wait == nil || m.r.Wait.Kind != ForReply || m.r.Question != nil {
		return nil, false
	}
	n, ok := m.node().(*flow.MenuNode)
	return n, ok
}
