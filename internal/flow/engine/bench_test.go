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
	 {"id":"pedir","label":"Hacer pedido","also":["pedido","comprar"],"next":"nombre"},{"id":"carta","label":"Ver la carta","next":"m0"},
	 {"id":"estado","label":"¿Dónde va mi pedido?","next":"m1"},{"id":"persona","label":"Hablar con alguien","next":"@human"}]},
	"nombre":{"type":"ask","say":"¿A nombre de quién?","as":"name","save":"cliente","next":"cuantos"},
	"cuantos":{"type":"ask","say":"¿Cuántos, {{ cliente }}?","as":"number","save":"cuantos","next":"gracias"},
	"gracias":{"type":"message","say":"¡Gracias, {{ cliente }}!","next":"menu"}`
	for i := range 15 {
		doc += fmt.Sprintf(`,"m%d":{"type":"message","say":"Texto número %d.","next":"menu"}`, i, i)
	}
	return doc + "}}"
}

// benchTexts are the messages of one customer, from the first word on: every rung of
// the ladder of understanding, three orders, an answer that is none, a command.
var benchTexts = []string{
	"Hola",                        // starts the flow: greeting and menu
	"2",                           // a number
	"ver la carta",                // a label, without its capital
	"donde va mi pedido",          // a label, without its accents
	"PEDÍDO",                      // an alias, with one too many
	"José Pérez",                  // a name
	"3",                           // how many
	"la 2",                        // a number in words
	"pedio",                       // a misspelling
	"me llamo ana",                // a name in a sentence
	"dos",                         // how many, in words
	"asdf",                        // not understood: asked again
	"1",                           //
	"Beto",                        //
	"12",                          //
	"quiero ver la carta porfa",   // a label in a sentence
	"menu",                        // a command
	"2️⃣",                         // a number in costume
	"segunda",                     // an ordinal
	"¿Dónde va mi pedido, eh? 🙏🏽", // a label with more around it
}

// cpuTime is the processor time of the process, user and system.
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
	def, issues := flow.Compile([]byte(doc), flow.Registry{Supports: engine.Supported})
	if def == nil {
		tb.Fatalf("%+v", issues)
	}
	def = def.WithVersion(1)
	return one{def, []*flow.Def{def}}
}

// BenchmarkStep walks customers round a flow of 20 nodes. One operation is one
// step: one message of a customer through Step, to the new run, the effects with
// their keys (two messages in most steps) and the whole trace. "stored=true"
// also writes the run as JSON and reads it back after every step, as the store
// does. A customer writes benchTexts, a minute apart, then another one begins.
//
// "steps/cpu-s" divides by the processor time of the whole process, collector
// included, so that a busy machine does not count; -cpu 1 keeps it on one core.
func BenchmarkStep(b *testing.B) {
	var d flow.Defs = compile(b, benchDoc())
	env := engine.Env{
		Now: time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC), Conversation: "5215512345678",
		Shop: engine.Shop{ID: "demo", Name: "Tacos"}, Contact: engine.Contact{Name: "Ana Pérez"},
	}
	inputs := make([]*engine.Message, len(benchTexts))
	for i, s := range benchTexts {
		inputs[i] = &engine.Message{ID: fmt.Sprint("IN", i), Content: message.Content{Kind: message.Text, Text: s}}
	}
	for _, stored := range []bool{false, true} {
		b.Run(fmt.Sprintf("stored=%v", stored), func(b *testing.B) {
			b.ReportAllocs()
			var r engine.Run
			bytes, sent, traced, before := 0, 0, 0, cpuTime(b)
			for i := 0; b.Loop(); i++ {
				if i%len(inputs) == 0 {
					r = engine.Run{}
				}
				env.Now = env.Now.Add(time.Minute)
				next, effects, events := engine.Step(d, r, inputs[i%len(inputs)], env)
				if len(effects) == 0 || len(events) == 0 {
					b.Fatalf("no answer to %q", benchTexts[i%len(inputs)])
				}
				r, sent, traced = next, sent+len(effects), traced+len(events)
				if stored {
					data, err := engine.EncodeRun(&r)
					if err != nil {
						b.Fatal(err)
					}
					bytes += len(data)
					if r, err = engine.DecodeRun(data); err != nil {
						b.Fatal(err)
					}
				}
			}
			used := cpuTime(b) - before
			n := float64(b.N)
			b.ReportMetric(float64(used.Nanoseconds())/n, "cpu-ns/step")
			b.ReportMetric(n/used.Seconds(), "steps/cpu-s")
			b.ReportMetric(float64(sent)/n, "effects/step")
			b.ReportMetric(float64(traced)/n, "events/step")
			if stored {
				b.ReportMetric(float64(bytes)/n, "B/run")
			}
		})
	}
}
