package choice_test

import (
	"fmt"
	"slices"
	"testing"

	"recado/internal/flow/normalize"
	"recado/internal/understand/choice"
)

func menu(labels ...any) []choice.Option {
	var out []choice.Option
	for _, l := range labels {
		switch l := l.(type) {
		case string:
			out = append(out, choice.Option{N: len(out) + 1, ID: l, Keys: []string{normalize.Key(l)}})
		case []string: // aliases of the option before
			o := &out[len(out)-1]
			for _, a := range l {
				o.Keys = append(o.Keys, normalize.Key(a))
			}
		}
	}
	return out
}

var (
	tacos = menu("Hacer pedido", []string{"pedido", "comprar"}, "Ver la carta", "¿Dónde va mi pedido?", "Hablar con alguien")
	sino  = menu("Sí", "No")
	pizza = menu("🍕 Pizza de queso", "🍔 Hamburguesa", "Refresco (600 ml)", "Mañana", "Piña colada")
)

func read(text string) *choice.Text {
	t := choice.Read(text)
	return &t
}

func match(options []choice.Option, text string) choice.Result {
	return choice.Match(options, read(text))
}

func TestMatch(t *testing.T) {
	t.Parallel()
	type want struct {
		rule  choice.Rule
		found []int
	}
	one := func(r choice.Rule, i int) want { return want{r, []int{i}} }
	for _, c := range []struct {
		in   []choice.Option
		text string
		want want
	}{
		// numbers in any costume
		{tacos, "2", one(choice.Number, 1)},
		{tacos, "2.", one(choice.Number, 1)},
		{tacos, " 2) ", one(choice.Number, 1)},
		{tacos, "2️⃣", one(choice.Number, 1)},
		{tacos, "②", one(choice.Number, 1)},
		{tacos, "２", one(choice.Number, 1)},
		{tacos, "#2", one(choice.Number, 1)},
		{tacos, "la 2", one(choice.Number, 1)},
		{tacos, "La 2 por favor", one(choice.Number, 1)},
		{tacos, "opción 2", one(choice.Number, 1)},
		{tacos, "opcion2", one(choice.Number, 1)},
		{tacos, "No. 2", one(choice.Number, 1)},
		{tacos, "nº 2", one(choice.Number, 1)},
		{tacos, "dos", one(choice.Number, 1)},
		{tacos, "Opción dos", one(choice.Number, 1)},
		{tacos, "segunda", one(choice.Number, 1)},
		{tacos, "la segunda opción", one(choice.Number, 1)},
		{tacos, "2da", one(choice.Number, 1)},
		{tacos, "2ª", one(choice.Number, 1)},
		{tacos, "the second one", one(choice.Number, 1)},
		{tacos, "option two", one(choice.Number, 1)},
		{tacos, "opção dois", one(choice.Number, 1)},
		{tacos, "a segunda", one(choice.Number, 1)},
		{tacos, "uno", one(choice.Number, 0)},
		{tacos, "la primera", one(choice.Number, 0)},
		{tacos, "la última", one(choice.Number, 3)},
		{tacos, "1 o 2", want{choice.Number, []int{0, 1}}},
		{tacos, "9", want{}},
		{tacos, "99999999999999999999", want{}},
		{tacos, "no la 2", want{}},
		{tacos, "2 tacos", want{}},
		{menu("Corte", "Barba", "Corte y barba", []string{"las dos", "los dos"}), "las dos", one(choice.Exact, 2)},
		{menu("10", "20", "2"), "2", one(choice.Number, 1)},
		{menu("10", "20", "30"), "30", one(choice.Exact, 2)},
		// labels and aliases
		{sino, "Sí", one(choice.Exact, 0)},
		{sino, "si", one(choice.Exact, 0)},
		{sino, "SI.", one(choice.Exact, 0)},
		{sino, "sí 👍", one(choice.Exact, 0)},
		{sino, "n\u200bo", one(choice.Exact, 1)},
		{sino, "\u202eno", one(choice.Exact, 1)},
		{tacos, "PEDÍDO", one(choice.Exact, 0)},
		{tacos, "donde va mi pedido", one(choice.Exact, 2)},
		{tacos, "ver  la\ncarta", one(choice.Exact, 1)},
		{pizza, "pizza de queso", one(choice.Exact, 0)},
		{pizza, "manana", one(choice.Exact, 3)},
		{pizza, "MAÑANA", one(choice.Exact, 3)},
		{pizza, "pina colada", one(choice.Exact, 4)},
		{pizza, "refresco 600 ml", one(choice.Exact, 2)},
		// whole words and beginnings
		{tacos, "carta", one(choice.Words, 1)},
		{tacos, "la carta", one(choice.Words, 1)},
		{tacos, "quiero ver la carta por favor", one(choice.Words, 1)},
		{tacos, "Hola buenas tardes, quisiera hacer pedido", one(choice.Words, 0)},
		{tacos, "no quiero hacer pedido", want{}},
		{tacos, "comp", one(choice.Prefix, 0)},
		{tacos, "ha", want{}},
		{pizza, "queso", one(choice.Words, 0)},
		{pizza, "de", want{}},
		{pizza, "hambur", one(choice.Prefix, 1)},
		{menu("Pizza chica", "Pizza grande"), "pizza", want{choice.Words, []int{0, 1}}},
		{menu("Pizza chica", "Pizza grande"), "la grande", one(choice.Words, 1)},
		{menu("Siguiente", "Salir"), "si", want{}},
		{menu("Otro", "Factura"), "tienen otro horario?", want{}},
		{menu("Factura", "Devolver"), "quiero devolver unos zapatos", one(choice.Words, 1)},
		{menu("Factura", "Devolver"), "no quiero devolver unos zapatos", want{}},
		{menu("Pedido", "Horario de pedidos y pedido"), "y mi pedido cuando llega", want{choice.Words, []int{0, 1}}},
		{menu("Tacos al pastor", "Tacos de bistec"), "2) bistec", one(choice.Words, 1)},
		// typos
		{tacos, "pedio", one(choice.Fuzzy, 0)},
		{tacos, "pedidi", one(choice.Fuzzy, 0)},
		{tacos, "carat", one(choice.Fuzzy, 1)},
		{pizza, "hanburgesa", one(choice.Fuzzy, 1)},
		{pizza, "hamburgueza", one(choice.Fuzzy, 1)},
		{menu("Casa", "Masa"), "tasa", want{}}, // four letters: too short
		{menu("Mesa 12", "Mesa 13"), "mesa 14", want{}},
		{menu("Norte", "Corte"), "torte", want{choice.Fuzzy, []int{0, 1}}},
		// nothing
		{tacos, "", want{}},
		{tacos, "😀", want{}},
		{tacos, "???", want{}},
		{tacos, "asdfgh", want{}},
		{menu("👍", "👎"), "👎", one(choice.Exact, 1)},
	} {
		got := match(c.in, c.text)
		if got.Rule != c.want.rule || !slices.Equal(got.Found, c.want.found) {
			t.Errorf("%q: %s %v (%q), want %s %v", c.text, got.Rule, got.Found, got.Key, c.want.rule, c.want.found)
		}
	}
}

