// Package numeral reads numbers that people write in words: "dos", "veinte e
// um", "two thousand five hundred", "segunda", "la última". It is pure and works
// on normalized words (lower case, no accents), not on digits.
package numeral

// Cardinal reads the longest number at the start of words. It returns its value
// and how many words it took; used is 0 when the first word is no number. A
// sequence that no language allows ("uno dos") ends the number before the word
// that does not fit.
func Cardinal(words []string) (value int64, used int) {
	var total, group int64
	class, open := hundred+1, false // open: something was read since the last multiplier
	for i := range words {
		w := words[i]
		if i > 0 && isAnd(w) && i+1 < len(words) && fits(words[i+1], class, open) {
			continue
		}
		if m, ok := multipliers[w]; ok {
			switch {
			case w == "hundred":
				if !open || group == 0 || group > 9 {
					return total + group, used
				}
				group, class = group*100, hundred
			case m <= 1000 && total%1_000_000 != 0, m > 1000 && total != 0:
				return total + group, used
			default:
				if m > 1000 && group == 0 && used == 0 {
					return 0, 0
				}
				total, group, class, open = total+max(group, 1)*m, 0, hundred+1, false
			}
			used = i + 1
			continue
		}
		c, ok := cardinals[w]
		if !ok || c.class >= class {
			return total + group, used
		}
		group, class, open = group+c.value, c.class, true
		used = i + 1
	}
	return total + group, used
}

// Ordinal returns the position a single word names ("segunda" is 2), Last for
// "última", 0 for anything else.
func Ordinal(word string) int { return ordinals[word] }

func isAnd(w string) bool { return w == "y" || w == "e" || w == "and" }

func fits(w string, class int, open bool) bool {
	if c, ok := cardinals[w]; ok {
		return c.class < class
	}
	return open && multipliers[w] > 0
}
