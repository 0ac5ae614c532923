package expr_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"recado/internal/flow/expr"
)

// world is a scope with a bit of everything; Monday 23 November 2026, 10:00.
func world() *expr.Scope {
	return &expr.Scope{
		Lookup: expr.Vars(map[string]any{
			"nombre": "Ana", "vacio": "", "n": 3.0, "precio": 2550.0, "si": true, "nada": nil, "entero": 7,
			"lista": []any{1.0, 2.0, 3.0},
			"pedido": map[string]any{"total": 12550.0, "items": []any{
				map[string]any{"name": "Pastor", "qty": 2.0, "price": 2500.0},
				map[string]any{"name": "Bistec", "qty": 1.0, "price": 2800.0},
			}},
			"contact": map[string]any{"first_name": "José", "tags": []string{"vip"}},
			"cuando":  time.Date(2026, 11, 24, 15, 30, 0, 0, time.UTC),
			"largo":   strings.Repeat("x", 60000),
			"raro":    struct{ X int }{1},
		}),
		Locale: "es-MX",
		Now:    time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC),
		Zone:   time.FixedZone("CST", -6*3600),
		Key:    "k1",
	}
}

func TestEval(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]any{
		// literals, names, members
		"1": 1.0, "1.5": 1.5, "'a'": "a", "true": true, "nil": nil, "[1, 'a']": []any{1.0, "a"},
		"nombre": "Ana", "entero": 7.0, "falta": nil, "falta.de.todo": nil, "raro": nil, "raro.X": nil,
		"pedido.total": 12550.0, "pedido.items[0].name": "Pastor", "pedido.items[-1].qty": 1.0, "pedido.items[9]": nil,
		"pedido['total']": 12550.0, "pedido.items[0.5]": nil, "contact.tags[0]": "vip", "contact?.first_name": "José",
		// arithmetic
		"n * precio": 7650.0, "7 / 2": 3.5, "7 % 4": 3.0, "1 / 0": nil, "0 / 0": nil, "-n": -3.0, "+n": 3.0, "nada + 1": nil,
		"1 + nada * 2": nil, "n - 1 - 1": 1.0, "1e308 * 10": nil, "5 % 0": nil,
		// text
		"'a' + 1": "a1", "'a' + 1.5": "a1.5", "1 + 'a'": "1a", "'a' + nada": "a", "'es ' + si": "es sí", "'t: ' + lista": "t: 1, 2, 3",
		// comparing
		"n == 3": true, "n != 3": false, "entero == 7.0": true, "nombre == 'Ana'": true, "nada == nil": true, "n == '3'": false,
		"lista == [1, 2, 3]": true, "lista == [1, 2]": false, "n > 2": true, "n <= 2": false, "1 < n < 5": true,
		"'a' < 'b'": true, "nada < 1": false, "nada >= 1": false, "cuando > '2026-11-24'": true,
		// logic
		"si && n > 2": true, "si and not (n > 2)": false, "nada || si": true, "!si": false, "not nada": true,
		"nada ?? 'x'": "x", "falta.x ?? falta.y ?? 1": 1.0, "n > 2 ? 'sí' : 'no'": "sí", "false && (1 < 'a')": false,
		// membership
		"2 in lista": true, "9 in lista": false, "9 not in lista": true, "'total' in pedido": true, "'vip' in contact.tags": true,
		"1 in nada": false, "nombre contains 'n'": true, "nombre startsWith 'A'": true, "nombre endsWith 'z'": false,
		"lista contains 2": true, "nada contains 'x'": false,
		// functions
		"fold('¡PEDÍDO!')": "pedido", "upper(nombre)": "ANA", "lower('AB')": "ab", "title('josé LÓPEZ')": "José López",
		"trim('  a ')": "a", "len('añó')": 3.0, "len(lista)": 3.0, "len(nada)": 0.0, "len(pedido)": 2.0, "text(1.5)": "1.5",
		"round(2.5)": 3.0, "round(-2.5)": -3.0, "round(1.005, 1)": 1.0, "floor(2.9)": 2.0, "ceil(2.1)": 3.0, "abs(-2)": 2.0,
		"money(precio)": "$25.50", "money(precio * 1000)": "$25,500.00", "money(-5)": "-$0.05", "money(1250, 'usd')": "USD 12.50",
		"money(nada)": nil, "number(1234567.5)": "1,234,567.5", "number(1234, 2)": "1,234.00", "number(-0.4, 0)": "0",
		"min(3, 1, 2)": 1.0, "max(lista)": 3.0, "min(nada, 2)": 2.0, "max('a', 'b')": "b", "min([])": nil,
		"sum(lista)": 6.0, "sum(pedido.items, 'price')": 5300.0, "sum(nada)": 0.0, "lista | sum()": 6.0,
		"plural(1, 'taco', 'tacos')": "taco", "plural(n, 'taco', 'tacos')": "tacos",
		"join(lista)": "1, 2, 3", "join(['a', 'b'], ' y ')": "a y b", "first(lista)": 1.0, "last(lista)": 3.0, "first(nada)": nil,
		"lines(pedido.items, '{n}. {qty}× {name} {nada}')": "1. 2× Pastor \n2. 1× Bistec ", "lines(lista, '- {}')": "- 1\n- 2\n- 3",
		"lines(lista, 'abierto {')": "abierto {\nabierto {\nabierto {",
		"default_to(vacio, 'x')":    "x", "default_to(n, 1)": 3.0,
		"to_number('12,5')": 12.5, "to_number('doce')": nil, "to_number('1e9')": nil, "to_number(si)": 1.0,
		"hash_pick('a', 'a')": "a", "hash_pick([])": nil,
		// time
		"date()": "lunes 23 de noviembre", "date('2027-01-02')": "sábado 2 de enero de 2027", "date(cuando, 'iso')": "2026-11-24",
		"date(cuando, 'short')": "24/11/2026", "date(nada)": nil, "time(cuando)": "09:30", "time('16:45')": "16:45", "time()": "10:00",
		"day_time(cuando)": "mañana a las 09:30", "cuando | day_time()": "mañana a las 09:30", "day_time()": "hoy a las 10:00",
		"day_time('2026-11-27T13:00')": "el viernes a las 13:00", "day_time('2026-12-25T01:00')": "el 25 de diciembre a la 01:00",
		"days_until('2026-12-25')": 32.0, "days_until('2026-11-22')": -1.0, "is_open()": true, "text(next_open())": "hoy a las 10:00",
	} {
		p, err := expr.Compile(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		got, err := p.Eval(world())
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %#v, want %#v", src, got, want)
		}
	}
}

