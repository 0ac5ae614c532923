// Command steps is the flow engine alone, for the comparison with other engines:
// the menu flow of ../builderbot/bot.mjs, 20 nodes, and the same customers, each
// writing as soon as the one before is answered. Every answer is compared. It
// prints answers and processor seconds as JSON; the collector's are among them.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/message"
)

// line is one turn of the conversation; "@menu" stands for the menu.
type line struct {
	Say  string   `json:"say"`
	Hear []string `json:"hear"`
}

const menuText = "¿Qué se te antoja?\n1. Hacer pedido\n2. Ver la carta\n3. ¿Dónde va mi pedido?\n4. Hablar con alguien"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "steps:", err)
		os.Exit(1)
	}
}

// run takes the conversation's file, customers, seconds, and "stored" or "memory";
// or "compile" and seconds.
func run(args []string) error {
	if args[0] == "compile" {
		return timeCompile(args[1])
	}
	b, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var talk []line
	if err := json.Unmarshal(b, &talk); err != nil {
		return err
	}
	customers, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	length, err := time.ParseDuration(args[2] + "s")
	if err != nil {
		return err
	}
	s, err := newShop(talk, args[3] == "stored")
	if err != nil {
		return err
	}
	if err := s.load(customers, length/8); err != nil { // caches, the collector's pace
		return err
	}
	s.answers = 0
	before := cpu()
	if err := s.load(customers, length); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]float64{"answers": float64(s.answers), "cpuSeconds": (cpu() - before).Seconds()})
}

// shop is the flow and what its customers write.
type shop struct {
	defs    defs
	talk    []line
	in      []*engine.Message
	stored  bool // write the run as JSON and read it again at every step
	answers int
}

func newShop(talk []line, stored bool) (*shop, error) {
	def, issues := flow.Compile([]byte(menuDoc()), flow.Registry{Supports: engine.Supported})
	if def == nil {
		return nil, fmt.Errorf("%+v", issues)
	}
	s := &shop{defs: defs{def.WithVersion(1)}, talk: talk, stored: stored}
	for i := range s.talk {
		t := &s.talk[i]
		for j, h := range t.Hear {
			if h == "@menu" {
				t.Hear[j] = menuText
			}
		}
		s.in = append(s.in, &engine.Message{ID: fmt.Sprint("IN", i), Content: message.Content{Kind: message.Text, Text: t.Say}})
	}
	return s, nil
}

// load lets the customers write in turn for a while, a minute of theirs apart.
func (s *shop) load(customers int, length time.Duration) error {
	type chat struct {
		run engine.Run
		at  int
		env engine.Env
	}
	chats := make([]chat, customers)
	for i := range chats {
		chats[i].env = engine.Env{
			Now: time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC), Conversation: fmt.Sprint(52155000000 + i),
			Shop: engine.Shop{ID: "demo", Name: "Tacos"}, Contact: engine.Contact{Name: "Ana"},
		}
	}
	for end := time.Now().Add(length); time.Now().Before(end); {
		for i := range chats {
			for range 10 {
				c := &chats[i]
				if c.at == len(s.talk) || c.run.Inputs > engine.MaxInputs/2 {
					if c.at = 1; c.run.Inputs > engine.MaxInputs/2 {
						c.run, c.at = engine.Run{}, 0
					}
				}
				c.env.Now = c.env.Now.Add(time.Minute)
				next, effects, _ := engine.Step(s.defs, c.run, s.in[c.at], c.env)
				if err := heard(effects, s.talk[c.at]); err != nil {
					return err
				}
				if s.stored {
					b, err := engine.EncodeRun(&next)
					if err != nil {
						return err
					}
					if next, err = engine.DecodeRun(b); err != nil {
						return err
					}
				}
				c.run, c.at = next, c.at+1
				s.answers++
			}
		}
	}
	return nil
}

func heard(effects []engine.Effect, l line) error {
	n := 0
	for _, e := range effects {
		if send, ok := e.Do.(*engine.Send); ok {
			if n == len(l.Hear) || send.Content.Text != l.Hear[n] {
				return fmt.Errorf("to %q: %q", l.Say, send.Content.Text)
			}
			n++
		}
	}
	if n < len(l.Hear) {
		return fmt.Errorf("to %q: %d of %d answers", l.Say, n, len(l.Hear))
	}
	return nil
}

// timeCompile prints how long a flow of 300 nodes takes to compile, in
// processor milliseconds.
func timeCompile(seconds string) error {
	length, err := time.ParseDuration(seconds + "s")
	if err != nil {
		return err
	}
	doc := []byte(bigDoc(300))
	n, before := 0, cpu()
	for end := time.Now().Add(length); time.Now().Before(end) || n < 10; n++ {
		if def, issues := flow.Compile(doc, flow.Registry{Supports: engine.Supported}); def == nil {
			return fmt.Errorf("%+v", issues)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]float64{"compileMs": (cpu() - before).Seconds() * 1000 / float64(n)})
}

// cpu is what the process has spent, user and system.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // a system without it cannot run this
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

type defs struct{ def *flow.Def }

func (d defs) Published(flow.ID) (*flow.Def, bool)    { return d.def, true }
func (d defs) Version(flow.ID, int) (*flow.Def, bool) { return d.def, true }
func (d defs) Flows() []*flow.Def                     { return []*flow.Def{d.def} }
