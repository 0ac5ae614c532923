// Package fold reduces what people type to what they mean: "PEDÍDO ", "pedido"
// and "𝗽𝗲𝗱𝗶𝗱𝗼!" are one word. It is used on both sides of every comparison
// between a customer's text and an author's word, so both sides meet.
//
// Key folds by compatibility decomposition, drops accents, invisible
// characters and emoji costumes ("2️⃣" is "2"), lowers case, trims punctuation
// and symbols at both ends and collapses white space. The tilde of ñ is a
// letter, not an accent: "año" is not "ano". Because people without that key
// type "manana", a caller that found nothing under Key tries again under Loose
// on both sides.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	tilde    = '\u0303' // combining tilde, kept after n
	keycap   = '\u20e3' // the box around a keycap digit
	selector = '\ufe0f' // "draw the previous character as an emoji"
)

// Key returns the comparison form of s. Key(Key(s)) == Key(s). A text that is
// nothing but punctuation or emoji keeps them, so that "👍" still compares.
func Key(s string) string {
	if simple(s) {
		return s
	}
	if quick, ok := latin(s); ok {
		s = quick
	} else {
		s = letters(s)
	}
	s = strings.Join(strings.Fields(s), " ")
	if t := strings.TrimFunc(s, edge); t != "" {
		return t
	}
	return s
}

// Loose is Key with ñ written as n.
func Loose(s string) string { return LooseKey(Key(s)) }

// LooseKey loosens a string that is already a Key.
func LooseKey(key string) string { return strings.ReplaceAll(key, "ñ", "n") }

// Words splits a Key into its words; punctuation between words separates them.
func Words(key string) []string {
	return strings.FieldsFunc(key, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.So, r)
	})
}

// edge reports what is trimmed from both ends of a key.
func edge(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r)
}

// simple reports whether s is its own key: lower-case ASCII words, single spaces.
func simple(s string) bool {
	prev := byte(' ')
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case c == ' ' && prev != ' ':
		default:
			return false
		}
		prev = c
	}
	return prev != ' ' || s == ""
}

// plainOf maps the letters that Spanish, Portuguese and English are written
// with, so that nearly every message is folded in one pass without tables.
var plainOf = map[rune]byte{
	'á': 'a', 'à': 'a', 'â': 'a', 'ã': 'a', 'ä': 'a', 'Á': 'a', 'À': 'a', 'Â': 'a', 'Ã': 'a', 'Ä': 'a',
	'é': 'e', 'è': 'e', 'ê': 'e', 'ë': 'e', 'É': 'e', 'È': 'e', 'Ê': 'e', 'Ë': 'e',
	'í': 'i', 'ì': 'i', 'ï': 'i', 'Í': 'i', 'Ì': 'i', 'Ï': 'i',
	'ó': 'o', 'ò': 'o', 'ô': 'o', 'õ': 'o', 'ö': 'o', 'Ó': 'o', 'Ò': 'o', 'Ô': 'o', 'Õ': 'o', 'Ö': 'o',
	'ú': 'u', 'ù': 'u', 'ü': 'u', 'Ú': 'u', 'Ù': 'u', 'Ü': 'u',
	'ç': 'c', 'Ç': 'c',
}

// latin folds s when it holds nothing that needs letters; ok is false otherwise.
func latin(s string) (folded string, ok bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		switch {
		case 'A' <= r && r <= 'Z':
			b = append(b, byte(r-'A'+'a'))
		case ' ' <= r && r < 0x7f, r == '\n', r == '\t':
			b = append(b, byte(r))
		case r == 'ñ' || r == 'Ñ':
			b = append(b, "ñ"...)
		case r == '¿' || r == '¡':
			b = utf8.AppendRune(b, r)
		default:
			c, known := plainOf[r]
			if !known {
				return "", false
			}
			b = append(b, c)
		}
	}
	return string(b), true
}

// sharp spells out the only common letter that lower case leaves unlike its
// upper-case spelling, and joins the two lower-case sigmas.
var sharp = strings.NewReplacer("ß", "ss", "ς", "σ")

// letters decomposes, lowers case and drops what is not a letter's own. It
// decomposes again because a lower-case letter may be a composed one.
func letters(s string) string {
	s = strings.ToLower(norm.NFKD.String(strings.ToValidUTF8(s, "")))
	s = sharp.Replace(norm.NFKD.String(s))
	b := make([]byte, 0, len(s))
	prev := rune(0)
	for _, r := range s {
		switch {
		case r == tilde && prev == 'n':
			b = append(b[:len(b)-1], "ñ"...)
			prev = 'ñ'
			continue
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r), r == keycap, r == selector:
			continue
		case unicode.Is(unicode.Cc, r):
			r = ' '
		}
		b = utf8.AppendRune(b, r)
		prev = r
	}
	return string(b)
}
