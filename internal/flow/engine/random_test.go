package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/hours"
	"recado/internal/message"
)

// chance makes random documents, inputs and states out of a seed.
type chance struct{ *rand.Rand }

func newChance(seed uint64) chance { return chance{rand.New(rand.NewPCG(seed, 7))} }

func (c chance) one(list ...string) string { return list[c.IntN(len(list))] }

func (c chance) often(percent int) bool { return c.IntN(100) < percent }

var randomWords = []string{
	"hola", "1", "2", "3.", "99", "sí", "no", "menú", "cancelar", "STOP", "alta", "pedido", "la primera", "quiero la 2 por favor", "ana@x.mx", "Ana López",
	"55 1234 5678", "mañana a las 4", "25/12", "$ 1.500,50", "👍", "", " ", "\u200b", strings.Repeat("ñ", 5000), strings.Repeat("a b ", 2000), "{{ secret }}", "*_~`", "\x00\xff", "1,2 y 3", "todas",
	"https://x.mx", "0", "más", "atrás", "<script>&\"'", "\u2028\u2029", "gracias", "humano",
}

var randomTexts = []string{
	"Hola {{ contact.first_name ?? 'tú' }}", "Van {{ x1 }} de {{ x2 }}", "{{ x1 + x2 }} {{ join(x3, ', ') }}", "{{ 1 / 0 }}", "Texto", "{{ money(x1) }} {{ hash_pick('a','b') }}", "{{ choice.label }} {{ message.text }}",
	"{{ shop.next_open }}", "{{ event.name }} {{ x1.y.z }}",
}

func (c chance) ref(nodes int) string {
	if c.often(12) {
		return c.one("@end", "@human", "@start", "@back")
	}
	return fmt.Sprintf("n%d", c.IntN(nodes))
}

type object = map[string]any

// document is a random flow. Most compile; a few go round without waiting,
// which is what Compile is there to refuse.
func (c chance) document() []byte {
	n := 2 + c.IntN(14)
	nodes := object{}
	for i := range n {
		nodes[fmt.Sprintf("n%d", i)] = c.node(i, n)
	}
	vars := object{"x1": object{"type": "number"}, "x2": object{"type": "text", "scope": "contact"}, "x3": object{"type": "list", "default": []any{"a", "b"}}}
	triggers := []any{object{"on": "any_message", "priority": 1}}
	for range c.IntN(4) {
		t := object{
			"on": "message", "match": object{"words": []any{c.one("hola", "pedido", "ana", "1")}, "how": c.one("only", "first", "any_word", "all_words", "prefix")},
			"during_run": c.one("never", "interrupt", "ask"), "start": fmt.Sprintf("n%d", c.IntN(n)), "priority": c.IntN(100),
		}
		if c.often(30) {
			t["once_per"] = "5m"
		}
		triggers = append(triggers, t)
	}
	settings := object{"give_up": c.ref(n), "tries": 1 + c.IntN(4), "on_new_version": c.one("migrate", "finish", "restart"), "pace_ms": c.IntN(1000), "expire_next": c.ref(n)}
	if c.often(50) {
		settings["stale_after"] = "10m"
	}
	doc := object{
		"format": "recado-flow/1", "id": "azar", "name": "Azar", "locale": c.one("es-MX", "en", "pt-BR"), "start": "n0",
		"vars": vars, "triggers": triggers, "settings": settings, "nodes": nodes,
		"commands": []any{object{"words": []any{"cancelar"}, "do": c.ref(n)}, object{"words": []any{"atrás"}, "do": "@back"}},
	}
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return b
}

func (c chance) say() any {
	if c.often(70) {
		return c.one(randomTexts...)
	}
	return []any{c.one(randomTexts...), object{"media": object{"kind": "image", "asset": "a.jpg", "caption": c.one(randomTexts...)}}, object{"location": object{"lat": 1, "lng": 2}}}
}

