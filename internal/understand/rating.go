package understand

import "strings"

// Rating reads a mark: "4", "cuatro", "⭐⭐⭐⭐", "4/5", "4 de 5". The
// question has the limits.
func Rating(raw string, c Context) (int64, bool) {
	s := clean(raw)
	for _, star := range []string{"⭐", "★", "🌟", "❤️", "❤"} {
		if n := strings.Count(s, star); n > 0 && strings.Trim(strings.ReplaceAll(strings.ReplaceAll(s, star, ""), "\ufe0f", ""), " ") == "" {
			return int64(n), true
		}
	}
	for _, sep := range []string{"/", " de ", " out of ", " sobre "} {
		if head, tail, ok := strings.Cut(strings.ToLower(s), sep); ok {
			if _, ok := Integer(tail, c); ok {
				s = head
				break
			}
		}
	}
	return Integer(s, c)
}
