package engine_test

import (
	"fmt"
	"testing"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/message"
)

// A recorded conversation says the same against its own flow, and what the draft says against the draft.
func TestReplay(t *testing.T) {
	t.Parallel()
	nodes := `"a":{"type":"ask","say":"¿Cuántos?","as":"integer","save":"n","nudges":[{"after":"5m","say":"¿Sigues?"}],"next":"b"},"b":{"type":"end","say":"Van {{ n }}."}`
	k := begin(t, doc(nodes))
	var recorded []engine.Recorded
	var said []string
	do := func(in engine.Input) {
		t.Helper()
		recorded = append(recorded, engine.Recorded{Input: in, Env: k.env})
		said = append(said, k.step(in)...)
	}
	for i, text := range []string{"hola", "muchos"} {
		k.env.Now = k.env.Now.Add(5 * time.Second)
		do(&engine.Message{ID: fmt.Sprint(i), Content: message.Content{Kind: message.Text, Text: text}})
	}
	for range 2 { // the second answer moved the reminder: the first timer comes early
		k.env.Now = k.run.Timer.Due.Time()
		do(&engine.Timer{Token: k.run.Timer.Token})
	}
	k.env.Now = k.env.Now.Add(time.Minute)
	do(&engine.Message{ID: "9", Content: message.Content{Kind: message.Text, Text: "3"}})

	texts := func(turns []engine.Replayed) (out []string) {
		for _, turn := range turns {
			for _, e := range turn.Effects {
				if s, ok := e.Do.(*engine.Send); ok {
					out = append(out, s.Content.Text)
				}
			}
		}
		return out
	}
	k.want(texts(engine.Replay(k.defs, engine.Run{}, recorded)), said...)
	draft := compile(t, doc(`"a":{"type":"ask","say":"¿Cuántas piezas?","as":"integer","save":"n","nudges":[{"after":"5m","say":"¿Hola?"}],"invalid":"Un número, porfa.","next":"b"},"b":{"type":"end","say":"Son {{ n }}."}`))
	k.want(texts(engine.Replay(draft, engine.Run{}, recorded)), "¿Cuántas piezas?", "Un número, porfa.", "¿Hola?", "Son 3.")
}