func (c chance) cond() object {
	switch c.IntN(4) {
	case 0:
		return object{"var": "contact.tags", "is": "has_tag", "to": "vip"}
	case 1:
		return object{"expr": "x1 > 3 && len(x2) > 2"}
	case 2:
		return object{"all": []any{object{"var": "x1", "is": "set"}, object{"not": object{"var": "x2", "is": "empty"}}}}
	}
	return object{"var": "x1", "is": c.one("eq", "lt", "gte", "in"), "to": c.IntN(5)}
}

func (c chance) nudges(n int) []any {
	out := []any{}
	for i := range c.IntN(3) {
		x := object{"after": fmt.Sprintf("%dm", 5+i*10), "say": "¿Sigues?"}
		if c.often(30) {
			x["next"] = c.ref(n)
		}
		out = append(out, x)
	}
	return out
}

// node makes the i-th of n nodes. What does not wait for the customer goes
// forward, nearly always.
func (c chance) node(i, n int) object {
	anywhere := func() string { return c.ref(n) }
	next := func() string {
		if c.often(2) {
			return anywhere()
		}
		if i+1 >= n {
			return c.one("@end", "@human")
		}
		return fmt.Sprintf("n%d", i+1+c.IntN(n-i-1))
	}
	switch c.IntN(24) {
	case 0:
		m := object{"type": "message", "say": c.say(), "next": next()}
		if c.often(30) {
			m["variants"] = []any{c.say(), c.say()}
		}
		return m
	case 18:
		return object{"type": "goto", "to": next()}
	case 19:
		return object{"type": "split", "arms": []any{object{"weight": 1 + c.IntN(9), "next": next()}, object{"weight": 1, "next": next()}}, "sticky": c.one("contact", "run")}
	case 20:
		h := object{"type": "hours", "open": next(), "closed": next(), "holiday": next()}
		if c.often(30) {
			h["calendar"] = c.one("cocina", "nadie")
		}
		return h
	case 21:
		return object{"type": "notify", "to": []any{c.one("owner", "queue", "number")}, "number": "+5215512345678", "queue": "caja", "text": c.one(randomTexts...), "next": next()}
	case 22:
		return object{"type": "call", "flow": c.one("sub", "sub", "nada"), "in": object{"de": object{"expr": "x2"}}, "out": object{"x2": "a"}, "next": next(), "on_fail": next()}
	case 23:
		return object{"type": "end", "say": c.say(), "outcome": "listo", "returns": object{"a": object{"expr": c.one("x1", "x3", "1 / 0")}}}
	case 1, 2, 3, 4:
		var options []any
		for i := range 1 + c.IntN(12) {
			o := object{"id": fmt.Sprintf("o%d", i), "label": fmt.Sprintf("Opción %s %d", c.one("roja", "azul", "verde"), i), "next": anywhere()}
			if c.often(20) {
				o["show_if"] = c.cond()
			}
			options = append(options, o)
		}
		m := object{"type": "menu", "say": c.say(), "options": options, "render": c.one("auto", "text", "poll", "buttons", "list"), "multiple": c.often(20), "save": "x1", "page": 3 + c.IntN(7), "nudges": c.nudges(n), "old_taps": c.one("accept", "remind", "ignore"), "next": next()}
		if c.often(20) {
			m["options_from"] = object{"list": "x3", "id": "item", "label": "item"}
		}
		return m
	case 5, 6, 7, 8, 9:
		a := object{
			"type": "ask", "say": c.say(), "save": c.one("x1", "x2"), "next": anywhere(), "nudges": c.nudges(n), "secret": c.often(10), "on_invalid": anywhere(),
			"as": c.one("text", "name", "number", "integer", "money", "date", "time", "datetime", "phone", "email", "url", "yes_no", "location", "address", "image", "document", "voice", "any_media", "contact", "rating", "rfc_tax_id"),
		}
		if c.often(30) {
			a["confirm"] = "¿{{ answer }}?"
		}
		if c.often(20) {
			a["check"] = "answer != nil"
		}
		return a
	case 10:
		return object{"type": "if", "cases": []any{object{"when": c.cond(), "next": next()}}, "else": next()}
	case 11:
		return object{"type": "set", "vars": object{"x1": object{"expr": "(x1 ?? 0) + 1"}, "x2": object{"expr": c.one("x2 + x2", "message.text", "nil", "[x1, x2]")}}, "next": next()}
	case 12:
		return object{"type": "http", "method": "POST", "url": "https://x.example/{{ x2 }}", "json": object{"a": "{{ x1 }}"}, "save": object{"x2": "body.a"}, "on_ok": next(), "on_fail": next(), "wait_say": "Un momento"}
	case 13:
		return object{"type": "handoff", "say": "Te paso.", "resume": c.one("after_close", "after_quiet", "never"), "no_answer": object{"after": "10m", "say": "Nadie", "next": next()}, "on_resume": next()}
	case 14:
		return object{"type": "delay", "for": "10m", "on_message": c.one("keep", "cancel", "queue"), "next": next()}
	case 15:
		return object{"type": "wait_event", "event": "pago", "timeout": "30m", "save": "x2", "on_timeout": next(), "next": next()}
	case 16:
		return object{"type": "contact", "add_tags": []any{"vip"}, "fields": object{"f": object{"expr": "x2"}}, "language": c.one("en", "es"), "next": next()}
	}
	return object{"type": "end", "say": c.say()}
}

