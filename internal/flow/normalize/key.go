// Package normalize brings texts to a form for comparison: "PEDÍDO ", "pedido" and
// "𝗽𝗲𝗱𝗶𝗱𝗼!" are one word. It is applied to both sides of every comparison between a
// customer's text and an author's word.
//
// Key decomposes for compatibility, drops accents, invisible characters and the
// boxes of emoji digits ("2️⃣" is "2"), lowers case, trims punctuation and symbols
// at both ends and collapses white space. The tilde of ñ makes a letter: "año" is
// not "ano". Because people without that key type "manana", a caller that found
// nothing under Key tries again under Loose on both sides.
package normalize

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	tilde    = '\u0303' // combining tilde, kept after n
	keycap   = '\u20e3' // the box around a keycap digit
	selector = '\ufe0f' // "draw the previous character as an emoji"
	joiner   = '\u200d' // makes one emoji of two
)

// Key returns the comparison form of s; it is idempotent. A text of punctuation
// and emoji alone keeps them, so that "👍" still compares.
func Key(s string) string {
	if simple(s) {
		return s
	}
	if key, ok := latin(s); ok {
		return key
	}
	s = strings.Join(strings.Fields(letters(s)), " ")
	if t := strings.TrimFunc(s, edge); t != "" {
		return t
	}
	return s
}

// Keys returns the keys of words in their order, each once, without empty ones.
func Keys(words []string) []string {
	var keys []string
	for _, w := range words {
		if k := Key(w); k != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// Loose is Key with ñ written as n.
func Loose(s string) string { return LooseKey(Key(s)) }

// LooseKey loosens a string that is already a Key.
func LooseKey(key string) string {
	if strings.IndexByte(key, 0xc3) < 0 { // the first byte of ñ, which most keys lack
		return key
	}
	return strings.ReplaceAll(key, "ñ", "n")
}

// Words splits a Key into its words; punctuation between words separates them.
func Words(key string) []string {
	return strings.FieldsFunc(key, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.So, r)
	})
}

// edge reports whether r is trimmed from both ends of a key.
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

// plainOf maps the accented letters of Spanish, Portuguese and English, from U+00C0
// on, to plain ones, so that nearly every message is normalized in one pass without
// Unicode tables; 0 is a letter that needs them.
var plainOf = func() (t [0x40]byte) {
	for plain, accented := range map[byte]string{
		'a': "áàâãäÁÀÂÃÄ", 'e': "éèêëÉÈÊË", 'i': "íìïÍÌÏ", 'o': "óòôõöÓÒÔÕÖ", 'u': "úùüÚÙÜ", 'c': "çÇ",
	} {
		for _, r := range accented {
			t[r-0xc0] = plain
		}
	}
	return t
}()

// latin is Key for a text that needs no Unicode tables; ok is false for any other.
func latin(s string) (key string, ok bool) {
	var room [160]byte
	b := room[:0]
	blank := false // before the next character
	for _, r := range s {
		switch r {
		case ' ', '\n', '\t':
			blank = len(b) > 0
			continue
		case keycap, selector, joiner:
			continue
		}
		if blank {
			b, blank = append(b, ' '), false
		}
		switch {
		case 'A' <= r && r <= 'Z':
			b = append(b, byte(r-'A'+'a'))
		case ' ' < r && r < 0x7f:
			b = append(b, byte(r))
		case r == 'ñ' || r == 'Ñ':
			b = append(b, "ñ"...)
		case r == '¿', r == '¡', pictures(r):
			b = utf8.AppendRune(b, r)
		case 0xc0 <= r && r <= 0xff && plainOf[r-0xc0] != 0:
			b = append(b, plainOf[r-0xc0])
		default:
			return "", false
		}
	}
	t := bytes.TrimFunc(b, edge)
	if len(t) == 0 {
		t = b
	}
	if string(t) == s {
		return s, true
	}
	return string(t), true
}

// pictures reports whether r is an emoji, which has no other form.
func pictures(r rune) bool { return 0x1f300 <= r && r < 0x1fb00 || 0x2600 <= r && r < 0x27c0 }

// sharp spells out the only common letter that lower case leaves unlike its
// upper-case spelling, and joins the two lower-case sigmas.
var sharp = strings.NewReplacer("ß", "ss", "ς", "σ")

// letters decomposes, lowers case and drops marks and invisible characters. It
// decomposes twice because a lower-case letter may be a composed one.
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