func TestMistakesInDataAreErrorsAndTheValueIsNil(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]expr.Code{
		"1 < 'a'": expr.BadValue, "nombre * 2": expr.BadValue, "si + 1": expr.BadValue, "-nombre": expr.BadValue, "n && si": expr.BadValue,
		"n ? 1 : 2": expr.BadValue, "1 in nombre": expr.BadValue, "upper(n)": expr.BadValue, "sum([1, 'a'])": expr.BadValue,
		"money('x')": expr.BadValue, "money(1, 'dollars')": expr.BadValue, "date('ayer')": expr.BadValue, "'a' + {} ": "", "len(n)": expr.BadValue,
		"text(pedido)": expr.BadValue, "round(1.5, 99)": expr.BadValue, "largo + largo": expr.Budget, "upper(largo)": expr.Budget,
	} {
		p, err := expr.Compile(src)
		if want == "" {
			if err == nil {
				t.Errorf("%s compiles", src)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		v, err := p.Eval(world())
		e, _ := err.(*expr.Error) //nolint:errorlint // documented to be exactly this
		if v != nil || e == nil || e.Code != want || e.Src != src {
			t.Errorf("%s = %v, %v; want %s", src, v, err, want)
		}
	}
}

func TestOutputFollowsTheLanguageAndCountry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ locale, src, want string }{
		{"es-MX", "money(123450)", "$1,234.50"},
		{"es-AR", "money(123450)", "$ 1.234,50"},
		{"pt-BR", "money(123450)", "R$ 1.234,50"},
		{"en-US", "money(123450)", "$1,234.50"},
		{"es-ES", "money(123450)", "1.234,50 €"},
		{"es-CL", "money(12990)", "$12.990"},
		{"fr-FR", "money(123450)", "$1,234.50"},
		{"pt-BR", "money(100, 'USD')", "USD 1,00"},
		{"es-AR", "text(1234.5)", "1234,5"},
		{"pt-BR", "number(1234.5)", "1.234,5"},
		{"en-US", "date()", "Monday, November 23"},
		{"pt-BR", "date()", "segunda-feira, 23 de novembro"},
		{"en-US", "day_time(cuando)", "tomorrow at 9:30 AM"},
		{"pt-BR", "day_time('2026-11-28T09:00')", "no sábado às 09:00"},
		{"pt-BR", "day_time('2026-12-25T09:00')", "em 25 de dezembro às 09:00"},
		{"en-US", "day_time('2027-12-25T09:00')", "on December 25, 2027 at 9:00 AM"},
		{"en-US", "time('16:45')", "4:45 PM"},
		{"en-US", "date(cuando, 'short')", "11/24/2026"},
		{"pt-BR", "text(si)", "sim"},
		{"en-US", "text(si)", "yes"},
		{"pt-BR", "plural(0, 'taco', 'tacos')", "taco"},
		{"en-US", "plural(0, 'taco', 'tacos')", "tacos"},
	} {
		s := world()
		s.Locale = c.locale
		p, err := expr.Compile(c.src)
		if err != nil {
			t.Fatalf("%s: %v", c.src, err)
		}
		if got, err := p.Eval(s); got != c.want || err != nil {
			t.Errorf("%s %s = %q, %v; want %q", c.locale, c.src, got, err, c.want)
		}
	}
}

