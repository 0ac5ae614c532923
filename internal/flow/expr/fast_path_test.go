package expr_test

import (
	"math"
	"strings"
	"testing"

	"recado/internal/flow/expr"
)

// TestRenderFast compares RenderFast with Render wherever it has a fast path.
func TestRenderFast(t *testing.T) {
	t.Parallel()
	values := map[string]any{
		"word": " Ana ", "mark": "*Ana*", "link": "https://x.mx/a_b", "blank": "", "amount": 1234.5, "whole": 3.0, "nan": math.NaN(), "yes": true, "nope": false,
		"nothing": nil, "list": []any{"a"}, "object": map[string]any{"name": "Luz", "n": 2.0, "deep": map[string]any{"x": "y"}}, "long": strings.Repeat("ñ", 5000),
	}
	read := func(root, field string) (any, bool) {
		v, ok := values[root]
		if field == "" {
			return v, ok
		}
		object, ok := v.(map[string]any)
		return object[field], ok
	}
	fast := 0
	for _, src := range []string{
		"Hola {{ word }}!", "{{ word }}{{ word }}", "{{ mark }}", "{{ link }}", "{{ blank }}", "{{ amount }} y {{ whole }}", "{{ nan }}", "{{ yes }} {{ nope }}", "{{ nothing }}", "{{ list }}",
		"{{ object }}", "{{ object.name }} {{ object.n }}", "{{ object.nada }}", "{{ object.nada ?? 'tú' }}", "{{ object.deep.x }}", "{{ object['name'] }}", "{{ word.name ?? 'x' }}",
		"{{ long }}", "{{ unknown }}", "{{ unknown ?? 'nadie' }}", "{{ nothing ?? '*x*' }}", "{{ nothing ?? 3 }}", "{{ whole + 1 }}", "{{ word ?? nothing }}", "sin nada", "",
	} {
		tmpl, err := expr.Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		for _, locale := range []string{"es-MX", "es-AR", "en", "pt-BR"} {
			want, warnings := tmpl.Render(&expr.Scope{Lookup: expr.Vars(values), Locale: locale}, expr.Chat)
			got, ok := tmpl.RenderFast(locale, read)
			if !ok {
				continue
			}
			fast++
			if got != want || len(warnings) > 0 {
				t.Errorf("%s in %s: %q, Render writes %q %v", src, locale, got, want, warnings)
			}
		}
	}
	if fast < 40 {
		t.Errorf("only %d took the fast path", fast)
	}
}
