package understand

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"recado/internal/flow/normalize"
)

// maxWordsAround bounds how much may be said around a number: "unos 25 años más
// o menos" is an answer, a paragraph that happens to hold a number is not.
const maxWordsAround = 8

// maxTokens is more than the longest number and the words around it have; a longer text
// is not searched.
const maxTokens = 64

// Number reads the one number in raw: "1.500,50", "25 años", "dos y medio",
// "media docena", "2 mil", "½". Two different numbers ("25 o 30") are refused.
func Number(raw string, c Context) (float64, bool) {
	return number(raw, c.decimalComma(), false)
}

// Integer is Number for whole numbers; "3,0" is 3, "2.5" is refused.
func Integer(raw string, c Context) (int64, bool) {
	v, ok := number(raw, c.decimalComma(), false)
	if !ok || v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return 0, false
	}
	return int64(v), true
}

// number reads the one number in raw. Money has no third decimal, and words of
// its own for thousands: "2 lucas".
func number(raw string, decimalComma, money bool) (float64, bool) {
	if onlyDigits(raw) && len(raw) < 10 { // the usual answer
		n, err := strconv.Atoi(raw)
		return float64(n), err == nil
	}
	s := raw
	if !isClean(raw) || strings.Contains(raw, "1/2") {
		s = clean(halves.Replace(raw))
	}
	s = strings.ToLower(s)
	tokens := split(s)
	if len(tokens) > maxTokens {
		return 0, false
	}
	found, value := false, 0.0
	words := 0
	if len(tokens) == 1 && none[tokens[0].text] {
		return 0, true
	}
	for i := 0; i < len(tokens); {
		t := tokens[i]
		v, used, ok := inWords(tokens[i:], money)
		if t.numeric {
			if v, ok = digits(t.text, decimalComma, money); !ok {
				return 0, false
			}
			v, used = scale(v, tokens[i:], money)
		}
		if !ok {
			words++
			i++
			continue
		}
		if found && v != value {
			return 0, false
		}
		found, value, i = true, v, i+used
	}
	return value, found && words <= maxWordsAround
}

// halves writes vulgar fractions as words that inWords reads.
var halves = strings.NewReplacer("½", " y medio ", "¼", " y cuarto ", "¾", " y tres cuartos ", "1/2", " y medio ", "\u20e3", " ", "🔟", "10")

type token struct {
	text    string
	numeric bool
}

// split cuts s into runs of digits with their separators, and normalized words.
func split(s string) []token {
	out := make([]token, 0, 4)
	runes := []rune(strings.Map(squareSpaces, s)) // normalized word by word: the signs around digits belong to them
	for i := 0; i < len(runes); {
		r := runes[i]
		j := i + 1
		switch {
		case isDigit(r) || (r == '-' || r == '−' || r == '+') && j < len(runes) && isDigit(runes[j]) && (i == 0 || runes[i-1] == ' '):
			for j < len(runes) && (isDigit(runes[j]) || inNumber(runes, j)) {
				j++
			}
			out = append(out, token{asciiDigits(runes[i:j]), true})
		case unicode.IsLetter(r):
			for j < len(runes) && (unicode.IsLetter(runes[j]) || unicode.Is(unicode.Mn, runes[j])) {
				j++
			}
			out = append(out, token{normalize.Loose(string(runes[i:j])), false})
		}
		i = j
	}
	return out
}

func squareSpaces(r rune) rune {
	if unicode.IsSpace(r) {
		return ' '
	}
	return r
}

// inNumber reports whether the separator at runes[j] belongs to the number around it.
func inNumber(runes []rune, j int) bool {
	if j+1 >= len(runes) || !isDigit(runes[j+1]) {
		return false
	}
	switch runes[j] {
	case '.', ',', '\'', '’', '/':
		return true
	case ' ', '\u00a0', '\u202f': // 1 500: a group of exactly three follows
		return j+3 < len(runes) && isDigit(runes[j+2]) && isDigit(runes[j+3]) && (j+4 == len(runes) || !isDigit(runes[j+4]))
	}
	return false
}

func isDigit(r rune) bool { return unicode.IsDigit(r) }

// asciiDigits writes the decimal digits of every script as 0 to 9.
func asciiDigits(runes []rune) string {
	var b strings.Builder
	for _, r := range runes {
		if unicode.IsDigit(r) {
			r = '0' + rune(digitValue(r))
		}
		b.WriteRune(r)
	}
	return b.String()
}
