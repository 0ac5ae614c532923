package engine_test

import (
	"fmt"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/message"
)

// A step takes the state, an input and the moment, and returns the new state with the
// effects to carry out. Nothing happens outside of it.
func ExampleStep() {
	def, issues := flow.Compile([]byte(`{"format":"recado-flow/1","id":"tacos","name":"Tacos","locale":"es-MX","start":"quien",
		"triggers":[{"on":"any_message"}],"nodes":{
		"quien":{"type":"ask","say":"¿A nombre de quién?","as":"name","save":"cliente","next":"gracias"},
		"gracias":{"type":"end","say":"¡Gracias, {{ cliente }}!"}}}`), flow.Registry{Supports: engine.Supported})
	if def == nil {
		fmt.Println(issues)
		return
	}
	def = def.WithVersion(1)
	defs, env := one{def, []*flow.Def{def}}, engine.Env{
		Now: time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC), Conversation: "c1", Shop: engine.Shop{ID: "demo"},
	}
	var run engine.Run // a new conversation
	for i, text := range []string{"Hola", "soy ana"} {
		in := &engine.Message{ID: fmt.Sprint("IN", i), Content: message.Content{Kind: message.Text, Text: text}}
		var effects []engine.Effect
		run, effects, _ = engine.Step(defs, run, in, env)
		for _, e := range effects {
			if s, ok := e.Do.(*engine.Send); ok {
				fmt.Println(s.Content.Text)
			}
		}
		fmt.Println("status:", run.Status)
	}
	// Output:
	// ¿A nombre de quién?
	// status: waiting
	// ¡Gracias, Ana!
	// status: ended
}
