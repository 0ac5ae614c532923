package flow

import "strings"

// nearest returns the candidate that s is most likely a misspelling of, or "".
func nearest(s string, candidates []string) string {
	s = strings.ToLower(s)
	best, at := "", 1+len(s)/3
	for _, c := range candidates {
		if d := distance(s, strings.ToLower(c), at); d <= at && (best == "" || d < at) {
			best, at = c, d
		}
	}
	return best
}

// distance is Levenshtein's, over bytes (ids are ASCII); more than most once it is sure to be.
func distance(a, b string, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost = 1 + min(diag, row[j], row[j+1])
			}
			diag, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
