package chat_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/chat"
	"recado/internal/flow/engine"
	"recado/internal/message"
)

type single struct{ def *flow.Def }

func (d single) Published(id flow.ID) (*flow.Def, bool)      { return d.def, id == d.def.ID }
func (d single) Version(id flow.ID, _ int) (*flow.Def, bool) { return d.def, id == d.def.ID }
func (d single) Flows() []*flow.Def                          { return []*flow.Def{d.def} }

// What is tried in a session can be saved as a transcript, which then passes.
func TestSession(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("testdata/corpus/flows/servicio.json")
	if err != nil {
		t.Fatal(err)
	}
	def, issues := flow.Compile(doc, flow.Registry{})
	if def == nil {
		t.Fatal(issues)
	}
	s := chat.NewSession(chat.SessionOptions{
		Defs: single{def.At(1)}, Head: "flow servicio.json   at 2026-11-23 10:00\ncontact \"José Pérez\"",
		Env: engine.Env{
			Now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), Conversation: "c1",
			Shop: engine.Shop{ID: "demo", Name: "Tacos Lupita"}, Contact: engine.Contact{Name: "José Pérez"},
		},
	})
	var all []string
	note := func(turn chat.Turn, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if len(turn.Said) != len(turn.Sent) {
			t.Errorf("said %q, sent %d", turn.Said, len(turn.Sent))
		}
		all = append(all, turn.Said...)
	}
	say := func(text string) {
		t.Helper()
		note(s.Say(engine.Message{Content: message.Content{Kind: message.Text, Text: text}}))
	}
	say("hola")
	say("más tarde")
	if at, ok := s.NextTimer(); !ok || at.Sub(s.Now()) != time.Hour {
		t.Errorf("next timer %v %v", at, ok)
	}
	note(s.Pass(time.Hour))
	say("sí")
	note(s.Do(&engine.HumanSent{}))
	say("hola?")
	note(s.Do(&engine.Command{Do: engine.Resume}))
	say("4")
	if got := all[len(all)-1]; got != "Te paso con alguien." {
		t.Errorf("last said %q", got)
	}
	if f, _ := s.Run().At(); f.Node != "persona" {
		t.Errorf("at %s", f.Node)
	}
	dir := t.TempDir()
	for name, data := range map[string]string{"servicio.json": string(doc), "t.chat": s.Transcript()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if r := run(t, filepath.Join(dir, "t.chat"), chat.Options{}); r.Err != nil || len(r.Failures) > 0 {
		t.Errorf("%+v\n%s", r, s.Transcript())
	}
	if !strings.Contains(s.Transcript(), "> más tarde\n+ 1h0m0s\n< ¿Seguimos?") {
		t.Errorf("transcript\n%s", s.Transcript())
	}
}
