package flow_test

import (
	"fmt"

	"recado/internal/flow"
)

const greeting = `{
  "format": "recado-flow/1", "id": "saludo", "name": "Saludo", "locale": "en-US", "start": "hello",
  "triggers": [{"on": "any_message"}],
  "nodes": {
    "hello": {"type": "menu", "say": "Hi! What would you like?", "options": [
      {"id": "hours", "label": "Opening hours", "next": "hours"},
      {"id": "person", "label": "Talk to a person", "next": "@human"}
    ]},
    "hours": {"type": "message", "say": "We are open from 9 to 6.", "next": "bye"}
  }
}`

// A definition with a mistake gives no Def; the issues say where it is and how to
// correct it.
func ExampleCompile() {
	_, issues := flow.Compile([]byte(greeting), flow.Registry{})
	for _, i := range issues {
		fmt.Println(i.Severity, i.Path, i.Code)
		fmt.Println(i.In("es").Message)
	}
	// Output:
	// error nodes.hours.next unknown_node
	// El nodo «bye» no existe.
}

// A registry resolves names of the shop; a nil function refuses nothing.
func ExampleRegistry() {
	reg := flow.Registry{Supports: func(f flow.Feature) bool { return f != flow.NodeFeature(flow.TypeMenu) }}
	_, issues := flow.Compile([]byte(doc(`"a":{"type":"menu","say":"¿?","options":[{"id":"o","label":"x"}]}`)), reg)
	fmt.Println(issues[0].Path, issues[0].Code)
	// Output: nodes.a unsupported_node
}

func ExampleDef_Node() {
	def, _ := flow.Compile([]byte(doc(`"a":{"type":"ask","say":"¿Cómo te llamas?","as":"name","save":"nombre","next":"b"},"b":{"type":"end","was":["fin"]}`)), flow.Registry{})
	ask, _ := def.Node("a")
	for _, e := range ask.Exits() {
		fmt.Println(e.Name, e.To)
	}
	renamed, _ := def.Node("fin")
	fmt.Println(renamed.Head().ID, renamed.Type())
	// Output:
	// next b
	// on_invalid @human
	// b end
}

func ExampleDiff() {
	old, _ := flow.Compile([]byte(say("Hola")), flow.Registry{})
	next, _ := flow.Compile([]byte(say("Buenas tardes")), flow.Registry{})
	for _, c := range flow.Diff(old, next) {
		fmt.Println(c.Path+":", c.In("en").Message)
	}
	// Output: nodes.a.say: The text of “a” changed: “Hola” → “Buenas tardes”.
}
