package engine_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/message"
)

// TestStepsShareNothing: a run may be stepped twice, with different inputs, and
// nothing that comes of one is seen in the other, nor in the run itself.
func TestStepsShareNothing(t *testing.T) {
	t.Parallel()
	d := compile(t, doc(`
		"a":{"type":"menu","say":"¿Qué?","options":[{"id":"uno","label":"Uno","next":"b"},{"id":"dos","label":"Dos","next":"c"}]},
		"b":{"type":"ask","say":"¿Quién, {{ x ?? 'tú' }}?","as":"name","save":"x","confirm":"¿{{ answer }}?","next":"c"},
		"c":{"type":"set","vars":{"lista":{"expr":"[x, 1]"},"o.p.q":{"expr":"x"}},"next":"d"},
		"d":{"type":"contact","add_tags":["vip"],"fields":{"f":{"expr":"x"}},"next":"a"}`,
		`"vars":{"x":{"type":"text"},"lista":{"type":"list"},"o":{"type":"object"}}`,
		`"commands":[{"words":["atras"],"do":"@back"}]`))
	env := engine.Env{Now: time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC), Conversation: "c1", Shop: engine.Shop{ID: "demo"}}
	says := func(text string) engine.Input {
		return &engine.Message{ID: "IN" + text, Content: message.Content{Kind: message.Text, Text: text}}
	}
	after := func(r engine.Run, texts ...string) engine.Run {
		for _, s := range texts {
			env.Now = env.Now.Add(time.Minute)
			r, _, _ = engine.Step(d, r, says(s), env)
		}
		return r
	}
	next := strings.Fields("1 2 Ana Beto sí no atrás STOP xyz")
	for _, way := range []string{"hola", "hola 1", "hola 1 Ana", "hola 1 Ana sí", "hola 1 Ana sí 2 1 Beto", "hola 2 2 2 2 2", "hola zz"} {
		r := after(engine.Run{}, strings.Fields(way)...)
		given := mustJSON(t, r)
		type result struct {
			run  engine.Run
			json []byte
		}
		var all []result
		for _, s := range next {
			out, effects, events := engine.Step(d, r, says(s), env)
			all = append(all, result{out, mustJSON(t, []any{out, effects, events})})
			after(out, next...) // whatever comes of it later
			if got := mustJSON(t, []any{out, effects, events}); !bytes.Equal(got, all[len(all)-1].json) {
				t.Errorf("after %q, %q: a later step changed the result", way, s)
			}
		}
		if !bytes.Equal(given, mustJSON(t, r)) {
			t.Errorf("after %q: the run given was changed", way)
		}
		for i, a := range all {
			var parts []json.RawMessage
			if err := json.Unmarshal(a.json, &parts); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(parts[0], mustJSON(t, a.run)) {
				t.Errorf("after %q, %q: another step from the same run changed the result", way, next[i])
			}
		}
	}
}

// TestRestartInsideACalledFlow: a new version that starts over drops the flow
// that was called, whatever has become of that one.
func TestRestartInsideACalledFlow(t *testing.T) {
	t.Parallel()
	old := compile(t, doc(`"a":{"type":"call","flow":"sub","next":"@end"}`))
	now := compile(t, doc(`"a":{"type":"ask","say":"¿Qué?","as":"text","save":"x","next":"@end"}`, `"settings":{"on_new_version":"restart"}`))
	sub := compile(t, subDoc).def
	defs := walkDefs{versions: append(old.all, now.def.WithVersion(2)), sub: sub}
	env := engine.Env{Now: time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC), Conversation: "c1", Shop: engine.Shop{ID: "demo"}}
	in := &engine.Message{ID: "IN", Content: message.Content{Kind: message.Text, Text: "hola"}}
	r, _, _ := engine.Step(defs.until(1), engine.Run{}, in, env)
	env.Now = env.Now.Add(time.Minute)
	r, _, events := engine.Step(defs, r, in, env)
	for _, e := range events {
		if e.Kind == engine.Internal {
			t.Fatal(e.Text)
		}
	}
	if len(r.Stack) != 1 || r.Stack[0].Version != 2 {
		t.Errorf("%+v", r.Stack)
	}
}
