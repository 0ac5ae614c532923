package choice

import (
	"slices"
	"strings"
	"unicode/utf8"

	"recado/internal/flow/normalize"
	"recado/internal/spelling"
)

// fuzzy finds labels, or single words of them, that differ by one slip from a
// text of five letters or more, by two from nine on. The
// closest win, whole labels before single words.
func fuzzy(labels labels, words []string) Result {
	said := normalize.LooseKey(strings.Join(words, " "))
	n := utf8.RuneCountInString(said)
	if n < 5 || n > maxFuzzy || strings.ContainsAny(said, "0123456789") {
		return Result{}
	}
	allowed := 1
	if n >= 9 {
		allowed = 2
	}
	for d := 1; d <= allowed; d++ {
		for _, whole := range [2]bool{true, false} {
			var r Result
			for i := range labels.list {
				l := &labels.list[i]
				if whole && nearWhole(said, l.key, labels.of(l), d) || !whole && nearWord(said, l.key, d) {
					r.add(Fuzzy, l.key, l.option)
				}
			}
			if r.Rule != None {
				return r
			}
		}
	}
	return Result{}
}

// nearWhole reports whether the label key, with or without its small words, is within d
// slips of said.
func nearWhole(said, key string, words []string, d int) bool {
	if within(said, phraseOf(normalize.LooseKey(key)), d) {
		return true
	}
	n := len(words) - 1
	for _, w := range words {
		n += len(w)
	}
	if n == len(key) { // no small words
		return false
	}
	return within(said, normalize.LooseKey(strings.Join(words, " ")), d)
}

// nearWord reports whether one word of the label is within d slips of said.
func nearWord(said, key string, d int) bool {
	var room [fewWords]string
	return slices.ContainsFunc(appendWords(room[:0], normalize.LooseKey(key)), func(w string) bool { return within(said, w, d) })
}

func within(a, b string, d int) bool {
	if apart := utf8.RuneCountInString(a) - utf8.RuneCountInString(b); len(b) < 4 || apart > d || apart < -d || strings.ContainsAny(b, "0123456789") {
		return false
	}
	return utf8.RuneCountInString(b) <= maxFuzzy && spelling.Distance(a, b, d) <= d
}

const maxFuzzy = 48 // letters compared; longer texts are no label
