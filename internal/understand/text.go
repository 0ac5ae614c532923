package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is how many characters (runes) an answer may have: the length of a WhatsApp
// text, so a longer one is no message of a person.
const MaxText = 4096

// Text returns raw without invisible characters and surrounding space; line
// breaks stay. ok is false when nothing is left or it is longer than MaxText.
func Text(raw string) (text string, ok bool) {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case r == '\u200d': // joins emoji
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, raw))
	if strings.Trim(text, "\u200d \n") == "" {
		return "", false
	}
	return text, utf8.RuneCountInString(text) <= MaxText
}