func TestHashPickIsTheSameForAKeyAndDiffersAmongThem(t *testing.T) {
	t.Parallel()
	p, err := expr.Compile("hash_pick('a', 'b', 'c')")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[any]bool{}
	for key := range strings.SplitSeq("abcdefghijklmnop", "") {
		one, _ := p.Eval(&expr.Scope{Key: key})
		two, _ := p.Eval(&expr.Scope{Key: key})
		if one != two {
			t.Errorf("key %s: %v, then %v", key, one, two)
		}
		seen[one] = true
	}
	if len(seen) != 3 {
		t.Errorf("only %v was ever picked", seen)
	}
}

type shop struct{ opens time.Time }

func (s shop) Open(at time.Time) bool { return !at.Before(s.opens) }
func (s shop) NextOpen(at time.Time) (time.Time, bool) {
	if s.opens.IsZero() {
		return time.Time{}, false
	}
	return s.opens, true
}

func TestHoursComeFromTheScope(t *testing.T) {
	t.Parallel()
	s := world()
	s.Hours = shop{time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)}
	for src, want := range map[string]any{"is_open()": false, "next_open() | day_time()": "hoy a las 12:00", "is_open('2026-11-24')": true} {
		p, err := expr.Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := p.Eval(s); got != want {
			t.Errorf("%s = %v, want %v", src, got, want)
		}
	}
}

func TestNamesArePathsAsFarAsTheyAreLiteral(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"a + b.c":                 "a b.c",
		"a.b?.c.d":                "a.b.c.d",
		"a[0].b":                  "a",
		"a[b.c]":                  "a b.c",
		"sum(pedido.items) > 'x'": "pedido.items",
		"1 < n < 2":               "n",
		"a['b']":                  "a.b",
	} {
		p, err := expr.Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p.Names(), " "); got != want {
			t.Errorf("%s reads %q, want %q", src, got, want)
		}
	}
	if v, err := expr.Path("pedido.items.1.name").Eval(world()); v != "Bistec" || err != nil {
		t.Errorf("path: %v, %v", v, err)
	}
}

func BenchmarkEval(b *testing.B) {
	p, err := expr.Compile("n > 2 && precio * n < 100000 ? money(precio * n) : 'mucho'")
	if err != nil {
		b.Fatal(err)
	}
	s := world()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Eval(s); err != nil {
			b.Fatal(err)
		}
	}
}
