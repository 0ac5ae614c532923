package expr_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"recado/internal/flow/expr"
)

func TestRender(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, src string
		vars      map[string]any
		want      string
		warns     string // codes
	}{
		{"no expression", "Hola", nil, "Hola", ""},
		{"empty", "", nil, "", ""},
		{"value", "Hola {{ a }}!", map[string]any{"a": "Ana"}, "Hola Ana!", ""},
		{"unknown is empty, with a warning", "Hola {{ a }}!", nil, "Hola !", "unknown"},
		{"default", "Hola {{ a.b ?? 'tú' }}!", nil, "Hola tú!", ""},
		{"error is empty, with a warning", "{{ a * 2 }}.", map[string]any{"a": "x"}, ".", "bad_value"},
		{"one error does not stop the rest", "{{ a * 2 }}{{ a }}{{ b }}", map[string]any{"a": "x"}, "x", "bad_value unknown"},
		{"value is never evaluated again", "{{ a }}", map[string]any{"a": "{{ secret }}", "secret": "s"}, "{{ secret }}", ""},
		{"closing braces inside a text", `{{ "}}" }}|{{ '\'}}' }}`, nil, "}}|'}}", ""},
		{"value is trimmed", "[{{ a }}]", map[string]any{"a": " \n x y \t"}, "[x y]", ""},
		{"inner lines stay", "{{ a }}", map[string]any{"a": "x\ny"}, "x\ny", ""},
		{"number", "{{ a }} {{ b }}", map[string]any{"a": 3.0, "b": 0.5}, "3 0.5", ""},
		{"author's markup stays", "*{{ a }}*", map[string]any{"a": "Ana"}, "*Ana*", ""},
		{"bold in a value", "{{ a }}", map[string]any{"a": "*gratis*"}, "∗gratis∗", ""},
		{"marks that only close", "*{{ a }}*", map[string]any{"a": "a* b*"}, "*a∗ b∗*", ""},
		{"italic, strike, code", "{{ a }}", map[string]any{"a": "_a_ ~b~ `c` ```d```"}, "ˍaˍ ∼b∼ ˋcˋ ˋˋˋdˋˋˋ", ""},
		{"marks inside words", "{{ a }}", map[string]any{"a": "juan_perez@x.com 2*3"}, "juan_perez@x.com 2*3", ""},
		{"marks in links", "{{ a }}", map[string]any{"a": "ver https://x.com/_a_/*b* _c_"}, "ver https://x.com/_a_/*b* ˍcˍ", ""},
		{"quote at the start of a line", "{{ a }}", map[string]any{"a": "> dijo\n> más a > b"}, "› dijo\n› más a > b", ""},
		{"quote after the author's text", "x {{ a }}", map[string]any{"a": "> b"}, "x > b", ""},
		{"direction marks", "{{ a }}", map[string]any{"a": "\u202efdp.exe\u202c"}, "fdp.exe", ""},
		{"not UTF-8", "{{ a }}", map[string]any{"a": "*\xff\xfe*"}, "∗\ufffd∗", ""},
		{"what is too long is cut", "{{ a }}{{ a }}", map[string]any{"a": strings.Repeat("ñ", 4000)}, strings.Repeat("ñ", 4096), "budget"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tmpl, err := expr.Parse(c.src)
			if err != nil {
				t.Fatal(err)
			}
			got, warns := tmpl.Render(&expr.Scope{Lookup: expr.Vars(c.vars), Locale: "es-MX"}, expr.Chat)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			var codes []string
			for _, w := range warns {
				codes = append(codes, string(w.Code))
			}
			if strings.Join(codes, " ") != c.warns {
				t.Errorf("warnings %v, want %q", warns, c.warns)
			}
		})
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	tmpl, err := expr.Parse("?q={{ a }}&n={{ n }}")
	if err != nil {
		t.Fatal(err)
	}
	s := &expr.Scope{Lookup: expr.Vars(map[string]any{"a": " *a* b&c/ñ", "n": 1.5}), Locale: "es-AR"}
	for mode, want := range map[expr.Mode]string{
		expr.Chat: "?q=∗a∗ b&c/ñ&n=1,5",
		expr.Raw:  "?q= *a* b&c/ñ&n=1,5",
		expr.URL:  "?q=%20%2Aa%2A%20b%26c%2F%C3%B1&n=1.5",
	} {
		if got, _ := tmpl.Render(s, mode); got != want {
			t.Errorf("mode %d: %q, want %q", mode, got, want)
		}
	}
	if s.Locale != "es-AR" {
		t.Error("rendering changed the scope")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]struct {
		code expr.Code
		pos  int
	}{
		"Hola {{ a":                 {expr.Unclosed, 7},
		"{{ 'a }}":                  {expr.Unclosed, 2},
		"{{}}":                      {expr.Syntax, 2},
		"ñandú {{ 1..9 }}":          {expr.Forbidden, -1},
		"{{ $env }}":                {expr.Forbidden, -1},
		"{{ {{ a }} }}":             {expr.Syntax, -1},
		strings.Repeat("x", 20001):  {expr.TooLong, -1},
		"{{ a }} {{ precio(a) }} x": {expr.UnknownFunc, -1},
	} {
		_, err := expr.Parse(src)
		e, ok := errors.AsType[*expr.Error](err)
		if !ok || e.Code != want.code || want.pos >= 0 && e.Pos != want.pos {
			t.Errorf("%.40s: %v, want %v", src, err, want)
		}
	}
}

