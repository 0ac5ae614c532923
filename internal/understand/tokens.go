package understand

import (
	"strings"
	"unicode"

	"recado/internal/flow/normalize"
	"recado/internal/understand/numeral"
)

// dayPartForms writes the many forms of am, pm, noon and midnight as one word each.
var dayPartForms = strings.NewReplacer(
	"a.m.", " am ", "p.m.", " pm ", "a. m.", " am ", "p. m.", " pm ", "a.m", " am ", "p.m", " pm ",
	"medio dia", "mediodia", "medio día", "mediodia", "media noche", "medianoche", "meio-dia", "meiodia", "meio dia", "meiodia", "meia-noite", "meianoite", "meia noite", "meianoite",
	"-feira", "feira",
)

// tokens cuts an answer about a date or time into normalized words and runs of digits
// with the signs inside: "25/12/2026", "16:30", "4", "pm".
func tokens(raw string) []string {
	s := strings.ToLower(clean(raw))
	s = dayPartForms.Replace(s)
	var out []string
	runes := []rune(s)
	for i := 0; i < len(runes); {
		j := i
		switch {
		case unicode.IsDigit(runes[i]):
			for j < len(runes) && (unicode.IsDigit(runes[j]) || j+1 < len(runes) && strings.ContainsRune("/.-:", runes[j]) && unicode.IsDigit(runes[j+1])) {
				j++
			}
			out = append(out, asciiDigits(runes[i:j]))
		case unicode.IsLetter(runes[i]):
			for j < len(runes) && (unicode.IsLetter(runes[j]) || unicode.Is(unicode.Mn, runes[j])) {
				j++
			}
			out = append(out, normalize.Loose(string(runes[i:j])))
		default:
			j++
		}
		i = j
	}
	return out
}

// count reads a small number at the start of toks: in digits, or in words.
func count(toks []string) (n, used int) {
	if len(toks) == 0 {
		return 0, 0
	}
	if n, ok := atoi(toks[0]); ok {
		return n, 1
	}
	v, used := numeral.Cardinal(toks)
	if used == 0 || v > 10_000 {
		return 0, 0
	}
	return int(v), used
}

// atoi reads at most four digits.
func atoi(s string) (int, bool) {
	if s == "" || len(s) > 4 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
