package choice

import (
	"math/bits"
	"slices"
	"unicode/utf8"

	"recado/internal/flow/normalize"
)

// stops reports words that carry no meaning in a label or a text.
func stops(w string) bool {
	switch w {
	case "de", "del", "la", "el", "los", "las", "lo", "un", "una", "unos", "unas", "y", "e", "o", "u", "a", "al", "en", "con", "para", "por", "que", "mi", "mis", "me", "tu", "su", "se", "te", "le", "es",
		"do", "da", "dos", "das", "na", "um", "uma", "os", "as", "ao", "em", "com", "meu", "minha", "ou",
		"the", "of", "to", "my", "i", "for", "in", "on", "and", "or", "is", "an", "it", "at":
		return true
	}
	return false
}

// polite reports words around a wish that do not change it.
func polite(w string) bool {
	switch w {
	case "hola", "holi", "buenas", "buenos", "buen", "dia", "dias", "tardes", "noches", "saludos", "gracias", "favor", "porfa", "porfis", "porfavor", "quiero", "quisiera", "quería", "queria", "deseo", "necesito", "gustaria", "puedo", "puede", "puedes", "podria", "podrias", "dame", "deme", "das", "prefiero", "elijo", "escojo", "opcion", "ok", "si", "bueno", "pues", "entonces", "mejor", "seria", "ya", "ahora", "solo",
		"oi", "ola", "bom", "boa", "tarde", "noite", "obrigado", "obrigada", "quero", "gostaria", "preciso", "posso", "pode", "poderia", "prefiro", "escolho", "opcao", "sim", "entao",
		"hi", "hello", "hey", "please", "pls", "thanks", "thank", "you", "want", "would", "like", "need", "can", "could", "let", "lets", "us", "option", "yes", "okay", "just", "i'd", "id", "ill":
		return true
	}
	return false
}

// negations reports words that turn a wish around: "no quiero hacer pedido" is no order.
func negations(w string) bool {
	switch w {
	case "no", "nao", "not", "dont", "don", "sin", "sem", "without", "nunca", "jamas", "never", "ni", "nem", "tampoco", "nada", "ningun", "ninguna", "ninguno", "nenhum", "nenhuma", "cancelar", "cancela":
		return true
	}
	return false
}

// maxWish is how many words a text may have for a label inside it to count: in
// a longer one the label is something the customer talks about.
const maxWish = 14

// maxShortWish is maxWish for a label of one word, of five letters at least:
// short words ("otro") say too little among others.
const maxShortWish = 8

// inWords compares text and labels without their small words:
// equal, the text inside one label, or a label of two words or more inside the text.
func inWords(labels labels, t *Text, said []string) Result {
	nots := negative(t.words())
	said = uncounted(said)
	var same, within Result
	for i := range labels.list {
		l := &labels.list[i]
		words := labels.of(l)
		switch {
		case negated(nots, words):
		case slices.EqualFunc(said, words, alike):
			same.add(Words, l.key, l.option)
		case inside(said, words) && meaningful(said), len(words) >= 2 && len(t.words()) <= maxWish && inside(words, said):
			within.add(Words, l.key, l.option)
		}
	}
	if same.Rule != None {
		return same
	}
	return within
}

// among finds the option of which a label or alias of one word stands among the
// words of a wish: "quiero devolver unos zapatos". It is ambiguous when another
// option's label has one of the words too.
func among(labels labels, t *Text, said []string) Result {
	if len(t.words()) > maxShortWish {
		return Result{}
	}
	nots := negative(t.words())
	var alone, shared Result
	for i := range labels.list {
		l := &labels.list[i]
		words := labels.of(l)
		if negated(nots, words) {
			continue
		}
		for _, w := range words {
			if utf8.RuneCountInString(w) < 5 || !slices.ContainsFunc(said, func(s string) bool { return alike(s, w) }) || small(w, true) {
				continue
			}
			shared.add(Words, l.key, l.option)
			if len(words) == 1 {
				alone.add(Words, l.key, l.option)
			}
		}
	}
	if alone.Rule == None {
		return alone
	}
	return shared
}

// labels are the keys of all options, cut into words without the small ones.
type labels struct {
	list  []label
	words []string // of all labels, one after the other
}

type label struct {
	option   int
	key      string
	from, to int // its words
}

// labelsOf puts the labels of all options into the room that out has.
func labelsOf(options []Option, out labels) labels {
	for i := range options {
		for _, k := range options[i].Keys {
			from := len(out.words)
			out.words = appendWords(out.words, k)
			to := from + len(content(out.words[from:], false))
			out.words = out.words[:to]
			out.list = append(out.list, label{i, k, from, to})
		}
	}
	return out
}

// of returns the words of l.
func (s *labels) of(l *label) []string { return s.words[l.from:l.to] }

// uncounted drops numbers in front of words: "2) sánguches", "2 al pastor".
func uncounted(words []string) []string {
	for len(words) > 1 && isNumber(words[0]) {
		words = words[1:]
	}
	return words
}

// content moves the words that are not small to the front of words and returns
// them; all of them when nothing else is left.
func content(words []string, andPolite bool) []string {
	var smalls uint64 // one bit a word; further ones than 64 carry meaning
	for i, w := range words[:min(len(words), 64)] {
		if small(w, andPolite) {
			smalls |= 1 << i
		}
	}
	if n := bits.OnesCount64(smalls); n == 0 || n == len(words) {
		return words
	}
	out := words[:0]
	for i, w := range words {
		if i >= 64 || smalls>>i&1 == 0 {
			out = append(out, w)
		}
	}
	return out
}

func small(w string, orPolite bool) bool { return stops(w) || orPolite && polite(w) }

// negative returns the words that turn a wish around, mostly none.
func negative(words []string) []string {
	var out []string
	for _, w := range words {
		if negations(w) {
			out = append(out, w)
		}
	}
	return out
}

// negated reports whether one of nots is not the label's own.
func negated(nots, label []string) bool {
	return slices.ContainsFunc(nots, func(w string) bool { return !slices.Contains(label, w) })
}

// inside reports whether the words of small stand side by side in big.
func inside(small, big []string) bool {
	for i := 0; i+len(small) <= len(big); i++ {
		if slices.EqualFunc(big[i:i+len(small)], small, alike) {
			return true
		}
	}
	return false
}

// alike compares two words, ñ as n. Most differ in their first letter already.
func alike(a, b string) bool {
	return a == b || !apart(a, b) && normalize.LooseKey(a) == normalize.LooseKey(b)
}

// meaningful refuses to look for "si" or "de" inside labels.
func meaningful(words []string) bool {
	n := 0
	for _, w := range words {
		if stops(w) || polite(w) {
			return false
		}
		n += utf8.RuneCountInString(w)
	}
	return n >= 3
}
