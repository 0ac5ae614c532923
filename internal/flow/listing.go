package flow

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"recado/internal/flow/expr"
)

// MaxLabel is how many characters (runes) the label of an option may have.
const MaxLabel = 72

// listing is a menu as numbered text, written down at compile because most menus
// never change.
type listing struct {
	lines string // "1. Hacer pedido\n2. Ver la carta"
	whole string // the last bubble above it as well; "" when that is no fixed text
}

// Listing returns the menu as numbered text in a language, and below its last
// bubble when that is fixed too ("" otherwise); ok is false for a menu whose
// options depend on anything, or that has pages.
func (n *MenuNode) Listing(locale string) (lines, whole string, ok bool) {
	l := &n.listing
	if len(n.listings) > 0 {
		lang, _, _ := strings.Cut(locale, "-")
		if tr, ok := n.listings[locale]; ok {
			l = &tr
		} else if tr, ok := n.listings[lang]; ok {
			l = &tr
		}
	}
	return l.lines, l.whole, l.lines != ""
}

// AppendLine writes one option of a menu as numbered text; hint may be "".
func AppendLine(b []byte, number int, label, hint string) []byte {
	if len(b) > 0 {
		b = append(b, '\n')
	}
	b = append(strconv.AppendInt(b, int64(number), 10), ". "...)
	b = append(b, label...)
	if hint != "" {
		b = append(append(b, " – "...), hint...)
	}
	return b
}

// list writes a menu down in the author's language and every translation.
func (n *MenuNode) list(langs []string) {
	if n.From != nil || n.Page > 0 && len(n.Options) > n.Page+1 {
		return
	}
	n.listing = n.listed("")
	n.listings = make(map[string]listing, len(langs))
	for _, lang := range langs {
		n.listings[lang] = n.listed(lang)
	}
}

func (n *MenuNode) listed(lang string) (l listing) {
	fixed := func(t *Text) (string, bool) {
		if t == nil {
			return "", true
		}
		return t.In(lang).Static()
	}
	var b []byte
	for i := range n.Options {
		o := &n.Options[i]
		label, ok := fixed(o.Label)
		hint, also := fixed(o.Hint)
		if !ok || !also || o.ShowIf != nil || utf8.RuneCountInString(label) > MaxLabel || utf8.RuneCountInString(hint) > expr.MaxOutput {
			return l
		}
		b = AppendLine(b, i+1, label, hint)
	}
	l.lines = string(b)
	if k := len(n.Say); k > 0 {
		if t, ok := n.Say[k-1].(*TextBubble); ok {
			if s, ok := fixed(t.Text); ok && s != "" {
				l.whole = s + "\n" + l.lines
			}
		}
	}
	return l
}
