package engine

import (
	"slices"
	"strconv"
	"strings"

	"recado/internal/flow"
	"recado/internal/flow/engine/choice"
	"recado/internal/flow/fold"
	"recado/internal/message"
)

// Entries of a text menu that turn pages. They have number 0.
const (
	moreID  = "@more"
	firstID = "@first"
)

// enterMenu asks a menu's question. A menu without any option to show goes on.
func (m *machine) enterMenu(n *flow.MenuNode) flow.Ref {
	shown := m.offer(n)
	if len(shown) == 0 {
		m.event(Event{Kind: Branch, Name: "next", Rule: "no_options"})
		return n.Next
	}
	w := m.asked()
	if !m.static(n, shown) {
		w.Options = slices.Clone(shown)
	}
	m.showMenu(n, shown, n.Say, "")
	return ""
}

// offer returns the options to show now, numbered from 1: those from a list first.
func (m *machine) offer(n *flow.MenuNode) []Offered {
	out := m.shownBuf[:0]
	if n.From != nil {
		out = m.fromList(n.From, out)
	}
	for i := range n.Options {
		o := &n.Options[i]
		if !m.holds(o.ShowIf) {
			continue
		}
		e := Offered{N: len(out) + 1, ID: o.ID}
		if _, ok := o.Label.In(m.locale()).Static(); !ok {
			e.Label = cut(m.render(o.Label), maxLabel)
		}
		out = append(out, e)
	}
	return out
}

// maxLabel is how many characters an option's label may have.
const maxLabel = 72

// maxListed is how many options a list may give.
const maxListed = 60

// fromList makes options out of the elements of a list.
func (m *machine) fromList(from *flow.OptionsFrom, out []Offered) []Offered {
	list, _ := m.run(from.List).([]any)
	for i, item := range list {
		if len(out) == maxListed {
			m.event(Event{Kind: LimitHit, Name: "listed_options"})
			break
		}
		m.with(map[string]any{"item": item, "index": float64(i + 1)}, func() {
			id, label := asText(m.run(from.ID)), asText(m.run(from.Label))
			if from.Hint != nil {
				if hint := asText(m.run(from.Hint)); hint != "" {
					label += " – " + hint
				}
			}
			if id != "" && label != "" && !slices.ContainsFunc(out, func(o Offered) bool { return o.ID == id }) {
				out = append(out, Offered{N: len(out) + 1, ID: cut(id, 80), Label: cut(label, maxLabel)})
			}
		})
	}
	return out
}

