package understand_test

import (
	"strings"
	"testing"

	"recado/internal/understand"
)

func TestText(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"  hola  ":                   "hola",
		"uno\ndos":                   "uno\ndos",
		"a\u200bb\u202e":             "ab",
		"👩\u200d🍳":                   "👩\u200d🍳",
		"tab\tdos\x00":               "tab dos",
		strings.Repeat("ñ", 4096):    strings.Repeat("ñ", 4096),
		" \u200b " + "x" + "\u2060 ": "x",
	} {
		if got, ok := understand.Text(raw); !ok || got != want {
			t.Errorf("%q: %q %v, want %q", raw, got, ok, want)
		}
	}
	for _, raw := range []string{"", "  ", "\u200b", "\x00", strings.Repeat("ñ", 4097)} {
		if got, ok := understand.Text(raw); ok {
			t.Errorf("%.20q was read as %.20q", raw, got)
		}
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"Ma. José O'Neil-Ñúñez":    "Ma. José O'Neil-Ñúñez",
		"ana":                      "Ana",
		"JOSÉ PÉREZ":               "José Pérez",
		"me llamo josé de la cruz": "José de la Cruz",
		"Soy Ana":                  "Ana",
		"Hola, soy Ana 😊":          "Ana",
		"a nombre de Lupita":       "Lupita",
		"Meu nome é João da Silva": "João da Silva",
		"my name is Bob":           "Bob",
		"I'm Bob":                  "Bob",
		"maría o´higgins":          "María O'Higgins",
		"Ana.":                     "Ana",
		"Juan P.":                  "Juan P.",
		"王小明":                      "王小明",
		"محمد":                     "محمد",
		"  Ana   María ":           "Ana María",
		"McDonald":                 "McDonald",
		"ANA":                      "ANA", // three letters may be initials
	} {
		if got, ok := understand.Name(raw); !ok || got != want {
			t.Errorf("%q: %q %v, want %q", raw, got, ok, want)
		}
	}
	for _, raw := range []string{
		"", "hola", "Buenas tardes", "sí", "ok", "gracias", "123", "Ana 2", "a@b.mx", "¿qué?", "😊", "x", ".", "menú", "no sé",
		"https://x.mx", "uno dos tres cuatro cinco seis siete ocho nueve", strings.Repeat("a", 61), "<b>Ana</b>", "{{secret}}",
	} {
		if got, ok := understand.Name(raw); ok {
			t.Errorf("%q was read as %q", raw, got)
		}
	}
}

func TestYesNo(t *testing.T) {
	t.Parallel()
	yes := []string{
		"Sí", "si", "SI.", "sí 👍", "👍", "👍🏽", "✅", "Siii", "síiiiii", "si si", "sisi", "claro", "¡Claro que sí!", "simón", "dale", "vale", "ok", "OKEY", "órale", "por supuesto",
		"sí, por favor", "Si, está bien", "si gracias", "ajá", "perfecto 👌", "sí quiero", "sim", "Claro que sim", "com certeza", "isso mesmo", "beleza", "yes", "Yes please", "yeah", "yep", "sure", "of course", "1", "s",
		"sí, a las tres", "ok, mándalo", "de acuerdo", "listo, dale", "venga, vale", "joya", "pos sí", "isso aí", "sounds good to me",
	}
	no := []string{
		"No", "no.", "NO!!", "nooo", "nel", "nop", "nope", "no gracias", "No, gracias", "claro que no", "para nada", "mejor no", "👎", "❌", "não", "nao", "Não, obrigado", "agora não", "no thanks", "not now", "no way", "2", "nunca", "no no no",
		"no, así está bien", "todavía no", "n", "ni en pedo", "deixa pra lá",
	}
	neither := []string{
		"", "hola", "listo, no", "ponele", "ya te diré", "let me think", "no sé", "no se todavía", "sí pero no", "sí o no", "tal vez", "quizás", "depende", "não sei", "talvez", "maybe", "not sure", "i don't know", "siguiente", "noche", "norte", "3", "???", "si no es mucha molestia dime cuanto cuesta la grande con todo incluido",
		"sí, mejor no",
	}
	for _, raw := range yes {
		if got, ok := understand.YesNo(raw); !ok || !got {
			t.Errorf("%q: %v %v, want yes", raw, got, ok)
		}
	}
	for _, raw := range no {
		if got, ok := understand.YesNo(raw); !ok || got {
			t.Errorf("%q: %v %v, want no", raw, got, ok)
		}
	}
	for _, raw := range neither {
		if got, ok := understand.YesNo(raw); ok {
			t.Errorf("%q was read as %v", raw, got)
		}
	}
}

