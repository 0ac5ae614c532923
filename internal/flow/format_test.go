package flow_test

import (
	"os"
	"strings"
	"testing"

	"recado/internal/flow"
	"recado/internal/flow/examples"
)

func TestFormatIsIdempotentAndKeepsTheMeaning(t *testing.T) {
	t.Parallel()
	pedidos, err := os.ReadFile("testdata/pedidos.json")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string][]byte{"pedidos": pedidos, "big": big(50)}
	for _, name := range examples.Names() {
		docs[name], _ = examples.Get(name)
	}
	for name, doc := range docs {
		once, issues := flow.Format(doc)
		if issues != nil {
			t.Fatal(issues)
		}
		twice, _ := flow.Format(once)
		if string(once) != string(twice) {
			t.Errorf("%s: twice is not once", name)
		}
		a, _ := flow.Compile(doc, flow.Registry{})
		b, _ := flow.Compile(once, flow.Registry{})
		if a == nil || b == nil || a.Hash != b.Hash || string(a.Doc) != string(b.Doc) {
			t.Errorf("%s: formatting changed it", name)
		}
	}
	if _, issues := flow.Format([]byte(`{"locale":"en",`)); len(issues) != 1 || !strings.HasPrefix(issues[0].Message, "This is not valid JSON") {
		t.Error(issues)
	}
}
