package engine

import (
	"slices"
	"strconv"
	"strings"

	"recado/internal/flow"
	"recado/internal/flow/normalize"
	"recado/internal/i18n"
	"recado/internal/understand/choice"
)

// Entries of a text menu that turn pages. They have number 0.
const (
	moreID  = "@more"
	firstID = "@first"
)

// visibleOptions appends to out the options to show now, numbered from 1: those from a list first.
func (m menu) visibleOptions(out []Offered) []Offered {
	if m.n.From != nil {
		out = m.fromList(m.n.From, out)
	}
	for i := range m.n.Options {
		o := &m.n.Options[i]
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

const (
	maxLabel  = flow.MaxLabel
	maxListed = 60 // options from a list
)

// fromList makes options out of the elements of a list.
func (m menu) fromList(from *flow.OptionsFrom, out []Offered) []Offered {
	list, _ := m.result(from.List).([]any)
	for i, item := range list {
		if len(out) == maxListed {
			m.event(Event{Kind: LimitHit, Name: "listed_options"})
			break
		}
		m.withNames(map[string]any{"item": item, "index": float64(i + 1)}, func() {
			id, label := asText(m.result(from.ID)), asText(m.result(from.Label))
			if from.Hint != nil {
				if hint := asText(m.result(from.Hint)); hint != "" {
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

// unchanged reports whether the options shown are those of the author, one by one.
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

// static reports whether the options shown are the node's own, so that the wait need not
// keep them.
func (m menu) static(shown []Offered) bool {
	if len(shown) != len(m.n.Options) || m.n.From != nil {
		return false
	}
	return !slices.ContainsFunc(shown, func(o Offered) bool { return o.Label != "" })
}

// onScreen returns the options that the current wait offers, in room when they
// have to be put together.
func (m menu) onScreen(room []Offered) []Offered {
	if w := m.r.Wait; w != nil && len(w.Options) > 0 {
		return w.Options
	}
	return authoredOptions(m.n, room)
}

// authoredOptions appends the node's own options, all of them, to out.
func authoredOptions(n *flow.MenuNode, out []Offered) []Offered {
	for i := range n.Options {
		out = append(out, Offered{N: i + 1, ID: n.Options[i].ID})
	}
	return out
}

// optionByID returns the node's option with an id, nil for one from a list.
func optionByID(n *flow.MenuNode, id string) *flow.Option {
	for i := range n.Options {
		if n.Options[i].ID == id {
			return &n.Options[i]
		}
	}
	return nil
}

// authoredOption returns the author's option behind one on screen, nil for one
// from a list. Most stand where they were written.
func authoredOption(n *flow.MenuNode, o *Offered) *flow.Option {
	if i := o.N - 1; i >= 0 && i < len(n.Options) && n.Options[i].ID == o.ID {
		return &n.Options[i]
	}
	return optionByID(n, o.ID)
}

// label returns the text of an option on the screen.
func (m menu) label(o Offered) string {
	if o.Label != "" {
		return o.Label
	}
	if opt := authoredOption(m.n, &o); opt != nil {
		return cut(m.render(opt.Label), maxLabel)
	}
	return o.ID
}

// candidates appends to out the options on screen as package choice matches them.
func (m menu) candidates(shown []Offered, out []choice.Option) []choice.Option {
	for i := range shown {
		o := &shown[i]
		c := choice.Option{N: o.N, ID: o.ID}
		if opt := authoredOption(m.n, o); opt != nil {
			c.Keys = opt.Keys
		}
		if o.Label != "" {
			c.Keys = append([]string{normalize.Key(o.Label)}, c.Keys...)
		}
		out = append(out, c)
	}
	if id, label, ok := pageTurn(m.page(shown), shown); ok {
		out = append(out, choice.Option{N: 0, ID: id, Keys: []string{normalize.Key(label.InLocale(m.locale())), "mas", "ver mas", "more", "mais", "siguiente", "next"}})
	}
	return out
}

// pageTurn returns the entry that turns the page; ok is false when there is one page.
func pageTurn(page, shown []Offered) (id string, label i18n.Sentence, ok bool) {
	switch {
	case len(page) == len(shown):
		return "", i18n.Sentence{}, false
	case page[len(page)-1].N == shown[len(shown)-1].N:
		return firstID, sayFirstPage, true
	}
	return moreID, sayMore, true
}

// page returns the options of the page that the wait is at.
func (m menu) page(shown []Offered) []Offered {
	if m.n.Page <= 0 || len(shown) <= m.n.Page+1 { // one more line than "more options" would take
		return shown
	}
	from := m.r.Wait.Page * m.n.Page
	if from >= len(shown) {
		from = 0
	}
	return shown[from:min(from+m.n.Page, len(shown))]
}