// input is something that may happen in the state r, or has nothing to do with it.
func (c chance) input(r engine.Run, now time.Time) engine.Input {
	switch c.IntN(14) {
	case 0:
		if r.Timer != nil {
			return &engine.Timer{Token: r.Timer.Token}
		}
		return &engine.Timer{Token: "X"}
	case 1:
		res := &engine.Result{Effect: "X", OK: c.often(80), Code: []int{200, 201, 404, 500}[c.IntN(4)], Body: json.RawMessage(c.one(`{"a":"b"}`, `{"a":{"b":[1,2,{"c":null}]}}`, `[`, ``, `"x"`, `{"a":"`+strings.Repeat("é<", 30_000)+`"}`, strings.Repeat("[", 40)+strings.Repeat("]", 40)))}
		if r.Wait != nil && r.Wait.Effect != "" {
			res.Effect = r.Wait.Effect
		}
		return res
	case 2:
		return &engine.HumanSent{}
	case 3:
		return &engine.Command{Do: engine.CommandKind(c.one("start", "stop", "pause", "resume", "resume", "goto", "retract", "?")), Flow: "azar", Node: flow.NodeID(c.one("", "n0", "n1", "zz"))}
	case 4:
		return &engine.ExternalEvent{Name: c.one("pago", "tag:vip", "missed_call", "x"), Data: object{"a": []any{1.5, nil, "x"}, "big": strings.Repeat("x", c.IntN(2)*60_000)}}
	}
	m := &engine.Message{ID: fmt.Sprint("IN", c.Uint32()), At: engine.At(now.Add(-time.Duration(c.IntN(3)) * 20 * time.Minute)), Offline: c.often(10), Group: c.often(3), Quoted: c.one("", "", "", "X")}
	m.Content = c.content()
	if n := len(r.Prompts); n > 0 && c.often(15) { // about a menu further up the chat
		id := engine.MessageID(r.Prompts[c.IntN(n)].Key)
		if m.Quoted = id; c.often(50) {
			m.Content = message.Content{Kind: message.VoteKind, Vote: &message.Vote{Poll: id, Options: []string{"Opción roja 0", "Opción azul 1"}[:c.IntN(3)]}}
		}
	}
	if r.Wait != nil && c.often(5) {
		if f, ok := r.At(); ok {
			m.Content = message.Content{Kind: message.ChoiceKind, Choice: fmt.Sprintf("%s/%s/o%d", r.ID, f.Node, c.IntN(3))}
		}
	}
	for range c.IntN(20) / 17 {
		m.Also = append(m.Also, c.content())
	}
	return m
}

