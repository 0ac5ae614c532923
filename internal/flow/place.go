package flow

import (
	"strconv"
	"strings"
)

// place is a position in the document: a chain of keys up to the root, which
// is nil. It becomes text only when an issue or a translation needs it.
type place struct {
	up   *place
	name string
	pos  int    // position in a list when name is ""
	alt  string // its key in translations, when it has an id
}

func (p *place) key(name string) *place { return &place{up: p, name: name} }
func (p *place) index(i int) *place     { return &place{up: p, pos: i} }

// entry is a list element that translations name by its id.
func (p *place) entry(i int, id string) *place { return &place{up: p, pos: i, alt: id} }

// is reports whether p is the key name of the root.
func (p *place) is(name string) bool { return p != nil && p.up == nil && p.name == name }

func (p *place) String() string { return strings.Join(p.parts(false), ".") }

// textKey is the key of a text in i18n: "menu.options.pedir.label", "settings.invalid".
func (p *place) textKey() string {
	parts := p.parts(true)
	if len(parts) > 1 && parts[0] == "nodes" {
		parts = parts[1:]
	}
	return strings.Join(parts, ".")
}

func (p *place) parts(alt bool) []string {
	if p == nil {
		return nil
	}
	s := p.name
	switch {
	case alt && p.alt != "":
		s = p.alt
	case s == "" && p.up != nil:
		s = strconv.Itoa(p.pos)
	}
	return append(p.up.parts(alt), s)
}
