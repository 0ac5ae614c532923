// Package understand reads the answers that customers write when a flow asks for
// something: a name, a number, a yes, an e-mail, a phone, money, a date. Each kind
// is one pure function over the raw text and, where the meaning depends on it, a
// Context. All follow one rule: accept every form that a person would understand,
// and refuse instead of guessing where two people could disagree.
package understand

import (
	"strings"
	"time"
	"unicode"
)

// Context holds the circumstances that the meaning of an answer depends on.
type Context struct {
	Language string    // "es", "en" or "pt": of the conversation
	Locale   string    // BCP 47, of the flow: "es-MX", "es-AR", "pt-BR"
	Country  string    // ISO 3166-1 alpha-2 of the shop; "" lets the locale decide
	Currency string    // ISO 4217 of the shop: "MXN"
	Now      time.Time // in the shop's time zone
}

// Region returns the country whose conventions apply: Country, else the one in Locale, else "".
func (c Context) Region() string {
	if c.Country != "" {
		return strings.ToUpper(c.Country)
	}
	if _, region, ok := strings.Cut(c.Locale, "-"); ok && len(region) == 2 {
		return strings.ToUpper(region)
	}
	return ""
}

// clean trims raw, turns every kind of space into one blank and drops invisible
// characters: controls, zero-width and directional marks.
func clean(raw string) string {
	if isClean(raw) {
		return raw
	}
	var b strings.Builder
	b.Grow(len(raw))
	space := false
	for _, r := range raw {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
		case unicode.Is(unicode.Cf, r), unicode.IsControl(r), r == unicode.ReplacementChar:
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isClean reports whether clean would change nothing, for the usual answer: printable
// ASCII with single blanks inside.
func isClean(s string) bool {
	blank := true
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == ' ' && blank {
			return false
		}
		blank = s[i] == ' '
	}
	return !blank || s == ""
}