func (c chance) content() message.Content {
	switch c.IntN(20) {
	case 0:
		return message.Content{Kind: message.Image, Media: &message.Media{Caption: c.one(randomWords...)}}
	case 1:
		return message.Content{Kind: message.Voice}
	case 2:
		return message.Content{Kind: message.ChoiceKind, Choice: c.one("o0", "1/n1/o0", "a/b/c/d", "//", ""), Text: c.one(randomWords...)}
	case 3:
		return message.Content{Kind: message.VoteKind, Vote: &message.Vote{Poll: "X", Options: []string{"Opción roja 0"}}}
	case 4:
		return message.Content{Kind: message.LocationPin, Location: &message.Location{Latitude: 1}}
	case 5:
		return message.Content{Kind: message.Kind(c.one("sticker", "contact", "reaction", "edited", "deleted", "unsupported", "poll", "vote", "", "zz"))}
	}
	return message.Content{Kind: message.Text, Text: c.one(randomWords...)}
}

func (c chance) env(now time.Time) engine.Env {
	return engine.Env{
		Now: now, Conversation: "c1",
		Shop:    engine.Shop{ID: "demo", Name: "Tienda", QuietHours: engine.QuietHours{From: 22 * 60, To: 8 * 60}, Calendars: map[string]*hours.Calendar{"cocina": nil}},
		Contact: engine.Contact{Name: "José Pérez", Tags: []string{"a"}, Vars: object{"x2": "v"}},
		Caps:    []engine.Caps{{Polls: true}, {Buttons: true, Lists: true, Window: 24 * time.Hour}, {}}[c.IntN(3)],
	}
}

// spoil changes a stored state in ways that no step would: Step must live with it.
func (c chance) spoil(r engine.Run) engine.Run {
	b, err := json.Marshal(r)
	if err != nil {
		return r
	}
	s := string(b)
	for range 1 + c.IntN(3) {
		old := c.one(`"node":"n`, `"kind":"reply"`, `"ver":1`, `"kind":"result"`, `"wait":{`, `"flow":"azar"`, `"options":[`, `"trail":[`, `"page":1`)
		now := c.one(`"node":"zz`, `"kind":"timer"`, `"ver":9`, `"kind":"event"`, `"wait":{"page":7,`, `"flow":"otro"`, `"options":[{"n":1,"id":"zz"},`, `"kind":"human"`, `"page":99`, `"kind":"?"`)
		if strings.Split(old, ":")[0] == strings.Split(now, ":")[0] {
			s = strings.Replace(s, old, now, 1)
		}
	}
	var out engine.Run
	if json.Unmarshal([]byte(s), &out) != nil {
		return r
	}
	return out
}

// subDoc is the flow that random flows call.
const subDoc = `{"format":"recado-flow/1","id":"sub","name":"Sub","locale":"es","start":"a","vars":{"de":{"type":"text"}},
	"nodes":{"a":{"type":"ask","say":"¿Y {{ de }}?","as":"text","save":"de","next":"b"},"b":{"type":"end","returns":{"a":{"expr":"de"}}}}}`

