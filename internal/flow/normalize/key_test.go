package normalize_test

import (
	"testing"
	"unicode/utf8"

	"recado/internal/flow/normalize"
)

func TestKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"pedido", "pedido"},
		{"  PEDÍDO ", "pedido"},
		{"Sí", "si"},
		{"SI.", "si"},
		{"sí 👍", "si"},
		{"¿Dónde va mi pedido?", "donde va mi pedido"},
		{"año", "año"},
		{"AÑO", "año"},
		{"an\u0303o", "año"},
		{"São João", "sao joao"},
		{"ação", "acao"},
		{"pingüino", "pinguino"},
		{"2️⃣", "2"},
		{"②", "2"},
		{"２.", "2"},
		{"1.", "1"},
		{"𝗽𝗲𝗱𝗶𝗱𝗼", "pedido"},
		{"ver\u200b la\u00a0 carta\n", "ver la carta"},
		{"\u202emenú\u202c", "menu"},
		{"Straße", "strasse"},
		{"Ver la carta 🍽️", "ver la carta"},
		{"👍", "👍"},
		{"👍🏽", "👍🏽"},
		{"...", "..."},
		{"ok\x00", "ok"},
		{"a\xffb", "ab"},
		{"cb", "cb"},
		{"uno  dos", "uno dos"},
		{"IŞIK", "isik"},
	} {
		if got := normalize.Key(c.in); got != c.want {
			t.Errorf("Key(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestLooseDropsTheTildeOfEnye(t *testing.T) {
	t.Parallel()
	if normalize.Key("año") == normalize.Key("ano") {
		t.Error("año and ano are one word")
	}
	if normalize.Loose("Mañana") != normalize.Loose("manana") {
		t.Error("manana does not find mañana")
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	got := normalize.Words(normalize.Key("Hola, ¿me da 2-3 tacos? ya"))
	want := []string{"hola", "me", "da", "2", "3", "tacos", "ya"}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %q", got)
		}
	}
}

func FuzzKey(f *testing.F) {
	for _, s := range []string{"Año 2️⃣", "İ", "ﬁ", "n\u0303\u0301", "ǅ", "…", "ñ̃", "\u1e9e", "ᾳ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k := normalize.Key(s)
		if !utf8.ValidString(k) && utf8.ValidString(s) {
			t.Fatalf("Key(%q) = %q is not UTF-8", s, k)
		}
		if again := normalize.Key(k); again != k {
			t.Fatalf("Key(%q) = %q, but Key of that is %q", s, k, again)
		}
	})
}

// The fast path of common letters and the general one give the same keys.
func TestFastPathAgreesWithTheGeneralOne(t *testing.T) {
	t.Parallel()
	for r := rune(0x20); r < 0x180; r++ {
		s := "x" + string(r) + "x"
		// An uncommon letter sends the same text the general way.
		if got, want := normalize.Key(s)+" z", normalize.Key(s+" 𝘇"); got != want {
			t.Errorf("%q: %q alone, %q with others", s, got, want)
		}
	}
}

func BenchmarkKey(b *testing.B) {
	for b.Loop() {
		normalize.Key("¿Dónde va mi PEDIDO?")
	}
}