func TestStaticAndNames(t *testing.T) {
	t.Parallel()
	tmpl, err := expr.Parse("Hola {{ b.c }} {{ a }} {{ b.c }}")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(tmpl.Names(), " "); got != "a b.c" {
		t.Errorf("names %q", got)
	}
	if _, ok := tmpl.Static(); ok {
		t.Error("a template with expressions is static")
	}
	for _, src := range []string{"", "Hola"} {
		tmpl, err := expr.Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := tmpl.Static(); !ok || s != src {
			t.Errorf("%q is not static", src)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("Hola {{ a }}", "*x*")
	f.Add("{{ a | upper() }}{{ b }}", "\u202e> x")
	f.Add("{{ '}}' + a }}", "{{ a }}")
	f.Fuzz(func(t *testing.T, src, value string) {
		tmpl, err := expr.Parse(src)
		if err != nil {
			return
		}
		s := &expr.Scope{Lookup: expr.Vars(map[string]any{"a": value, "b": []any{value}})}
		for _, m := range []expr.Mode{expr.Chat, expr.Raw, expr.URL} {
			out, _ := tmpl.Render(s, m)
			if utf8.RuneCountInString(out) > expr.MaxOutput {
				t.Fatalf("%q makes %d runes", src, utf8.RuneCountInString(out))
			}
		}
	})
}

// The author's text holds no markup, so none may come out, whatever the value.
func FuzzValuesCannotFormat(f *testing.F) {
	f.Add("*a*")
	f.Add("a*b* _c_")
	f.Add("`x`")
	f.Fuzz(func(t *testing.T, value string) {
		tmpl, err := expr.Parse("x {{ a }} y")
		if err != nil {
			t.Fatal(err)
		}
		out, _ := tmpl.Render(&expr.Scope{Lookup: expr.Vars(map[string]any{"a": value})}, expr.Chat)
		if strings.Contains(value, "http") {
			return
		}
		for _, mark := range []string{" *", " _", " ~", "`", "* ", "_ ", "~ ", "\n*", "\u202e"} {
			if strings.Contains(out, mark) {
				t.Fatalf("%q comes out as %q", value, out)
			}
		}
	})
}

func BenchmarkRender(b *testing.B) {
	tmpl, err := expr.Parse("¡Hola, {{ contact.first_name ?? 'qué tal' }}! Son {{ money(precio) }}.")
	if err != nil {
		b.Fatal(err)
	}
	s := world()
	b.ReportAllocs()
	for b.Loop() {
		tmpl.Render(s, expr.Chat)
	}
}
