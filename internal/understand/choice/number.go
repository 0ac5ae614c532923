package choice

import (
	"strconv"

	"recado/internal/understand/numeral"
)

// beside reports words that say nothing beside a number: "quiero la opción 2 por favor".
func beside(w string) bool {
	switch w {
	case "la", "el", "lo", "las", "los", "opcion", "opciones", "op", "opc", "numero", "num", "nro", "n", "n°", "nº", "#", "por", "favor", "porfa", "porfis", "porfavor", "quiero", "quisiera", "dame", "me", "das", "elijo", "escojo", "prefiero", "seria", "es", "gracias", "de", "creo", "que", "mejor", "hola", "ok", "si", "sale", "solo", "respuesta", "para", "mi",
		"a", "as", "os", "opcao", "opcoes", "quero", "escolho", "prefiro", "e",
		"the", "option", "number", "i", "want", "choose", "pick", "take", "ill", "please", "pls", "thanks", "answer":
		return true
	}
	return false
}

// joins reports words that stand between several numbers.
func joins(w string) bool {
	switch w {
	case "y", "e", "and", "o", "u", "ou", "or", "tambien", "tambem", "also", "mas":
		return true
	}
	return false
}

// byNumber finds the options with the number in the text.
func byNumber(options []Option, t *Text) Result {
	if isNumber(t.Key) {
		n, err := strconv.Atoi(t.Key)
		if err != nil {
			return Result{}
		}
		return pick(options, []int{n}, t.Key)
	}
	return pick(options, numbers(t.words()), t.Key)
}

// pick returns the options with the numbers ns; none at all when one of them is not there.
func pick(options []Option, ns []int, key string) Result {
	var r Result
	for _, n := range ns {
		found := false
		for i := range options {
			if options[i].N == n || n == numeral.Last && i == last(options) {
				r.add(Number, key, i)
				found = true
			}
		}
		if !found {
			return Result{}
		}
	}
	return r
}

// last returns the index of the option with the highest number; the entries
// that turn pages have number 0.
func last(options []Option) int {
	at := 0
	for i := range options {
		if options[i].N >= options[at].N {
			at = i
		}
	}
	return at
}

// numbers returns the numbers that words say, nil when they say anything else.
func numbers(words []string) []int {
	var out []int
	for i := 0; i < len(words); {
		w := words[i]
		if digits := digitsOf(w); isNumber(digits) && len(digits) < 4 {
			if lead := w[:len(w)-len(digits)]; lead != "" && !beside(lead) {
				return nil
			}
			n, err := strconv.Atoi(digits)
			if err != nil {
				return nil
			}
			out, i = append(out, n), i+1
			continue
		}
		if n := numeral.Ordinal(w); n != 0 {
			out, i = append(out, n), i+1
			if i < len(words) && words[i] == "one" { // "the second one"
				i++
			}
			continue
		}
		if n, used := numeral.Cardinal(words[i:]); used > 0 && n < 1000 {
			out, i = append(out, int(n)), i+used
			continue
		}
		negated := w == "no" && (i+1 == len(words) || !isNumber(words[i+1]))
		if negated || w != "no" && !beside(w) && (!joins(w) || len(out) <= 0 || i+1 >= len(words)) {
			return nil
		}
		i++
	}
	return out
}

// digitsOf returns a word without the letters in front of its digits.
func digitsOf(w string) string {
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return w[i:]
		}
	}
	return ""
}

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
