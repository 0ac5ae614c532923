package engine

import (
	"recado/internal/flow"
	"recado/internal/message"
)

// showMenu sends say and the page of options that the wait is at, in the
// richest form that the channel carries and the options fit.
func (m *machine) showMenu(n *flow.MenuNode, shown []Offered, say flow.Say, head string) {
	if render := m.rendering(n, shown); render != "" {
		m.showRich(n, shown, say, head, render)
		return
	}
	if lines, whole, ok := n.StaticText(m.locale()); ok && unchanged(n, shown) {
		m.showListing(n, say, head, lines, whole)
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
	b := append(make([]byte, 0, len(text)+32*(len(page)+1)), text...)
	for i := range page {
		hint := ""
		if opt := authored(n, &page[i]); opt != nil {
			hint = m.render(opt.Hint)
		}
		b = flow.AppendOption(b, page[i].N, m.label(n, page[i]), hint)
	}
	if len(page) < len(shown) {
		turn := sayMore
		if page[len(page)-1].N == shown[len(shown)-1].N {
			turn = sayFirstPage
		}
		b = flow.AppendOption(b, 0, turn.in(m.locale()), "")
	}
	m.remember(m.sendText(string(b)))
}

// showListing sends a menu that was written down at compile.
func (m *machine) showListing(n *flow.MenuNode, say flow.Say, head, lines, whole string) {
	k := len(say)
	if k > 0 {
		if t, ok := say[k-1].(*flow.TextBubble); ok {
			own := len(n.Say) > 0 && say[k-1] == n.Say[len(n.Say)-1]
			if say = say[:k-1]; own && head == "" && whole != "" {
				lines = whole
			} else {
				lines = join(join(m.render(t.Text), head), lines)
			}
			head = ""
		}
	}
	m.say(say)
	m.remember(m.sendText(join(head, lines)))
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
		Prompt{key, m.r.ID, m.top().Node})
}

// maxPrompts is how many menus on a customer's screen are remembered.
const maxPrompts = 4

// rendering returns "poll", "buttons" or "list" when the menu is shown so, "" for numbered text.
func (m *machine) rendering(n *flow.MenuNode, shown []Offered) string {
	if m.textual(n) {
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

// textual reports whether the menu is numbered text whatever its options are.
func (m *machine) textual(n *flow.MenuNode) bool {
	c := &m.env.Caps
	return n.Render == "text" || !c.Polls && !c.Buttons && !c.Lists
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
