package expr

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lookalikes replace WhatsApp's markup characters by ones without a meaning. WhatsApp
// has no escape character, and an invisible character next to the mark is not known
// to stop it.
var lookalikes = map[rune]rune{'*': '∗', '_': 'ˍ', '~': '∼', '`': 'ˋ', '>': '›'}

// markup are the characters that escapeMarkup replaces or drops.
const markup = "*_~`>\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

// escapeMarkup rewrites a value so that it cannot format the message around it, nor
// reverse its direction. Marks inside words (juan_perez, 2*3) and in links are
// harmless and stay, or people could not copy an address.
func escapeMarkup(s, before string) string {
	if !strings.ContainsAny(s, markup) {
		return s
	}
	s = strings.ToValidUTF8(s, "\ufffd")
	var b strings.Builder
	b.Grow(len(s))
	link := false
	prev, _ := utf8.DecodeLastRuneInString(before)
	if before == "" {
		prev = '\n'
	}
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		switch {
		case unicode.IsSpace(r):
			link = false
		case strings.HasPrefix(s[i:], "http://"), strings.HasPrefix(s[i:], "https://"):
			link = true
		}
		switch r {
		case '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069':
			continue
		case '>':
			if prev == '\n' {
				b.WriteRune(lookalikes[r])
				prev = r
				continue
			}
		case '`':
			b.WriteRune(lookalikes[r])
			prev = r
			continue
		case '*', '_', '~':
			if inWord := wordy(prev) && wordy(next); !link && !inWord {
				b.WriteRune(lookalikes[r])
				prev = r
				continue
			}
		}
		b.WriteRune(r)
		prev = r
	}
	return b.String()
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
