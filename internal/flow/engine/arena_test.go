package engine_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/message"
)

// TestDesk: a step on a desk returns what Step returns; it stays as it is, beside
// what later steps put there, until Reset; the run stays after that too.
func TestDesk(t *testing.T) {
	t.Parallel()
	d := compile(t, benchDoc())
	env := engine.Env{Now: time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC), Conversation: "c1", Shop: engine.Shop{ID: "demo"}}
	type result struct {
		effects []engine.Effect
		events  []engine.Event
		json    []byte
	}
	var desk engine.Arena
	var r engine.Run
	var lying []result // on the desk
	for i, text := range slices.Concat(benchTexts, []string{"STOP"}, benchTexts, []string{"ALTA"}, benchTexts) {
		env.Now = env.Now.Add(time.Minute)
		in := &engine.Message{ID: fmt.Sprint("IN", i), Content: message.Content{Kind: message.Text, Text: text}}
		out, effects, events := engine.Step(d, r, in, env)
		want := mustJSON(t, []any{out, effects, events})
		out, effects, events = desk.Step(d, r, in, &env)
		if got := mustJSON(t, []any{out, effects, events}); !bytes.Equal(got, want) {
			t.Fatalf("%q on a desk\n%s\nwant\n%s", text, got, want)
		}
		r = out
		lying = append(lying, result{effects, events, mustJSON(t, []any{effects, events})})
		for k, l := range lying {
			_ = append(l.effects, engine.Effect{Key: "the caller's own"})
			_ = append(l.events, engine.Event{Name: "the caller's own"})
			if got := mustJSON(t, []any{l.effects, l.events}); !bytes.Equal(got, l.json) {
				t.Fatalf("after %q, what lies on the desk as %d changed\n%s\nwas\n%s", text, k, got, l.json)
			}
		}
		if i%7 == 6 {
			kept, send := mustJSON(t, r), firstSend(effects)
			desk.Reset()
			for _, e := range effects {
				if e.Key != "" || e.Do != nil {
					t.Fatal("an effect is still on the desk")
				}
			}
			if send != nil && send.Content.Text != "" {
				t.Fatal("a text is still on the desk")
			}
			lying = lying[:0]
			desk.Step(d, engine.Run{}, in, &env) // somebody else's
			desk.Reset()
			if got := mustJSON(t, r); !bytes.Equal(got, kept) {
				t.Fatalf("the run was on the desk\n%s\nwas\n%s", got, kept)
			}
		}
	}
}

func firstSend(effects []engine.Effect) *engine.Send {
	for _, e := range effects {
		if s, ok := e.Do.(*engine.Send); ok {
			return s
		}
	}
	return nil
}
