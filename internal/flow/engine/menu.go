package engine

import (
	"slices"
	"strconv"
	"strings"

	"recado/internal/flow"
)

// Entries of a text menu that turn pages. They have number 0.
const (
	moreID  = "@more"
	firstID = "@first"
)

// enterMenu asks a menu's question. A menu without any option to show goes on.
func (m *machine) enterMenu(n *flow.MenuNode) flow.Ref {
	if lines, whole, ok := n.StaticText(m.locale()); ok && m.textual(n) { // as nearly all: nothing to work out
		m.asked()
		m.showListing(n, n.Say, "", lines, whole)
		return ""
	}
	var room [8]Offered
	shown := m.offer(n, room[:0])
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

// offer appends to out the options to show now, numbered from 1: those from a list first.
func (m *machine) offer(n *flow.MenuNode, out []Offered) []Offered {
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

const maxLabel = flow.MaxLabel

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

// unchanged reports whether what is shown is what the author wrote, option by option.
func unchanged(n *flow.MenuNode, shown []Offered) bool {
	if len(shown) != len(n.Options) {
		return false
	}
	for i := range shown {
		if o := &shown[i]; o.N != i+1 || o.Label != "" || o.ID != n.Options[i].ID {
			return false
		}
	}
	return true
}

// static reports whether what is shown is the node's own list, so that it need not be kept.
func (m *machine) static(n *flow.MenuNode, shown []Offered) bool {
	if len(shown) != len(n.Options) || n.From != nil {
		return false
	}
	return !slices.ContainsFunc(shown, func(o Offered) bool { return o.Label != "" })
}

// onScreen returns the options that the current wait offers, in room when they
// have to be put together.
func (m *machine) onScreen(n *flow.MenuNode, room []Offered) []Offered {
	if w := m.r.Wait; w != nil && len(w.Options) > 0 {
		return w.Options
	}
	return asWritten(n, room)
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

// authored returns the author's option behind what is on screen, nil for one
// from a list. Most stand where they were written.
func authored(n *flow.MenuNode, o *Offered) *flow.Option {
	if i := o.N - 1; i >= 0 && i < len(n.Options) && n.Options[i].ID == o.ID {
		return &n.Options[i]
	}
	return option(n, o.ID)
}

// label returns what the customer sees.
func (m *machine) label(n *flow.MenuNode, o Offered) string {
	if o.Label != "" {
		return o.Label
	}
	if opt := authored(n, &o); opt != nil {
		return cut(m.render(opt.Label), maxLabel)
	}
	return o.ID
}
