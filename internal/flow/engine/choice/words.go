package choice

import (
	"slices"
	"unicode/utf8"

	"recado/internal/flow/fold"
)

// stops carry no meaning in a label or a text.
var stops = set(
	"de", "del", "la", "el", "los", "las", "lo", "un", "una", "unos", "unas", "y", "e", "o", "u", "a", "al", "en", "con", "para", "por", "que", "mi", "mis", "me", "tu", "su", "se", "te", "le", "es",
	"do", "da", "dos", "das", "na", "um", "uma", "os", "as", "ao", "em", "com", "meu", "minha", "ou",
	"the", "of", "to", "my", "i", "for", "in", "on", "and", "or", "is", "an", "it", "at",
)

// polite are words around a wish that do not change it.
var polite = set(
	"hola", "holi", "buenas", "buenos", "buen", "dia", "dias", "tardes", "noches", "saludos", "gracias", "favor", "porfa", "porfis", "porfavor", "quiero", "quisiera", "quería", "queria", "deseo", "necesito", "gustaria", "puedo", "puede", "puedes", "podria", "podrias", "dame", "deme", "das", "prefiero", "elijo", "escojo", "opcion", "ok", "si", "bueno", "pues", "entonces", "mejor", "seria", "ya", "ahora", "solo",
	"oi", "ola", "bom", "boa", "tarde", "noite", "obrigado", "obrigada", "quero", "gostaria", "preciso", "posso", "pode", "poderia", "prefiro", "escolho", "opcao", "sim", "entao",
	"hi", "hello", "hey", "please", "pls", "thanks", "thank", "you", "want", "would", "like", "need", "can", "could", "let", "lets", "us", "option", "yes", "okay", "just", "i'd", "id", "ill",
)

// negations turn a wish around: "no quiero hacer pedido" is no order.
var negations = set("no", "nao", "not", "dont", "don", "sin", "sem", "without", "nunca", "jamas", "never", "ni", "nem", "tampoco", "nada", "ningun", "ninguna", "ninguno", "nenhum", "nenhuma", "cancelar", "cancela")

// maxWish is how many words a text may have for a label inside it to count: in
// a longer one the label is something the customer talks about.
const maxWish = 14

// inWords compares what text and labels say once the small words are gone:
// equal, the text inside one label, or a label of two words or more inside the text.
func inWords(options []Option, t *Text) Result {
	said := content(t.words(), true)
	var same, within Result
	for i := range options {
		for _, k := range options[i].Keys {
			label := content(wordsOf(k), false)
			switch {
			case negated(t.words(), label):
			case slices.EqualFunc(said, label, alike):
				same.add(Words, k, i)
			case inside(said, label) && meaningful(said), len(label) >= 2 && len(t.words()) <= maxWish && inside(label, said):
				within.add(Words, k, i)
			}
		}
	}
	if same.Rule != None {
		return same
	}
	return within
}

// content returns words without the small ones; all of them when nothing else is left.
func content(words []string, andPolite bool) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		if !stops[w] && (!andPolite || !polite[w]) {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return words
	}
	return out
}

func negated(text, label []string) bool {
	for _, w := range text {
		if negations[w] && !slices.Contains(label, w) {
			return true
		}
	}
	return false
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

func alike(a, b string) bool { return a == b || fold.LooseKey(a) == fold.LooseKey(b) }

// meaningful refuses to look for "si" or "de" inside labels.
func meaningful(words []string) bool {
	n := 0
	for _, w := range words {
		if stops[w] || polite[w] {
			return false
		}
		n += utf8.RuneCountInString(w)
	}
	return n >= 3
}
