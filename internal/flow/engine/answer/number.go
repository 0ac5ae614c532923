package answer

import (
	"math"
	"strings"
	"unicode"

	"recado/internal/flow/engine/numeral"
	"recado/internal/flow/fold"
)

// maxWordsAround bounds how much may be said around a number: "unos 25 años más
// o menos" is an answer, a paragraph that happens to hold a number is not.
const maxWordsAround = 8

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

func number(raw string, decimalComma, grouped bool) (float64, bool) {
	s := strings.ToLower(clean(halves.Replace(raw)))
	tokens := split(s)
	found, value := false, 0.0
	words := 0
	for i := 0; i < len(tokens); {
		t := tokens[i]
		v, used, ok := inWords(tokens[i:])
		if t.numeric {
			if v, ok = digits(t.text, decimalComma, grouped); !ok {
				return 0, false
			}
			v, used = scale(v, tokens[i:])
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

// halves writes vulgar fractions as the words that inWords knows.
var halves = strings.NewReplacer("½", " y medio ", "¼", " y cuarto ", "¾", " y tres cuartos ", "1/2", " y medio ", "\u20e3", " ", "🔟", "10")

type token struct {
	text    string
	numeric bool
}

// split cuts s into runs of digits with their separators, and folded words.
func split(s string) []token {
	var out []token
	runes := []rune(strings.Map(squareSpaces, s)) // folded word by word: the signs around digits belong to them
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
			out = append(out, token{fold.Loose(string(runes[i:j])), false})
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

// scale reads what follows a number in digits: "2 mil", "1.5k", "3 y medio", "2 docenas".
func scale(v float64, tokens []token) (float64, int) {
	if len(tokens) < 2 || tokens[1].numeric {
		return v, 1
	}
	switch tokens[1].text {
	case "mil", "k", "thousand":
		if v < 1000 {
			return v * 1000, 2
		}
	case "millon", "millones", "milhao", "milhoes", "million", "millions":
		return v * 1e6, 2
	case "docena", "docenas", "dozen", "duzia", "duzias":
		return v * 12, 2
	}
	if f, used := fraction(tokens[1:]); used > 0 && v == math.Trunc(v) {
		return v + f, used + 1
	}
	return v, 1
}

// fraction reads "y medio", "y media", "e meia", "and a half", "y cuarto".
func fraction(tokens []token) (float64, int) {
	if len(tokens) < 2 || tokens[0].text != "y" && tokens[0].text != "e" && tokens[0].text != "and" {
		return 0, 0
	}
	i := 1
	if tokens[i].text == "a" && len(tokens) > 2 {
		i++
	}
	switch tokens[i].text {
	case "medio", "media", "meio", "meia", "half":
		return .5, i + 1
	case "cuarto", "quarto", "quarter":
		return .25, i + 1
	case "tres":
		if i+1 < len(tokens) && (tokens[i+1].text == "cuartos" || tokens[i+1].text == "quartos") {
			return .75, i + 2
		}
	}
	return 0, 0
}

// inWords reads a number in words at the start of tokens.
func inWords(tokens []token) (v float64, used int, ok bool) {
	switch tokens[0].text {
	case "medio", "media", "meio", "meia", "half":
		if len(tokens) > 1 && (tokens[1].text == "docena" || tokens[1].text == "duzia" || tokens[1].text == "dozen") {
			return 6, 2, true
		}
		if tokens[0].text != "meia" || len(tokens) == 1 {
			return .5, 1, len(tokens) == 1
		}
	case "docena", "duzia", "dozen":
		return 12, 1, true
	case "par", "couple", "pareja":
		return 2, 1, true
	}
	if f, n := fraction(tokens); n > 0 { // "½" alone, written by halves
		return f, n, true
	}
	words := make([]string, 0, len(tokens))
	for _, t := range tokens {
		if t.numeric {
			break
		}
		words = append(words, t.text)
	}
	n, used := numeral.Cardinal(words)
	if used == 0 {
		return 0, 0, false
	}
	if used == 1 && article[words[0]] && (len(words) > 1 && !follows(words[1]) || len(tokens) > 1 && tokens[1].numeric) {
		return 0, 0, false // "un momento", "una pizza", "un 5": an article, no count
	}
	v, extra := scale(float64(n), tokens[used-1:])
	return v, used - 1 + extra, true
}

// article are the cardinals that also stand before a noun without counting it.
var article = set("un", "una", "um", "uma", "uno", "one")

func follows(w string) bool {
	switch w {
	case "docena", "duzia", "dozen", "y", "e", "and", "solo", "sola", "so", "persona", "personas", "pessoa", "person", "pieza", "unidad", "unidade", "por", "please", "nomas", "nada", "mas":
		return true
	}
	return false
}
