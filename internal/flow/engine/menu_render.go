package engine

import (
	"recado/internal/flow"
	"recado/internal/message"
)

// show sends say and the page of options that the wait is at, in the
// richest form that the channel carries and the options fit.
func (m menu) show(shown []Offered, say flow.Say, head string) {
	if render := m.rendering(shown); render != "" {
		m.showRich(shown, say, head, render)
		return
	}
	if lines, whole, ok := m.n.StaticText(m.locale()); ok && unchanged(m.n, shown) {
		m.showCompiled(say, head, lines, whole)
		return
	}
	page, text := m.page(shown), head
	if t, ok := lastText(say); ok { // the options go below the last text, or alone below a file
		text, say = join(m.render(t), head), say[:len(say)-1]
	}
	m.say(say)
	b := append(make([]byte, 0, len(text)+32*(len(page)+1)), text...)
	for i := range page {
		hint := ""
		if opt := authoredOption(m.n, &page[i]); opt != nil {
			hint = m.render(opt.Hint)
		}
		b = flow.AppendOption(b, page[i].N, m.label(page[i]), hint)
	}
	if _, label, ok := pageTurn(page, shown); ok {
		b = flow.AppendOption(b, 0, label.InLocale(m.locale()), "")
	}
	m.rememberPrompt(m.sendText(string(b)))
}

// showCompiled sends a menu whose text was composed when the flow was compiled.
func (m menu) showCompiled(say flow.Say, head, lines, whole string) {
	if t, ok := lastText(say); ok {
		own := len(m.n.Say) > 0 && say[len(say)-1] == m.n.Say[len(m.n.Say)-1]
		if own && head == "" && whole != "" {
			lines = whole
		} else {
			lines = join(join(m.render(t), head), lines)
		}
		say, head = say[:len(say)-1], ""
	}
	m.say(say)
	m.rememberPrompt(m.sendText(join(head, lines)))
}

// rememberPrompt records the message that asked, for later taps, votes and quotes.
func (m menu) rememberPrompt(key string) {
	if key == "" {
		return
	}
	from := max(0, len(m.r.Prompts)+1-maxPrompts)
	m.r.Prompts = append(append(make([]Prompt, 0, len(m.r.Prompts)+1-from), m.r.Prompts[from:]...),
		Prompt{key, m.r.ID, m.top().Node})
}

// maxPrompts bounds how many menus on a customer's screen are remembered.
const maxPrompts = 4

// rendering returns "poll", "buttons" or "list" when the menu is shown so, "" for numbered text.
func (m menu) rendering(shown []Offered) string {
	if m.isTextOnly() {
		return ""
	}
	caps := m.env.Caps
	if m.n.Render == "poll" {
		if caps.Polls && len(shown) >= 2 && len(shown) <= 12 && m.distinct(shown, 100) {
			return "poll"
		}
		return ""
	}
	if m.n.Multiple {
		return ""
	}
	if caps.Buttons && len(shown) <= 3 && m.n.Render != "list" && m.distinct(shown, 20) {
		return "buttons"
	}
	if caps.Lists && len(shown) <= 10 && m.distinct(shown, 24) {
		return "list"
	}
	return ""
}

// isTextOnly reports whether the menu is numbered text whatever its options are.
func (m menu) isTextOnly() bool {
	c := &m.env.Caps
	return m.n.Render == "text" || !c.Polls && !c.Buttons && !c.Lists
}

// distinct reports whether every label fits into so many characters and no two are the same.
func (m menu) distinct(shown []Offered, most int) bool {
	seen := make(map[string]bool, len(shown))
	for _, o := range shown {
		l := m.label(o)
		if len([]rune(l)) > most || seen[l] {
			return false
		}
		seen[l] = true
	}
	return true
}

// showRich sends a menu as poll, buttons or list.
func (m menu) showRich(shown []Offered, say flow.Say, head, render string) {
	body := head
	if t, ok := lastText(say); ok {
		body, say = join(m.render(t), head), say[:len(say)-1]
	}
	if body == "" {
		body = sayWhich.InLocale(m.locale())
	}
	m.say(say)
	key := ""
	if render == "poll" {
		p := &message.Poll{Question: cut(body, 255), Max: 1}
		if m.n.Multiple {
			p.Max = 0
		}
		for _, o := range shown {
			p.Options = append(p.Options, m.label(o))
		}
		key = m.send(&Send{Content: message.Content{Kind: message.PollKind, Poll: p}})
	} else {
		s := &Send{Content: message.Content{Kind: message.Text, Text: body}, Render: render}
		for _, o := range shown {
			c := Choice{ID: m.choiceID(o.ID), Label: m.label(o)}
			if opt := optionByID(m.n, o.ID); opt != nil && opt.Hint != nil {
				c.Hint = cut(m.render(opt.Hint), maxLabel)
			}
			s.Choices = append(s.Choices, c)
		}
		key = m.send(s)
	}
	m.rememberPrompt(key)
}

// choiceID is the id of a button or row of the menu on top: run, node, option.
func (m menu) choiceID(option string) string {
	return m.r.ID + "/" + string(m.top().Node) + "/" + option
}
