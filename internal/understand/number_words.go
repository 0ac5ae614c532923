package understand

import (
	"math"

	"recado/internal/understand/numeral"
)

// none are whole answers to "how many?".
var none = set("ninguno", "ninguna", "nenhum", "nenhuma", "none")

// multiples are words that multiply the number before them.
var multiples = map[string]float64{
	"mil": 1000, "miles": 1000, "k": 1000, "thousand": 1000, "hundred": 100,
	"millon": 1e6, "millones": 1e6, "milhao": 1e6, "milhoes": 1e6, "million": 1e6, "millions": 1e6,
	"docena": 12, "docenas": 12, "dozen": 12, "dozens": 12, "duzia": 12, "duzias": 12,
}

// slang are multiples of money alone: two lucas are two thousand, a palo is a million.
var slang = map[string]float64{
	"luca": 1000, "lucas": 1000, "luquita": 1000, "luquitas": 1000, "grand": 1000, "gamba": 100, "gambas": 100, "palo": 1e6, "palos": 1e6,
}

func multiple(word string, money bool) (by float64, ok bool) {
	if by, ok = multiples[word]; !ok && money {
		by, ok = slang[word]
	}
	return by, ok
}

// scale reads the words after a number: "2 mil", "1.5k", "3 y medio", "2 docenas", "docena y media".
func scale(v float64, tokens []token, money bool) (float64, int) {
	if len(tokens) < 2 || tokens[1].numeric {
		return v, 1
	}
	if by, ok := multiple(tokens[1].text, money); ok && (by != 1000 || v < 1000) {
		if f, used := fraction(tokens[2:]); used > 0 && tokens[1].text != "mil" {
			return (v + f) * by, used + 2
		}
		if by == 1000 && v == math.Trunc(v) {
			more, used := hundreds(tokens[2:])
			return v*by + more, used + 2
		}
		return v * by, 2
	}
	if f, used := fraction(tokens[1:]); used > 0 && v == math.Trunc(v) {
		return v + f, used + 1
	}
	return v, 1
}

// hundreds reads the part after thousands: "quinientos", "e quinhentos", "500".
func hundreds(tokens []token) (v float64, used int) {
	at := 0
	if len(tokens) > 1 && (tokens[0].text == "e" || tokens[0].text == "and" || tokens[0].text == "con") {
		at = 1
	}
	if at >= len(tokens) {
		return 0, 0
	}
	if t := tokens[at]; t.numeric {
		if v, ok := digits(t.text, false, false); ok && at == 0 && len(t.text) == 3 {
			return v, 1
		}
		return 0, 0
	}
	words := make([]string, 0, len(tokens))
	for _, t := range tokens[at:] {
		if t.numeric {
			break
		}
		words = append(words, t.text)
	}
	if n, n2 := numeral.Cardinal(words); n2 > 0 && n > 0 && n < 1000 {
		return float64(n), at + n2
	}
	return 0, 0
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
func inWords(tokens []token, money bool) (v float64, used int, ok bool) {
	next := func(i int) string {
		if i < len(tokens) {
			return tokens[i].text
		}
		return ""
	}
	by, multiplies := multiple(next(1), money)
	switch first := tokens[0].text; first {
	case "medio", "media", "meio", "meia", "half":
		if multiplies && (by == 12 || slang[next(1)] > 0) { // media docena, medio palo
			return by / 2, 2, true
		}
		if more, ok := multiple(next(2), money); ok && (next(1) == "a" || next(1) == "un") { // half a million
			return more / 2, 3, true
		}
		if first != "meia" || len(tokens) == 1 {
			return .5, 1, len(tokens) == 1
		}
	case "luca", "palo", "gamba":
		if f, n := fraction(tokens[1:]); money && n > 0 { // palo y medio
			return (1 + f) * slang[first], 1 + n, true
		}
	case "docena", "duzia", "dozen":
		v, used = scale(1, append([]token{{}}, tokens...), money)
		return v, used - 1, true
	case "par", "couple", "pareja":
		if next(1) == "de" || next(1) == "of" {
			if by, ok := multiple(next(2), money); ok { // un par de lucas
				return 2 * by, 3, true
			}
		}
		if multiplies { // a couple hundred
			return 2 * by, 2, true
		}
		return 2, 1, true
	case "un", "una", "um", "uma", "one", "a":
		switch {
		case by == 12 || slang[next(1)] > 0 && multiplies: // una docena, una luca
			v, used = scale(1, tokens, money)
			return v, used, true
		case first == "a" && (by == 100 || next(1) == "thousand" || next(1) == "million"): // a hundred and fifty
			tokens = append([]token{{text: "one"}}, tokens[1:]...)
		}
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
	v, extra := scale(float64(n), tokens[used-1:], money)
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