// walk leads a random conversation and holds every promise of Step.
func walk(t *testing.T, c chance, steps int) {
	t.Helper()
	reg := flow.Registry{Supports: engine.Supported}
	var defs walkDefs
	for range 3 {
		doc := c.document()
		if c.often(40) {
			doc = c.mutant()
		}
		if def, _ := flow.Compile(doc, reg); def != nil {
			defs.versions = append(defs.versions, def.WithVersion(len(defs.versions)+1))
		}
	}
	if len(defs.versions) == 0 {
		return
	}
	defs.sub, _ = flow.Compile([]byte(subDoc), reg)
	now := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	published := 1
	var r engine.Run
	for i := range steps {
		if c.often(5) && published < len(defs.versions) {
			published++
		}
		if c.often(3) {
			r = c.spoil(r)
		}
		now = now.Add(time.Duration(c.IntN(1200)) * time.Second)
		if c.often(5) && r.Timer != nil {
			now = r.Timer.Due.Time()
		}
		in, env := c.input(r, now), c.env(now)
		before := mustJSON(t, r)
		at := defs.until(published)
		begun := time.Now()
		next, effects, events := engine.Step(at, r, in, env)
		if took := time.Since(begun); took > stepLimit {
			t.Fatalf("step %d took %s\ninput %s\nstate %s", i, took, mustJSON(t, in), before)
		}
		after, did := mustJSON(t, next), mustJSON(t, effects)
		again, effects2, events2 := engine.Step(at, r, in, env)
		// Further steps of the same run, and of its results, must not change the first.
		other, _, _ := engine.Step(at, r, c.input(r, now), env)
		engine.Step(at, other, c.input(other, now), env)
		engine.Step(at, next, c.input(next, now), env)
		if !bytes.Equal(after, mustJSON(t, next)) || !bytes.Equal(did, mustJSON(t, effects)) {
			t.Fatalf("step %d: a later step changed what an earlier one returned\n%s\n%s", i, after, mustJSON(t, next))
		}
		for _, e := range events {
			if e.Kind == engine.Internal {
				t.Fatalf("step %d: %s\ninput %s\nstate %s", i, e.Text, mustJSON(t, in), before)
			}
		}
		if !bytes.Equal(before, mustJSON(t, r)) {
			t.Fatalf("step %d: the run given was changed", i)
		}
		if !bytes.Equal(after, mustJSON(t, again)) || !bytes.Equal(mustJSON(t, effects), mustJSON(t, effects2)) || !bytes.Equal(mustJSON(t, events), mustJSON(t, events2)) {
			t.Fatalf("step %d: the same step differs", i)
		}
		if len(after) > engine.MaxState {
			t.Fatalf("step %d: the run takes %d bytes", i, len(after))
		}
		if next.Seq != r.Seq+1 {
			t.Fatalf("step %d: seq went from %d to %d", i, r.Seq, next.Seq)
		}
		checkEffects(t, effects)
		compareCodecs(t, next)
		r = engine.Run{}
		if err := json.Unmarshal(after, &r); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(after, mustJSON(t, r)) {
			t.Fatalf("step %d: JSON changes the run\n%s\n%s", i, after, mustJSON(t, r))
		}
	}
}

func checkEffects(t *testing.T, effects []engine.Effect) {
	t.Helper()
	keys, sends := map[string]bool{}, 0
	for _, e := range effects {
		if keys[e.Key] || len(e.Key) != 26 {
			t.Fatalf("key %q", e.Key)
		}
		keys[e.Key] = true
		if s, ok := e.Do.(*engine.Send); ok {
			sends++
			if err := s.Content.Validate(); err != nil {
				t.Fatalf("%v: %s", err, mustJSON(t, s))
			}
		}
	}
	if sends > 2*engine.MaxSends {
		t.Fatalf("%d messages in one step", sends)
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// stepLimit is more than any step may take, on a machine that does much else
// and watches for races.
const stepLimit = 10 * time.Second

// walkDefs are versions of one flow, the last one published, and a flow to call.
type walkDefs struct {
	versions []*flow.Def
	sub      *flow.Def
}

func (d walkDefs) until(n int) walkDefs { return walkDefs{d.versions[:n], d.sub} }
func (d walkDefs) last() *flow.Def      { return d.versions[len(d.versions)-1] }

func (d walkDefs) Published(id flow.ID) (*flow.Def, bool) {
	if id == "sub" {
		return d.sub, true
	}
	return d.last(), id == d.last().ID
}

func (d walkDefs) Version(id flow.ID, v int) (*flow.Def, bool) {
	if id == "sub" {
		return d.sub, v == d.sub.Version
	}
	if id != d.last().ID || v < 1 || v > len(d.versions) {
		return nil, false
	}
	return d.versions[v-1], true
}
func (d walkDefs) Flows() []*flow.Def { return []*flow.Def{d.last()} }

// TestRandomWalks: random documents, inputs and states; every promise of Step holds.
func TestRandomWalks(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { walk(t, newChance(seed), 40) })
	}
}