func TestEmail(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"ana@gmail.com":                        "ana@gmail.com",
		" Ana.Perez+tacos@Gmail.COM. ":         "Ana.Perez+tacos@gmail.com",
		"mi correo es <ana@x.com.mx>, gracias": "ana@x.com.mx",
		"ana @ gmail.com":                      "ana@gmail.com",
		"ana arroba gmail punto com":           "ana@gmail.com",
		"ana@gmail,com":                        "ana@gmail.com",
		"mailto:ana@x.org":                     "ana@x.org",
		"*ana@x.org*":                          "ana@x.org",
		"ana@x.org, repito: ANA@X.ORG":         "ANA@x.org",
	} {
		got, ok := understand.Email(raw)
		if !ok || !strings.EqualFold(got, want) {
			t.Errorf("%q: %q %v, want %q", raw, got, ok, want)
		}
	}
	for _, raw := range []string{
		"", "ana", "ana@", "@x.com", "ana@x", "ana@gmail.con", "a@b.mx c@d.mx", "ana@@x.com", "ana..p@x.com", ".ana@x.com", "ana@-x.com", "ana@x.c", "ana@1.2.3.4", "añá@x.com", "ana@x..com",
	} {
		if got, ok := understand.Email(raw); ok {
			t.Errorf("%q was read as %q", raw, got)
		}
	}
}

func TestPhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raw  string
		in   understand.Context
		want string
	}{
		{"55 1234 5678", mexico, "+525512345678"},
		{"+52 55 1234 5678", spain, "+525512345678"},
		{"+5215512345678", mexico, "+525512345678"},
		{"5215512345678", mexico, "+525512345678"},
		{"0052 55 1234 5678", argentina, "+525512345678"},
		{"525512345678", mexico, "+525512345678"},
		{"mi cel es 55-1234-5678", mexico, "+525512345678"},
		{"(31) 98765-4321", brazil, "+5531987654321"},
		{"+553187654321", brazil, "+5531987654321"},
		{"3187654321", brazil, "+5531987654321"},
		{"+55 31 98765-4321", english, "+5531987654321"},
		{"11 15 2345-6789", argentina, "+5491123456789"},
		{"+54 9 11 2345 6789", argentina, "+5491123456789"},
		{"+54 11 2345 6789", argentina, "+541123456789"},
		{"1123456789", argentina, "+541123456789"},
		{"(212) 555-2368", english, "+12125552368"},
		{"٥٥١٢٣٤٥٦٧٨", mexico, "+525512345678"},
	} {
		if got, ok := understand.Phone(c.raw, c.in); !ok || got != c.want {
			t.Errorf("%q in %s: %q %v, want %q", c.raw, c.in.Locale, got, ok, c.want)
		}
	}
	for _, raw := range []string{"", "hola", "123", "12345678901234567", "55 1234 5678 o +52 33 1234 5678", "0000000000", "+"} {
		if got, ok := understand.Phone(raw, mexico); ok {
			t.Errorf("%q was read as %q", raw, got)
		}
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://Tacos.mx/Carta?x=1": "https://tacos.mx/Carta?x=1",
		"tacos.mx":                   "https://tacos.mx",
		"mi página: tacos.mx/carta.": "https://tacos.mx/carta",
		"HTTP://x.org":               "http://x.org",
	} {
		if got, ok := understand.URL(raw); !ok || got != want {
			t.Errorf("%q: %q %v, want %q", raw, got, ok, want)
		}
	}
	for _, raw := range []string{"", "hola", "javascript:alert(1).x", "ftp://x.org", "ana@x.org", "http://user:pw@x.org", "http://127.0.0.1/x", "a.mx b.mx", "file:///etc/passwd"} {
		if got, ok := understand.URL(raw); ok {
			t.Errorf("%q was read as %q", raw, got)
		}
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add("me llamo Ana, sí, ana@x.mx +52 55 1234 5678 tacos.mx")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 5000 {
			return
		}
		if text, ok := understand.Text(s); ok && text == "" {
			t.Fatalf("%q was read as nothing", s)
		}
		understand.YesNo(s)
		understand.Email(s)
		understand.URL(s)
		understand.Phone(s, brazil)
		if name, ok := understand.Name(s); ok && strings.ContainsAny(name, "0123456789<>{}@") {
			t.Fatalf("%q was read as the name %q", s, name)
		}
	})
}
