package engine_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"recado/internal/flow/engine"
)

func TestSentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		e      engine.Event
		es, en string
	}{
		{engine.Event{Kind: engine.Chosen, Name: "pedir", Rule: "fuzzy", Text: "pedido"}, "«pedido» → opción pedir, con un error de dedo", "“pedido” → option pedir, with a typing slip"},
		{engine.Event{Kind: engine.Chosen, Name: "pedir", Rule: "old_tap"}, "Opción pedir, en un menú anterior, tocada en la pantalla", "Option pedir, in an earlier menu, tapped on the screen"},
		{engine.Event{Kind: engine.Invalid, Name: "out_of_range"}, "La respuesta no sirve: está fuera de los límites", "The answer does not fit: it is out of range"},
		{engine.Event{Kind: engine.Invalid, Name: "not_email"}, "La respuesta no sirve: no es lo que se pide: email", "The answer does not fit: it is not what was asked for: email"},
		{engine.Event{Kind: engine.NodeEntered, Node: "menu"}, "Paso menu", "Step menu"},
		{engine.Event{Kind: engine.Branch, Name: "else"}, "Sigue por else", "Goes on by else"},
		{engine.Event{Kind: engine.Ended}, "Fin del flujo", "End of the flow"},
		{engine.Event{Kind: engine.Ignored, Name: "paused", Rule: "handoff"}, "Sin respuesta: pasó a una persona", "No answer: handed to a person"},
		{engine.Event{Kind: engine.Migrated, Name: "stay"}, "Termina con la versión con la que empezó", "RunFinishes with the version it began with"},
	} {
		if got := c.e.Sentence("es-MX"); got != c.es {
			t.Errorf("%+v: %q, want %q", c.e, got, c.es)
		}
		if got := c.e.Sentence("en"); got != c.en {
			t.Errorf("%+v: %q, want %q", c.e, got, c.en)
		}
	}
}

// TestEveryKindHasASentence: in each language its own, with no place left empty.
func TestEveryKindHasASentence(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	kinds := 0
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING || strings.HasPrefix(lit.Value, "`") {
			return true
		}
		kind, err := strconv.Unquote(lit.Value)
		if err != nil || strings.Contains(kind, "/") {
			return true
		}
		kinds++
		seen := map[string]bool{}
		for _, lang := range []string{"es", "en", "pt-BR"} {
			s := engine.Event{Kind: engine.EventKind(kind), Node: "n", Name: "x", Rule: "r", Text: "t"}.Sentence(lang)
			if seen[s] || s == kind || strings.ContainsAny(s, "{}") {
				t.Errorf("%s in %s: %q", kind, lang, s)
			}
			seen[s] = true
		}
		return true
	})
	if kinds < 20 {
		t.Fatalf("%d kinds were found", kinds)
	}
}
