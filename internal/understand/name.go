package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"recado/internal/flow/normalize"
)

// leadIns are words that people write before their name, normalized; longer ones first.
var leadIns = []string{
	"hola mi nombre es ", "hola me llamo ", "hola soy ", "ola meu nome e ", "hi my name is ", "hello my name is ",
	"mi nombre completo es ", "mi nombre es ", "el nombre es ", "mi nombre ", "me llamo ", "yo soy ", "aqui habla ", "habla ", "soy el ", "soy la ", "soy ", "a nombre de ", "al nombre de ", "es a nombre de ",
	"ponlo a nombre de ", "nombre ", "de parte de ",
	"meu nome e ", "o nome e ", "me chamo ", "eu sou o ", "eu sou a ", "eu sou ", "aqui e o ", "aqui e a ", "sou o ", "sou a ", "sou ", "em nome de ", "no nome de ", "nome ",
	"my name is ", "the name is ", "name is ", "i am ", "i'm ", "i’m ", "im ", "this is ", "it's ", "it’s ", "its ",
}

// noNames are short answers that are no name, normalized: greetings, agreement, refusals, commands.
var noNames = set(
	"hola", "holi", "buenas", "buenos dias", "buenas tardes", "buenas noches", "ola", "oi", "bom dia", "boa tarde", "boa noite", "hi", "hello", "hey",
	"si", "sim", "yes", "no", "nao", "ok", "okay", "vale", "dale", "bueno", "gracias", "muchas gracias", "obrigado", "obrigada", "thanks", "thank you",
	"que", "como", "quien", "cual", "para que", "por que", "porque", "what", "why", "nada", "ninguno", "ninguna", "none", "nadie",
	"menu", "cancelar", "salir", "ayuda", "help", "inicio", "no se", "nose", "no quiero", "quiero pedir", "pedido", "precio", "info", "information",
	"jaja", "jajaja", "jeje", "kkk", "haha", "lol", "nombre", "mi nombre", "el mio", "yo",
)

// particles stay in lower case inside a name that is put in title case.
var particles = set("de", "del", "la", "las", "los", "y", "da", "das", "do", "dos", "e", "van", "von", "der", "di")

// Name reads a person's name: "me llamo josé pérez" is "José Pérez". Letters of
// any script, marks, spaces, dots, apostrophes and hyphens; at most 8 words and
// 60 characters. Written all in one case it comes back in title case, otherwise
// as it was written. ok is false for a text that is plainly no name.
func Name(raw string) (name string, ok bool) {
	name = cutLeadIn(letters(clean(raw)))
	name = strings.Trim(name, " .,-'’")
	if strings.HasSuffix(strings.TrimRight(clean(raw), " "), ".") && isInitial(name) {
		name += "."
	}
	var room [8]string
	n, words := 0, fields(name, room[:0])
	for _, r := range name {
		if unicode.IsLetter(r) {
			n++
		}
	}
	if n == 0 || n == 1 && !isIdeograph(name) || utf8.RuneCountInString(name) > 60 || len(words) > 8 || noNames[normalize.Key(name)] {
		return "", false
	}
	if inOneCase(name, unicode.ToLower) || n > 3 && inOneCase(name, unicode.ToUpper) {
		for i, w := range words {
			words[i] = titleWord(w, i > 0)
		}
	}
	return joined(name, words), true
}

// fields is strings.Fields appending to out.
func fields(s string, out []string) []string {
	for w := range strings.FieldsSeq(s) {
		out = append(out, w)
	}
	return out
}

func inOneCase(s string, to func(rune) rune) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return to(r) != r })
}

// joined is strings.Join with blanks; s is returned when it is that already.
func joined(s string, words []string) string {
	rest, ok := s, true
	for i, w := range words {
		if i > 0 && ok {
			rest, ok = strings.CutPrefix(rest, " ")
		}
		if !ok || !strings.HasPrefix(rest, w) {
			return strings.Join(words, " ")
		}
		rest = rest[len(w):]
	}
	if rest != "" {
		return strings.Join(words, " ")
	}
	return s
}

// letters returns s without emoji when all the rest can be part of a name, "" otherwise.
func letters(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .'-") == "" {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case unicode.IsLetter(r), unicode.Is(unicode.M, r) && r != '\ufe0f' && r != '\u20e3', r == ' ', r == '.', r == '\'', r == '’', r == '-':
			b.WriteRune(r)
		case r == '´', r == '`', r == 'ʼ':
			b.WriteByte('\'')
		case r == ',', r == ':', r == '!', r == '¡', r == '"', r == '(', r == ')':
			b.WriteByte(' ')
		case unicode.Is(unicode.So, r), unicode.Is(unicode.Sk, r), r == '\ufe0f':
		default:
			return ""
		}
	}
	return b.String()
}

// cutLeadIn removes a lead-in such as "me llamo". It compares normalized words, so that
// case and accents do not matter.
func cutLeadIn(s string) string {
	var room [8]string
	words := fields(s, room[:0])
	if len(words) > 1 && leads.first[normalize.Key(words[0])] {
		for n := min(leads.most, len(words)-1); n > 0; n-- {
			if leads.whole[normalize.Key(strings.Join(words[:n], " "))] {
				return strings.Join(words[n:], " ")
			}
		}
	}
	return joined(s, words)
}

// leads are the leadIns for looking up: whole, by their first word, and how many
// words the longest has.
var leads = func() (t struct {
	whole, first map[string]bool
	most         int
},
) {
	t.whole, t.first = map[string]bool{}, map[string]bool{}
	for _, lead := range leadIns {
		words := strings.Fields(lead)
		t.whole[strings.Join(words, " ")], t.first[words[0]] = true, true
		t.most = max(t.most, len(words))
	}
	return t
}()

func titleWord(w string, inside bool) string {
	lower := strings.ToLower(w)
	if inside && particles[lower] {
		return lower
	}
	var b strings.Builder
	up := true
	for _, r := range lower {
		if up {
			r = unicode.ToTitle(r)
		}
		b.WriteRune(r)
		up = r == '-' || r == '\'' || r == '’' || r == '.'
	}
	return b.String()
}

func isInitial(s string) bool {
	words := strings.Fields(s)
	return len(words) > 1 && utf8.RuneCountInString(words[len(words)-1]) == 1
}

func isIdeograph(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana)
}

// set is a table of words.
func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
