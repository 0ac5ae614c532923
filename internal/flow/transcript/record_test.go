package transcript_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/flow/hours"
	"recado/internal/flow/transcript"
	"recado/internal/message"
)

// A recorded chat makes a transcript that passes.
func TestRecorder(t *testing.T) {
	t.Parallel()
	const flows = "testdata/corpus/flows/"
	zone, err := time.LoadLocation("America/Mexico_City")
	if err != nil {
		t.Fatal(err)
	}
	text := func(s string) *engine.Message {
		return &engine.Message{Content: message.Content{Kind: message.Text, Text: s}}
	}
	var s transcript.Recorder
	s.Head([]string{"servicio.json"}, engine.Env{
		Now: time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC),
		Shop: engine.Shop{
			Name: "Tacos Lupita", Zone: zone, QuietHours: engine.QuietHours{From: 22 * 60, To: 8 * 60},
			Hours: &hours.Calendar{
				Week: []hours.Day{{Day: time.Monday, Open: []hours.Span{{From: 540, To: 840}, {From: 960, To: 1560}}}},
				Days: []hours.Special{{Date: "12-25", Holiday: true}},
			},
			Calendars: map[string]*hours.Calendar{"cocina": {Week: []hours.Day{{Day: time.Sunday, Open: []hours.Span{{From: 600, To: 1440}}}}}},
		},
		Contact: engine.Contact{Name: "José Pérez", Tags: []string{"vip"}},
	})
	for _, in := range []engine.Input{text("hola"), text("1"), &engine.Message{Content: message.Content{Kind: message.Voice, Media: &message.Media{}}}, text("Ana")} {
		s.Input(in)
	}
	s.Input(text("33"))
	s.Pass(3 * time.Second)
	s.Answer(engine.HTTP{Method: "POST", URL: "https://pos.example/clientes?n=Ana"}, 3*time.Second, engine.Result{OK: true, Code: 201, Body: json.RawMessage(`{"folio":"A-17"}`)})
	s.Input(text("oye\n1 | 2"))
	s.Input(&engine.HumanSent{})
	s.Input(&engine.Command{Do: engine.Resume})
	s.Input(&engine.ExternalEvent{Name: "pago_hecho", Data: map[string]any{"monto": 5}})
	s.Input(&engine.ExternalEvent{Name: "tag:vip"})

	done, err := transcript.Rewrite([]byte(s.String()), func(name string) ([]byte, error) { return os.ReadFile(flows + name) }, transcript.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, s.String())
	}
	for _, want := range []string{
		"flow servicio.json   tz America/Mexico_City   at 2026-11-23 10:00:00   shop \"Tacos Lupita\"   quiet 22:00-08:00\n",
		"contact \"José Pérez\" tags=vip\n", "hours mon 09:00-14:00,16:00-02:00\n", "holiday 12-25\n", "calendar cocina sun 10:00-24:00\n",
		"> [voice -]\n< Solo texto, por favor.\n", "> oye|1 \\| 2\n", "+ 3s\n< Tu folio es A-17.\n", "! event pago_hecho {\"monto\":5}\n", "! tag +vip\n",
	} {
		if !strings.Contains(string(done), want) {
			t.Errorf("no %q in\n%s", want, done)
		}
	}
	dir := t.TempDir()
	doc, err := os.ReadFile(flows + "servicio.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"servicio.json": doc, "t.chat": done} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if r := run(t, filepath.Join(dir, "t.chat"), transcript.Options{}); r.Err != nil || len(r.Failures) > 0 {
		t.Errorf("%+v\n%s", r, done)
	}
	if _, err := transcript.Rewrite([]byte("> hola\n"), nil, transcript.Options{}); err == nil {
		t.Error("a text that is not a transcript is rewritten")
	}
}