func TestCertainKnowsNoGuesses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"carta", "pedio", "ped", "quiero ver la carta"} {
		if r := choice.Certain(tacos, read(text)); r.Rule != choice.None {
			t.Errorf("%q: %s", text, r.Rule)
		}
	}
}

func TestMany(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]int{
		"1,3 y 4":                      {0, 2, 3},
		"1 3 4":                        {0, 2, 3},
		"4, 1":                         {0, 3},
		"la primera y la tercera":      {0, 2},
		"hamburguesa y refresco":       {1, 2},
		"pizza, hamburgesa, pina":      {0, 1, 4},
		"1 e 2":                        {0, 1},
		"refresco + mañana":            {2, 3},
		"todas":                        {0, 1, 2, 3, 4},
		"2 y 2":                        {1},
		"uno dos":                      {0, 1},
		"pizza de queso\nhamburguesa,": {0, 1},
	} {
		r, ok := choice.Many(pizza, text)
		if !ok || !slices.Equal(r.Found, want) {
			t.Errorf("%q: %v %v, want %v", text, r.Found, ok, want)
		}
	}
	for _, text := range []string{"", "1 y 9", "pizza y tacos", "hola"} {
		if r, ok := choice.Many(pizza, text); ok {
			t.Errorf("%q was read as %v", text, r.Found)
		}
	}
	if r, ok := choice.Many(pizza, "ninguna"); !ok || len(r.Found) != 0 {
		t.Errorf("ninguna: %v %v", r.Found, ok)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("la segunda opción, porfa", "Ver la carta")
	f.Fuzz(func(t *testing.T, text, label string) {
		if len(text) > 2000 || len(label) > 300 {
			return
		}
		options := menu(label, "Otra cosa", []string{"alias"})
		r := match(options, text)
		for _, i := range r.Found {
			if i < 0 || i >= len(options) {
				t.Fatalf("%q: %v", text, r)
			}
		}
		if again := match(options, text); fmt.Sprint(again) != fmt.Sprint(r) {
			t.Fatalf("%q: %v then %v", text, r, again)
		}
		choice.Many(options, text)
	})
}

func BenchmarkMatch(b *testing.B) {
	for _, text := range []string{"2", "la segunda", "ver la carta", "quiero ver la carta", "hamburgers", "nada de eso"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				match(tacos, text)
			}
		})
	}
}
