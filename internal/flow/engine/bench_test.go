package engine_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/message"
)

// benchDoc is a flow of 20 nodes: a message, a menu, asks that lead back to it.
func benchDoc() string {
	doc := `{"format":"recado-flow/1","id":"bench","name":"Bench","locale":"es-MX","start":"saludo",
	"triggers":[{"on":"any_message"}],"commands":[{"words":["menu"],"do":"menu"}],
	"nodes":{
	"saludo":{"type":"message","say":"Hola {{ contact.first_name ?? 'qué tal' }} 👋","next":"menu"},
	"menu":{"type":"menu","say":"¿Qué se te antoja?","options":[
	 {"id":"pedir","label":"Hacer pedido","next":"nombre"},{"id":"carta","label":"Ver la carta","next":"m0"},
	 {"id":"estado","label":"¿Dónde va mi pedido?","next":"m1"},{"id":"persona","label":"Hablar con alguien","next":"@human"}]},
	"nombre":{"type":"ask","say":"¿A nombre de quién?","as":"name","save":"cliente","next":"cuantos"},
	"cuantos":{"type":"ask","say":"¿Cuántos, {{ cliente }}?","as":"number","save":"cuantos","next":"gracias"},
	"gracias":{"type":"message","say":"¡Gracias, {{ cliente }}!","next":"menu"}`
	for i := range 15 {
		doc += fmt.Sprintf(`,"m%d":{"type":"message","say":"Texto número %d.","next":"menu"}`, i, i)
	}
	return doc + "}}"
}

// cpuTime is what the process has spent, user and system.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

type one struct {
	def *flow.Def
	all []*flow.Def
}

func (d one) Published(id flow.ID) (*flow.Def, bool) { return d.def, id == d.def.ID }
func (d one) Version(id flow.ID, v int) (*flow.Def, bool) {
	return d.def, id == d.def.ID && v == d.def.Version
}
func (d one) Flows() []*flow.Def { return d.all }

func compile(tb testing.TB, doc string) one {
	tb.Helper()
	def, issues := flow.Compile([]byte(doc), flow.Registry{Supports: engine.SupportedWith(engine.AllNeeds()...)})
	if def == nil {
		tb.Fatalf("%+v", issues)
	}
	def = def.At(1)
	return one{def, []*flow.Def{def}}
}

// BenchmarkStep walks a customer round the flow of 20 nodes: text, number,
// label, answers. One operation is one step.
func BenchmarkStep(b *testing.B) {
	d := compile(b, benchDoc())
	env := engine.Env{
		Now: time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC), Conversation: "5215512345678",
		Shop: engine.Shop{ID: "demo", Name: "Tacos"}, Contact: engine.Contact{Name: "Ana Pérez"},
	}
	texts := []string{"2", "ver la carta", "1", "Ana", "3", "Hacer pedido", "Beto", "12", "3", "la 2"}
	inputs := make([]*engine.Message, len(texts))
	for i, s := range texts {
		inputs[i] = &engine.Message{ID: fmt.Sprint("IN", i), Content: message.Content{Kind: message.Text, Text: s}}
	}
	for _, stored := range []bool{false, true} {
		b.Run(fmt.Sprintf("stored=%v", stored), func(b *testing.B) {
			b.ReportAllocs()
			var r engine.Run
			bytes, before := 0, cpuTime(b)
			for i := 0; b.Loop(); i++ {
				if i%len(inputs) == 0 { // ten answers in ten minutes, then a new customer
					r, _, _ = engine.Step(d, engine.Run{}, inputs[0], env)
				}
				env.Now = env.Now.Add(time.Minute)
				var effects []engine.Effect
				r, effects, _ = engine.Step(d, r, inputs[i%len(inputs)], env)
				if len(effects) == 0 {
					b.Fatal("no answer")
				}
				if stored {
					data, err := r.MarshalJSON()
					if err != nil {
						b.Fatal(err)
					}
					bytes += len(data)
					r = engine.Run{}
					if err := r.UnmarshalJSON(data); err != nil {
						b.Fatal(err)
					}
				}
			}
			used := cpuTime(b) - before // of the whole process: a busy machine does not count
			b.ReportMetric(float64(used.Nanoseconds())/float64(b.N), "cpu-ns/step")
			b.ReportMetric(float64(b.N)/used.Seconds(), "steps/cpu-s")
			if stored {
				b.ReportMetric(float64(bytes)/float64(b.N), "B/run")
			}
		})
	}
}
