// Package spelling measures how far two words are apart, for suggestions ("did
// you mean …?") and for answers with a typing error.
package spelling

import (
	"strings"
	"unicode/utf8"
)

// stackLetters is the length of words up to which Distance allocates nothing.
const stackLetters = 48

// Distance returns the Damerau distance of a and b (optimal string alignment: a
// swap of neighbours is one edit) in letters, or a number above limit as soon as
// it is certain to exceed limit.
func Distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > limit || len(y)-len(x) > limit {
		return limit + 1
	}
	var room [3][stackLetters + 1]int
	rows := [3][]int{room[0][:], room[1][:], room[2][:]}
	if len(y) > stackLetters {
		rows = [3][]int{make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)}
	}
	for j := range y {
		rows[0][j+1] = j + 1
	}
	for i := 1; i <= len(x); i++ {
		cur, above, twoAbove := rows[i%3], rows[(i+2)%3], rows[(i+1)%3]
		cur[0] = i
		best := i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(above[j]+1, cur[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], twoAbove[j-2]+1)
			}
			best = min(best, cur[j])
		}
		if best > limit {
			return limit + 1
		}
	}
	return rows[len(x)%3][len(y)]
}

// Nearest returns the candidate that s most likely is a misspelling of: within a
// third of its letters and one more, the first of the closest; "" when there is
// none. Case does not count.
func Nearest(s string, candidates []string) string {
	s = strings.ToLower(s)
	nearest, limit := "", 1+utf8.RuneCountInString(s)/3
	for _, c := range candidates {
		if d := Distance(s, strings.ToLower(c), limit); d <= limit {
			nearest, limit = c, d-1
		}
	}
	return nearest
}
