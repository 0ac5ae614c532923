package understand_test

import (
	"testing"

	"recado/internal/understand"
)

var (
	mexico    = understand.Context{Language: "es", Locale: "es-MX", Currency: "MXN"}
	argentina = understand.Context{Language: "es", Locale: "es-AR", Currency: "ARS"}
	spain     = understand.Context{Language: "es", Locale: "es", Currency: "EUR"}
	brazil    = understand.Context{Language: "pt", Locale: "pt-BR", Currency: "BRL"}
	english   = understand.Context{Language: "en", Locale: "en-US", Currency: "USD"}
)

func TestNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raw  string
		in   understand.Context
		want float64
	}{
		{"1.500,50", spain, 1500.5},
		{"1,500.50", mexico, 1500.5},
		{"1,500.50", spain, 1500.5}, // both signs: the last one is the decimal
		{"1.500,50", mexico, 1500.5},
		{"1.500", spain, 1500},
		{"1.500", mexico, 1.5},
		{"1,500", mexico, 1500},
		{"1,500", argentina, 1.5},
		{"12,5", mexico, 12.5},
		{"12.5", argentina, 12.5},
		{"0.125", argentina, .125},
		{"1.000.000", mexico, 1e6},
		{"1 500", spain, 1500},
		{"1 234 567,5", brazil, 1234567.5},
		{"1'500", spain, 1500},
		{"-3", spain, -3},
		{"+3", spain, 3},
		{"٣", spain, 3},
		{"２５", spain, 25},
		{"2️⃣", spain, 2},
		{"25 años", spain, 25},
		{"como unos 30 más o menos", spain, 30},
		{"tengo 25", mexico, 25},
		{"son 3.", mexico, 3},
		{"3, por favor", mexico, 3},
		{"dos", spain, 2},
		{"Dos mil quinientos", spain, 2500},
		{"vinte e cinco", brazil, 25},
		{"twenty-five", english, 25},
		{"dos y medio", spain, 2.5},
		{"2 y medio", spain, 2.5},
		{"2½", spain, 2.5},
		{"½", spain, .5},
		{"1 1/2", spain, 1.5},
		{"medio", spain, .5},
		{"media docena", spain, 6},
		{"una docena", spain, 12},
		{"2 docenas", spain, 24},
		{"un par", spain, 2},
		{"2 mil", spain, 2000},
		{"1.5k", mexico, 1500},
		{"3 millones", spain, 3e6},
		{"un millón", spain, 1e6},
		{"una", spain, 1},
		{"dos, 2", spain, 2}, // the same number twice
		{"$ 200 pesos", mexico, 200},
	} {
		if got, ok := understand.Number(c.raw, c.in); !ok || got != c.want {
			t.Errorf("%q in %s: %v %v, want %v", c.raw, c.in.Locale, got, ok, c.want)
		}
	}
}

func TestNumberRefuses(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"", "hola", "25 o 30", "entre 2 y 3", "un momento", "una pizza", "1.2.3.4", "1,2,3", "12.34.56", "1..2",
		"99999999999999999999999999999999", "...", "-", "1e9e9",
		"ayer fui con mi hermana y mis primos a comer con usted y pedimos 3 cosas",
	} {
		if got, ok := understand.Number(raw, spain); ok {
			t.Errorf("%q was read as %v", raw, got)
		}
	}
}

func TestInteger(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]int64{"3": 3, "3,0": 3, "tres": 3, "-2": -2, "1.000": 1000} {
		if got, ok := understand.Integer(raw, spain); !ok || got != want {
			t.Errorf("%q: %d %v, want %d", raw, got, ok, want)
		}
	}
	for _, raw := range []string{"2,5", "dos y medio", "x"} {
		if got, ok := understand.Integer(raw, spain); ok {
			t.Errorf("%q was read as %d", raw, got)
		}
	}
}

func FuzzNumber(f *testing.F) {
	f.Add("1.500,50 pesos y medio", true)
	f.Fuzz(func(t *testing.T, s string, comma bool) {
		c := mexico
		if comma {
			c = spain
		}
		if v, ok := understand.Number(s, c); ok && (v != v || v > 1e16 || v < -1e16) {
			t.Fatalf("%q: %v", s, v)
		}
	})
}
