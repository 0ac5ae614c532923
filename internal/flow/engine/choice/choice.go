// Package choice understands which option of a menu a customer means. It climbs
// a ladder, from what is certain to what is likely, and stops at the first rung
// that finds something:
//
//	number   "2", "2️⃣", "la 2", "opción dos", "segunda", "la última"
//	exact    a folded label or alias, whatever the case, accents and emoji; ñ typed as n
//	words    "quiero ver la carta por favor", "carta" when one label holds it
//	prefix   the beginning of one label
//	fuzzy    a typo or two, never in digits
//
// A rung that finds several options does not choose among them: the caller asks
// again with the candidates. Taps, quoted menus and poll votes come with an id
// and never get here. Everything is pure; option keys come folded from the
// compiled flow, the text is folded once by Read.
package choice

import (
	"slices"
	"strings"
	"unicode"

	"recado/internal/flow/fold"
)

// Option is one thing that may be chosen.
type Option struct {
	N    int      // the number it is shown with
	ID   string   // opaque here
	Keys []string // folded labels and aliases (fold.Key)
}

// Rule names the rung of the ladder that found something.
type Rule string

// The rungs.
const (
	None   Rule = ""
	Number Rule = "number"
	Exact  Rule = "exact"
	Words  Rule = "words"
	Prefix Rule = "prefix"
	Fuzzy  Rule = "fuzzy"
)

// Result is what a text means among some options. Found holds indices into
// them: none, one, or several when the text is ambiguous.
type Result struct {
	Rule  Rule
	Key   string // the key that matched, or the number as written; for explanations
	Found []int
}

// One returns the index of the only option found.
func (r Result) One() (int, bool) {
	if len(r.Found) != 1 {
		return 0, false
	}
	return r.Found[0], true
}

// Text is a customer's text, folded once for every comparison of a step; what
// not every comparison needs is computed when one does.
type Text struct {
	Key    string // fold.Key
	phrase string // Key without punctuation and emoji inside
	list   []string
	split  bool // phrase and list are there
}

// Read folds raw.
func Read(raw string) Text { return Text{Key: fold.Key(raw)} }

// Phrase returns the text as folded words with single blanks, without
// punctuation and emoji.
func (t *Text) Phrase() string {
	t.cut()
	return t.phrase
}

// words returns the words that have a letter or a digit in them; none for a bare number.
func (t *Text) words() []string {
	t.cut()
	return t.list
}

func (t *Text) cut() {
	if t.split {
		return
	}
	t.split = true
	if isNumber(t.Key) {
		t.phrase = t.Key
		return
	}
	t.list = wordsOf(t.Key)
	t.phrase = phraseOf(t.Key)
}

// Match climbs the whole ladder.
func Match(options []Option, t *Text) Result {
	if r := Certain(options, t); r.Rule != None {
		return r
	}
	if t.Key == "" || len(t.words()) == 0 {
		return Result{}
	}
	if r := inWords(options, t); r.Rule != None {
		return r
	}
	if r := prefix(options, t); r.Rule != None {
		return r
	}
	return fuzzy(options, t)
}

// Certain climbs the rungs number and exact only: what wins over a command of
// the same word. A bare number is the number shown; words that are a label are
// that label, even when they also count ("las dos").
func Certain(options []Option, t *Text) Result {
	if t.Key == "" {
		return Result{}
	}
	if isNumber(t.Key) {
		if r := byNumber(options, t); r.Rule != None {
			return r
		}
		return exact(options, t)
	}
	if r := exact(options, t); r.Rule != None {
		return r
	}
	return byNumber(options, t)
}

// exact compares with every key: ñ kept, then ñ as n; with emoji and inner
// punctuation, then without.
func exact(options []Option, t *Text) Result {
	for _, loose := range [2]bool{false, true} {
		var r Result
		key, phrase := t.Key, t.Phrase()
		if loose {
			key, phrase = fold.LooseKey(key), fold.LooseKey(phrase)
		}
		for i := range options {
			for _, k := range options[i].Keys {
				if loose {
					k = fold.LooseKey(k)
				}
				if k == key || phrase != "" && phraseOf(k) == phrase {
					r.add(Exact, k, i)
					break
				}
			}
		}
		if r.Rule != None {
			return r
		}
	}
	return Result{}
}

// prefix finds labels that begin with the text; under three letters says nothing.
func prefix(options []Option, t *Text) Result {
	var r Result
	p := fold.LooseKey(t.Phrase())
	if len([]rune(p)) < 3 {
		return r
	}
	for i := range options {
		for _, k := range options[i].Keys {
			if strings.HasPrefix(fold.LooseKey(phraseOf(k)), p) {
				r.add(Prefix, k, i)
				break
			}
		}
	}
	return r
}

func (r *Result) add(rule Rule, key string, option int) {
	if r.Rule == None {
		r.Rule, r.Key = rule, key
	}
	if slices.Contains(r.Found, option) {
		return
	}
	r.Found = append(r.Found, option)
}

// phraseOf returns key as words with single blanks: no emoji, no punctuation.
func phraseOf(key string) string {
	for i := range len(key) {
		if c := key[i]; c != ' ' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return strings.Join(wordsOf(key), " ")
		}
	}
	return key
}

// wordsOf returns the words of key that have a letter or a digit in them.
func wordsOf(key string) []string {
	words := fold.Words(key)
	out := words[:0]
	for _, w := range words {
		w = strings.TrimFunc(w, func(r rune) bool { return unicode.Is(unicode.So, r) })
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}

func isNumber(key string) bool {
	for i := range len(key) {
		if key[i] < '0' || key[i] > '9' {
			return false
		}
	}
	return key != ""
}
