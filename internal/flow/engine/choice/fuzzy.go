package choice

import (
	"strings"

	"recado/internal/flow/fold"
)

// fuzzy finds labels, or single words of them, that differ by one slip from a
// text of five letters or more, by two from nine on. The
// closest win, whole labels before single words.
func fuzzy(options []Option, t *Text) Result {
	said := fold.LooseKey(strings.Join(content(t.words(), true), " "))
	n := len([]rune(said))
	if n < 5 || n > maxFuzzy || strings.ContainsAny(said, "0123456789") {
		return Result{}
	}
	allowed := 1
	if n >= 9 {
		allowed = 2
	}
	for d := 1; d <= allowed; d++ {
		for _, near := range []func(said, key string, d int) bool{nearWhole, nearWord} {
			var r Result
			for i := range options {
				for _, k := range options[i].Keys {
					if near(said, k, d) {
						r.add(Fuzzy, k, i)
						break
					}
				}
			}
			if r.Rule != None {
				return r
			}
		}
	}
	return Result{}
}

// nearWhole reports whether key, with or without its small words, is within d slips of said.
func nearWhole(said, key string, d int) bool {
	words := wordsOf(fold.LooseKey(key))
	return within(said, strings.Join(words, " "), d) || within(said, strings.Join(content(words, false), " "), d)
}

// nearWord reports whether one word of key is within d slips of said.
func nearWord(said, key string, d int) bool {
	for _, w := range wordsOf(fold.LooseKey(key)) {
		if within(said, w, d) {
			return true
		}
	}
	return false
}

func within(a, b string, d int) bool {
	if strings.ContainsAny(b, "0123456789") || len(b) < 4 {
		return false
	}
	return distance(a, b, d) <= d
}

const maxFuzzy = 48 // letters compared; longer texts are no label

// distance is the Damerau distance (optimal string alignment: a swap of
// neighbours is one slip) of a and b, or more than limit.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x) > maxFuzzy || len(y) > maxFuzzy || len(x)-len(y) > limit || len(y)-len(x) > limit {
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
