package examples_test

import (
	"testing"

	"recado/internal/flow"
	"recado/internal/flow/examples"
)

func TestExamplesCompileWithoutIssues(t *testing.T) {
	t.Parallel()
	if len(examples.Names()) < 2 {
		t.Fatalf("examples: %v", examples.Names())
	}
	for _, name := range examples.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, ok := examples.Get(name)
			if !ok {
				t.Fatal("not found")
			}
			d, issues := flow.Compile(doc, flow.Registry{Supports: demo})
			for _, i := range issues {
				t.Errorf("%s %s: %s", i.Code, i.Path, i.Message)
			}
			if d != nil && string(d.ID) != name {
				t.Errorf("id is %q", d.ID)
			}
		})
	}
}

// demo is the smallest set of features that the examples may use.
func demo(f flow.Feature) bool {
	switch f {
	case "node:message", "node:menu", "node:ask", "node:if", "node:set", "node:goto", "node:handoff", "node:end",
		"ask:text", "ask:name", "ask:number", "ask:yes_no", "ask:email", "ask:phone", "trigger:message", "trigger:any_message":
		return true
	}
	return false
}
