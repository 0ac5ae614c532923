package engine_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/message"
)

// talk is a conversation with a compiled flow; every state goes through JSON.
type talk struct {
	t      *testing.T
	defs   flow.Defs
	run    engine.Run
	env    engine.Env
	n      int
	events []engine.Event
	did    []engine.Effect
}

func begin(t *testing.T, doc string) *talk {
	t.Helper()
	return &talk{t: t, defs: compile(t, doc), env: engine.Env{
		Now: time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC), Conversation: "c1", Shop: engine.Shop{ID: "demo", Name: "Tacos"},
		Contact: engine.Contact{Name: "Ana"},
	}}
}

func (k *talk) step(in engine.Input) []string {
	k.t.Helper()
	run, effects, events := engine.Step(k.defs, k.run, in, k.env)
	b := mustJSON(k.t, run)
	k.run = engine.Run{}
	if err := json.Unmarshal(b, &k.run); err != nil {
		k.t.Fatal(err)
	}
	k.events, k.did = events, effects
	var said []string
	for _, e := range effects {
		if s, ok := e.Do.(*engine.Send); ok {
			said = append(said, s.Content.Text)
		}
	}
	return said
}

// says sends a text five seconds later.
func (k *talk) says(text string) []string {
	k.t.Helper()
	k.n++
	k.env.Now = k.env.Now.Add(5 * time.Second)
	return k.step(&engine.Message{ID: fmt.Sprint("IN", k.n), At: engine.At(k.env.Now), Content: message.Content{Kind: message.Text, Text: text}})
}

func (k *talk) want(got []string, want ...string) {
	k.t.Helper()
	if strings.Join(got, "\n---\n") != strings.Join(want, "\n---\n") {
		k.t.Errorf("said %q, want %q; events %v", got, want, k.events)
	}
}

func (k *talk) event(kind engine.EventKind, name string) bool {
	for _, e := range k.events {
		if e.Kind == kind && (name == "" || e.Name == name) {
			return true
		}
	}
	return false
}

func doc(nodes string, more ...string) string {
	extra := strings.Join(more, ",")
	if extra != "" {
		extra += ","
	}
	return `{"format":"recado-flow/1","id":"t","name":"T","locale":"es-MX","start":"a","triggers":[{"on":"any_message"}],` + extra + `"nodes":{` + nodes + `}}`
}