// asText writes a scalar the way an id is written.
func asText(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// static reports whether what is shown is the node's own list, so that it need not be kept.
func (m *machine) static(n *flow.MenuNode, shown []Offered) bool {
	if len(shown) != len(n.Options) || n.From != nil {
		return false
	}
	return !slices.ContainsFunc(shown, func(o Offered) bool { return o.Label != "" })
}

// onScreen returns the options that the current wait offers.
func (m *machine) onScreen(n *flow.MenuNode) []Offered {
	if w := m.r.Wait; w != nil && len(w.Options) > 0 {
		return w.Options
	}
	return asWritten(n, m.shownBuf[:0])
}

// asWritten appends the node's own options, all of them, to out.
func asWritten(n *flow.MenuNode, out []Offered) []Offered {
	for i := range n.Options {
		out = append(out, Offered{N: i + 1, ID: n.Options[i].ID})
	}
	return out
}

// option returns the node's option with an id, nil for one from a list.
func option(n *flow.MenuNode, id string) *flow.Option {
	for i := range n.Options {
		if n.Options[i].ID == id {
			return &n.Options[i]
		}
	}
	return nil
}

// label returns what the customer sees.
func (m *machine) label(n *flow.MenuNode, o Offered) string {
	if o.Label != "" {
		return o.Label
	}
	if opt := option(n, o.ID); opt != nil {
		return cut(m.render(opt.Label), maxLabel)
	}
	return o.ID
}

// showMenu sends say and the page of options that the wait is at, in the
// richest form that the channel carries and the options fit.
func (m *machine) showMenu(n *flow.MenuNode, shown []Offered, say flow.Say, head string) {
	if render := m.rendering(n, shown); render != "" {
		m.showRich(n, shown, say, head, render)
		return
	}
	page := m.page(n, shown)
	text := head
	if k := len(say); k > 0 { // the options go below the last text, or alone below a file
		if t, ok := say[k-1].(*flow.TextBubble); ok {
			text, say = join(m.render(t.Text), head), say[:k-1]
		}
	}
	m.say(say)
	var b strings.Builder
	b.Grow(len(text) + 32*(len(page)+1))
	b.WriteString(text)
	for _, o := range page {
		line(&b, o.N, m.label(n, o))
		if opt := option(n, o.ID); opt != nil && opt.Hint != nil {
			b.WriteString(" – ")
			b.WriteString(m.render(opt.Hint))
		}
	}
	if len(page) < len(shown) {
		turn := sayMore
		if page[len(page)-1].N == shown[len(shown)-1].N {
			turn = sayFirstPage
		}
		line(&b, 0, turn.in(m.locale()))
	}
	m.remember(m.sendText(b.String()))
}

// line writes an option of a text menu.
func line(b *strings.Builder, number int, label string) {
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	var digits [8]byte
	b.Write(strconv.AppendInt(digits[:0], int64(number), 10))
	b.WriteString(". ")
	b.WriteString(label)
}

// page returns the options of the page that the wait is at.
func (m *machine) page(n *flow.MenuNode, shown []Offered) []Offered {
	if n.Page <= 0 || len(shown) <= n.Page+1 { // one more line than "more options" would take
		return shown
	}
	from := m.r.Wait.Page * n.Page
	if from >= len(shown) {
		from = 0
	}
	return shown[from:min(from+n.Page, len(shown))]
}

// remember keeps which message asked, for taps, votes and quotes that come later.
func (m *machine) remember(key string) {
	if key == "" {
		return
	}
	from := max(0, len(m.r.Prompts)+1-maxPrompts)
	m.r.Prompts = append(append(make([]Prompt, 0, len(m.r.Prompts)+1-from), m.r.Prompts[from:]...),
		Prompt{keyHash(key), m.r.ID, m.top().Node})
}

// maxPrompts is how many menus on a customer's screen are remembered.
const maxPrompts = 4

// rendering returns "poll", "buttons" or "list" when the menu is shown so, "" for numbered text.
func (m *machine) rendering(n *flow.MenuNode, shown []Offered) string {
	if n.Render == "text" {
		return ""
	}
	caps := m.env.Caps
	if n.Render == "poll" {
		if caps.Polls && len(shown) >= 2 && len(shown) <= 12 && m.distinct(n, shown, 100) {
			return "poll"
		}
		return ""
	}
	if n.Multiple {
		return ""
	}
	if caps.Buttons && len(shown) <= 3 && n.Render != "list" && m.distinct(n, shown, 20) {
		return "buttons"
	}
	if caps.Lists && len(shown) <= 10 && m.distinct(n, shown, 24) {
		return "list"
	}
	return ""
}

// distinct reports whether every label fits into so many characters and no two are the same.
func (m *machine) distinct(n *flow.MenuNode, shown []Offered, most int) bool {
	seen := make(map[string]bool, len(shown))
	for _, o := range shown {
		l := m.label(n, o)
		if len([]rune(l)) > most || seen[l] {
			return false
		}
		seen[l] = true
	}
	return true
}

// showRich sends a menu as poll, buttons or list.
func (m *machine) showRich(n *flow.MenuNode, shown []Offered, say flow.Say, head, render string) {
	body := head
	if k := len(say); k > 0 {
		if t, ok := say[k-1].(*flow.TextBubble); ok {
			body = join(m.render(t.Text), head)
			say = say[:k-1]
		}
	}
	if body == "" {
		body = sayWhich.in(m.locale())
	}
	m.say(say)
	key := ""
	if render == "poll" {
		p := &message.Poll{Question: cut(body, 255), Max: 1}
		if n.Multiple {
			p.Max = 0
		}
		for _, o := range shown {
			p.Options = append(p.Options, m.label(n, o))
		}
		key = m.send(&Send{Content: message.Content{Kind: message.PollKind, Poll: p}})
	} else {
		s := &Send{Content: message.Content{Kind: message.Text, Text: body}, Render: render}
		for _, o := range shown {
			c := Choice{ID: m.tapID(o.ID), Label: m.label(n, o)}
			if opt := option(n, o.ID); opt != nil && opt.Hint != nil {
				c.Hint = cut(m.render(opt.Hint), maxLabel)
			}
			s.Choices = append(s.Choices, c)
		}
		key = m.send(s)
	}
	m.remember(key)
}

// candidates prepares what is on screen for the ladder of understanding.
func (m *machine) candidates(n *flow.MenuNode, shown []Offered) []choice.Option {
	out := m.optionBuf[:0]
	for _, o := range shown {
		c := choice.Option{N: o.N, ID: o.ID}
		if opt := option(n, o.ID); opt != nil {
			c.Keys = opt.Keys
		}
		if o.Label != "" {
			c.Keys = append([]string{fold.Key(o.Label)}, c.Keys...)
		}
		out = append(out, c)
	}
	if page := m.page(n, shown); len(page) < len(shown) {
		id, words := moreID, sayMore
		if page[len(page)-1].N == shown[len(shown)-1].N {
			id, words = firstID, sayFirstPage
		}
		out = append(out, choice.Option{N: 0, ID: id, Keys: []string{fold.Key(words.in(m.locale())), "mas", "ver mas", "more", "mais", "siguiente", "next"}})
	}
	return out
}

// menuReply takes the message for an answer to the menu.
func (m *machine) menuReply(n *flow.MenuNode) flow.Ref {
	if m.raw == "" {
		return m.refuse(&n.Asking)
	}
	shown := m.onScreen(n)
	options := m.candidates(n, shown)
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
	return m.invalid(&n.Asking, "not_an_option", func(say flow.Say) { m.showMenu(n, shown, nil, m.headOf(say)) })
}

// match understands the message; of several lines the last that says something counts.
func (m *machine) match(options []choice.Option) choice.Result {
	r := choice.Match(options, m.text)
	if r.Rule != choice.None || !strings.Contains(m.raw, "\n") {
		return r
	}
	lines := strings.Split(m.raw, "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if r := choice.Match(options, choice.Read(lines[i])); r.Rule != choice.None {
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
		m.send(&Send{Content: m.bubble(b)})
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
		return m.invalid(&n.Asking, "not_an_option", func(say flow.Say) { m.showMenu(n, shown, nil, m.headOf(say)) })
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
	if ref := m.failed(&n.Asking, "ambiguous"); ref != "" || m.early {
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
			m.r.Choice = &Choice{ID: id, Label: m.label(n, o)}
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
