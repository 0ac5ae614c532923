// Package choice understands which option of a menu a customer means. It climbs a
// ladder from certain to likely rules and stops at the first rung that finds something:
//
//	number   "2", "2️⃣", "la 2", "opción dos", "segunda", "la última"
//	exact    a label or alias, whatever the case, accents and emoji; ñ typed as n
//	words    "quiero ver la carta por favor", "carta" when one label holds it
//	prefix   the beginning of one label; after it, a label of one word inside a wish
//	fuzzy    a typo or two, never in digits
//
// A rung that finds several options does not choose among them: the caller asks
// again with the candidates. Taps, quoted menus and poll votes come with an id
// and never get here. Everything is pure; option keys come normalized from
// the compiled flow, Read normalizes the text once.
package choice

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"recado/internal/flow/normalize"
)

// Option is one thing that may be chosen.
type Option struct {
	N    int      // the number it is shown with
	ID   string   // opaque here
	Keys []string // normalized labels and aliases (normalize.Key)
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

// Result is the meaning of a text among some options. Found holds indices into
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

// Text is a customer's text, normalized once for every comparison of a step. Parts that
// only some comparisons need are computed by the first of them.
type Text struct {
	Key    string // normalize.Key
	phrase string // Key without punctuation and emoji inside; "" until it is needed
	split  bool   // the words are there: in few when they fit, else in many
	few    [fewWords]string
	many   []string
	n      int
}

// fewWords is the length of most texts; so many words need no allocation.
const fewWords = 8

// Read normalizes raw.
func Read(raw string) Text { return Text{Key: normalize.Key(raw)} }

// Phrase returns the text as normalized words with single blanks, without
// punctuation and emoji.
func (t *Text) Phrase() string {
	if t.phrase == "" {
		t.phrase = phraseOf(t.Key)
	}
	return t.phrase
}

// words returns the words that have a letter or a digit in them; none for a bare number.
func (t *Text) words() []string {
	if !t.split {
		t.split = true
		if !isNumber(t.Key) {
			var room [fewWords]string
			words := appendWords(room[:0], t.Key)
			if t.n = copy(t.few[:], words); t.n < len(words) {
				t.many = slices.Clone(words) // a copy: room stays on the stack
			}
		}
	}
	if t.many != nil {
		return t.many
	}
	return t.few[:t.n]
}

// Match climbs the whole ladder.
func Match(options []Option, t *Text) Result {
	if r := Certain(options, t); r.Rule != None {
		return r
	}
	if t.Key == "" || len(t.words()) == 0 {
		return Result{}
	}
	var rooms struct {
		labels [12]label
		words  [32]string
		said   [fewWords]string
	}
	labels := labelsOf(options, labels{rooms.labels[:0], rooms.words[:0]})
	said := content(append(rooms.said[:0], t.words()...), true)
	if r := inWords(labels, t, said); r.Rule != None {
		return r
	}
	if r := prefix(options, t); r.Rule != None {
		return r
	}
	if r := among(labels, t, said); r.Rule != None {
		return r
	}
	return fuzzy(labels, said)
}

// Certain climbs only the rungs number and exact: their results come before a command
// of the same word. A bare number is the number shown; words that are a label are
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
	key, phrase := t.Key, t.Phrase()
	var r Result
	for i := range options {
		for _, k := range options[i].Keys {
			if k == key || saysPhrase(k, phrase) {
				r.add(Exact, k, i)
				break
			}
		}
	}
	if r.Rule != None {
		return r
	}
	looseKey, loosePhrase := normalize.LooseKey(key), normalize.LooseKey(phrase)
	for i := range options {
		for _, k := range options[i].Keys {
			if apart(k, looseKey) && apart(k, loosePhrase) {
				continue
			}
			given := k
			if k = normalize.LooseKey(k); looseKey == key && len(k) == len(given) {
				continue // no ñ on either side: compared before
			}
			if k == looseKey || saysPhrase(k, loosePhrase) {
				r.add(Exact, k, i)
				break
			}
		}
	}
	return r
}

// saysPhrase is phraseOf(key) == phrase, mostly without composing it.
func saysPhrase(key, phrase string) bool { return !apart(key, phrase) && phraseOf(key) == phrase }

// apart reports whether key begins with another letter or digit than phrase, so
// that neither loosening ñ nor dropping punctuation makes them the same.
func apart(key, phrase string) bool {
	return key == "" || phrase == "" || key[0] != phrase[0] && wordy(key[0]) && phrase[0] < utf8.RuneSelf
}

func wordy(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' }

// prefix finds labels that begin with a text of three letters or more.
func prefix(options []Option, t *Text) Result {
	var r Result
	p := normalize.LooseKey(t.Phrase())
	if utf8.RuneCountInString(p) < 3 {
		return r
	}
	for i := range options {
		for _, k := range options[i].Keys {
			if !apart(k, p) && strings.HasPrefix(normalize.LooseKey(phraseOf(k)), p) {
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
	switch {
	case slices.Contains(r.Found, option):
	case r.Found == nil && option < len(single):
		r.Found = single[option : option+1 : option+1]
	default:
		r.Found = append(r.Found, option)
	}
}

// single holds the results of the usual answer, one option, so that they need no
// allocation. Appending to one copies it.
var single = func() (t [64]int) {
	for i := range t {
		t[i] = i
	}
	return t
}()

// phraseOf returns key as words with single blanks: no emoji, no punctuation.
func phraseOf(key string) string {
	if plain(key) {
		return key
	}
	return strings.Join(appendWords(nil, key), " ")
}

// plain reports whether key is nothing but words of ASCII, with single blanks as
// every key has.
func plain(key string) bool {
	for i := range len(key) {
		if c := key[i]; c != ' ' && !wordy(c) {
			return false
		}
	}
	return true
}

// appendWords appends the words of key that have a letter or a digit in them.
func appendWords(out []string, key string) []string {
	if plain(key) {
		for w := range strings.FieldsSeq(key) {
			out = append(out, w)
		}
		return out
	}
	for _, w := range normalize.Words(key) {
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
