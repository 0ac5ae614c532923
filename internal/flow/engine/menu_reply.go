package engine

import (
	"slices"
	"strconv"
	"strings"

	"recado/internal/flow"
	"recado/internal/flow/normalize"
	"recado/internal/understand/choice"
)

// candidates appends to out what is on screen, for the ladder of understanding.
func (m *machine) candidates(n *flow.MenuNode, shown []Offered, out []choice.Option) []choice.Option {
	for i := range shown {
		o := &shown[i]
		c := choice.Option{N: o.N, ID: o.ID}
		if opt := authored(n, o); opt != nil {
			c.Keys = opt.Keys
		}
		if o.Label != "" {
			c.Keys = append([]string{normalize.Key(o.Label)}, c.Keys...)
		}
		out = append(out, c)
	}
	if page := m.page(n, shown); len(page) < len(shown) {
		id, words := moreID, sayMore
		if page[len(page)-1].N == shown[len(shown)-1].N {
			id, words = firstID, sayFirstPage
		}
		out = append(out, choice.Option{N: 0, ID: id, Keys: []string{normalize.Key(words.in(m.locale())), "mas", "ver mas", "more", "mais", "siguiente", "next"}})
	}
	return out
}

// menuReply takes the message for an answer to the menu.
func (m *machine) menuReply(n *flow.MenuNode) flow.Ref {
	if m.raw == "" {
		return m.refuse(&n.Reprompt)
	}
	var room [8]Offered
	shown := m.onScreen(n, room[:0])
	var space [8]choice.Option
	options := m.candidates(n, shown, space[:0])
	if n.Multiple {
		return m.manyReply(n, shown, options)
	}
	r := m.match(options)
	if i, ok := r.One(); ok {
		return m.chosen(n, shown, options[i].ID, string(r.Rule), r.Key)
	}
	if len(r.Found) > 1 {
		m.event(Event{Kind: Ambiguous, Rule: string(r.Rule), Text: r.Key})
		return m.askAmong(n, shown, options, r.Found)
	}
	return m.invalid(&n.Reprompt, "not_an_option", func(say flow.Say) { m.showMenu(n, shown, nil, m.headOf(say)) })
}

// match understands the message; of several lines the last that says something counts.
func (m *machine) match(options []choice.Option) choice.Result {
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

// headOf renders a say as the text above a list of options; files are sent at once.
func (m *machine) headOf(say flow.Say) string {
	var texts []string
	for _, b := range say {
		if t, ok := b.(*flow.TextBubble); ok {
			texts = append(texts, m.render(t.Text))
			continue
		}
		m.sendBubble(b)
	}
	return strings.Join(texts, "\n")
}

func (m *machine) manyReply(n *flow.MenuNode, shown []Offered, options []choice.Option) flow.Ref {
	r, ok := choice.Many(options, m.raw)
	if ok && len(r.Found) == 1 && options[r.Found[0]].N == 0 {
		return m.chosen(n, shown, options[r.Found[0]].ID, string(r.Rule), r.Key)
	}
	if !ok {
		if len(r.Found) > 1 {
			m.event(Event{Kind: Ambiguous, Rule: string(r.Rule), Text: r.Key})
			return m.askAmong(n, shown, options, r.Found)
		}
		return m.invalid(&n.Reprompt, "not_an_option", func(say flow.Say) { m.showMenu(n, shown, nil, m.headOf(say)) })
	}
	ids := make([]string, 0, len(r.Found))
	for _, i := range r.Found {
		if options[i].N > 0 {
			ids = append(ids, options[i].ID)
		}
	}
	return m.chosenMany(n, ids, string(r.Rule), r.Key)
}

// askAmong asks again, with the candidates only; their numbers stay.
func (m *machine) askAmong(n *flow.MenuNode, shown []Offered, options []choice.Option, found []int) flow.Ref {
	if ref := m.failed(&n.Reprompt, "ambiguous"); ref != "" || m.early {
		return ref
	}
	var b strings.Builder
	b.WriteString(sayWhich.in(m.locale()))
	for _, i := range found {
		for _, o := range shown {
			if o.ID == options[i].ID {
				b.WriteString("\n" + strconv.Itoa(o.N) + ". " + m.label(n, o))
			}
		}
	}
	m.sendText(b.String())
	return ""
}

// chosen follows one option.
func (m *machine) chosen(n *flow.MenuNode, shown []Offered, id, rule, key string) flow.Ref {
	if id == moreID || id == firstID {
		w := m.wait()
		w.Since = m.now
		if w.Page++; id == firstID {
			w.Page = 0
		}
		m.event(Event{Kind: Chosen, Name: id, Rule: rule, Text: key})
		m.showMenu(n, shown, nil, "")
		return ""
	}
	if n.Multiple {
		return m.chosenMany(n, []string{id}, rule, key)
	}
	m.understood()
	m.event(Event{Kind: Chosen, Name: id, Rule: rule, Text: key})
	m.picked(n, shown, id)
	if n.Save != "" {
		m.set(n.Save, id)
		m.event(Event{Kind: AnswerSaved, Name: n.Save})
	}
	if opt := option(n, id); opt != nil && opt.Next != "" {
		return opt.Next
	}
	return n.Next
}

// picked keeps the option for the expressions that follow.
func (m *machine) picked(n *flow.MenuNode, shown []Offered, id string) {
	for _, o := range shown {
		if o.ID == id {
			m.r.Choice = Choice{ID: id, Label: m.label(n, o)}
		}
	}
}

// chosenMany saves several options and goes on; a single one goes its own way.
func (m *machine) chosenMany(n *flow.MenuNode, ids []string, rule, key string) flow.Ref {
	m.understood()
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
		m.event(Event{Kind: Chosen, Name: id, Rule: rule, Text: key})
	}
	if n.Save != "" {
		m.set(n.Save, list)
		m.event(Event{Kind: AnswerSaved, Name: n.Save})
	}
	if len(ids) == 1 {
		if opt := option(n, ids[0]); opt != nil && opt.Next != "" {
			return opt.Next
		}
	}
	return n.Next
}
