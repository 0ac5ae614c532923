package choice

import (
	"slices"
	"strings"
	"unicode/utf8"

	"recado/internal/flow/normalize"
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

// nearWhole reports whether the label key, or what is left of it without small
// words, is within d slips of said.
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
	return distance(a, b, d) <= d
}

const maxFuzzy = 48 // letters compared; longer texts are no label

// distance is the Damerau distance (optimal string alignment: a swap of
// neighbours is one slip) of a and b, or more than limit.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x) > maxFuzzy || len(y) > maxFuzzy {
		return limit + 1
	}
	var rows [3][maxFuzzy + 1]int
	for j := range y {
		rows[0][j+1] = j + 1
	}
	for i := 1; i <= len(x); i++ {
		cur, up, upup := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		cur[0] = i
		best := i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(up[j]+1, cur[j-1]+1, up[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], upup[j-2]+1)
			}
			best = min(best, cur[j])
		}
		if best > limit {
			return limit + 1
		}
	}
	return rows[len(x)%3][len(y)]
}
