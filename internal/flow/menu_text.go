package flow

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"recado/internal/flow/expr"
)

// MaxLabel is how many characters (runes) the label of an option may have.
const MaxLabel = 72

// menuText is a menu as numbered text. It is written once, by the compiler,
// because most menus never change.
type menuText struct {
	lines string // "1. Hacer pedido\n2. Ver la carta"
	whole string // the last bubble above it as well; "" when that is no fixed text
}

// StaticText returns the menu as numbered text in a language, and below its last
// bubble when that is fixed too ("" otherwise); ok is false for a menu whose
// options depend on anything, or that has pages.
func (n *MenuNode) StaticText(locale string) (lines, whole string, ok bool) {
	t := &n.text
	if len(n.texts) > 0 {
		lang, _, _ := strings.Cut(locale, "-")
		if tr, ok := n.texts[locale]; ok {
			t = &tr
		} else if tr, ok := n.texts[lang]; ok {
			t = &tr
		}
	}
	return t.lines, t.whole, t.lines != ""
}

// AppendOption appends one option of a menu as a numbered line; hint may be "".
func AppendOption(b []byte, number int, label, hint string) []byte {
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

// writeTexts prepares StaticText in the author's language and every translation.
func (n *MenuNode) writeTexts(langs []string) {
	if n.From != nil || n.Page > 0 && len(n.Options) > n.Page+1 {
		return
	}
	n.text = n.staticText("")
	n.texts = make(map[string]menuText, len(langs))
	for _, lang := range langs {
		n.texts[lang] = n.staticText(lang)
	}
}

// staticText returns the zero menuText for a menu that can change.
func (n *MenuNode) staticText(lang string) (t menuText) {
	static := func(t *Text) (string, bool) {
		if t == nil {
			return "", true
		}
		return t.In(lang).Static()
	}
	var b []byte
	for i := range n.Options {
		o := &n.Options[i]
		label, labelOK := static(o.Label)
		hint, hintOK := static(o.Hint)
		if !labelOK || !hintOK || o.ShowIf != nil || utf8.RuneCountInString(label) > MaxLabel || utf8.RuneCountInString(hint) > expr.MaxOutput {
			return t
		}
		b = AppendOption(b, i+1, label, hint)
	}
	t.lines = string(b)
	if k := len(n.Say); k > 0 {
		if last, ok := n.Say[k-1].(*TextBubble); ok {
			if s, ok := static(last.Text); ok && s != "" {
				t.whole = s + "\n" + t.lines
			}
		}
	}
	return t
}
