package transcript

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/message"
)

// mode is the strain that a run of a transcript puts on the engine.
type mode struct {
	name    string
	marshal bool // the state goes through JSON between any two steps
	crash   bool // every step is done twice, every effect carried out twice, every input delivered twice
}

var modes = []mode{
	{name: "plain"},
	{name: "stored", marshal: true},
	{name: "crashing", marshal: true, crash: true},
}

// world is everything around the engine in one run of a transcript: a clock,
// timers, an outbox, a contact, web services.
type world struct {
	mode     mode
	defs     flow.Defs
	flows    *flowVersions
	run      engine.Run
	env      engine.Env
	now      time.Time
	seen     map[string]bool // ids of messages handled
	done     map[string]bool // keys of effects carried out
	timers   map[string]engine.Instant
	outbox   []*engine.Send // held back while the channel is down
	hold     bool
	said     []string        // since the block began
	effects  []engine.Effect // since the block began
	events   []engine.Event  // since the block began
	all      []engine.Event  // since the transcript began
	sent     []string        // message ids of the bot, the last one last
	prompts  []string        // ids of polls, the last one last
	last     *engine.Message
	fixtures []*fixture
	results  []result // of web services, still due
	messages int
}

// result is the answer of a web service that is still due.
type result struct {
	at engine.Instant
	in *engine.Result
}

var errBroken = errors.New("the engine broke its contract")

// step runs one step of the engine and carries out its effects.
func (w *world) step(in engine.Input) error {
	env := w.env
	env.Now = w.now
	before, err := json.Marshal(w.run)
	if err != nil {
		return fmt.Errorf("marshal the run: %w", err)
	}
	run, effects, events := engine.Step(w.defs, w.run, in, env)
	if w.mode.crash { // the first result is lost; the step is repeated from the stored state
		var stored engine.Run
		if err := json.Unmarshal(before, &stored); err != nil {
			return fmt.Errorf("unmarshal the run: %w", err)
		}
		again, effects2, _ := engine.Step(w.defs, stored, in, env)
		if err := same(run, again, effects, effects2); err != nil {
			return err
		}
	}
	if after, err := json.Marshal(w.run); err != nil || !bytes.Equal(before, after) {
		return fmt.Errorf("%w: a step changed the run it was given", errBroken)
	}
	w.run = run
	if w.mode.marshal {
		if w.run, err = stored(run); err != nil {
			return err
		}
	}
	for _, e := range events {
		if e.Kind == engine.Internal {
			return fmt.Errorf("%w: %s", errBroken, e.Text)
		}
	}
	w.events, w.all = append(w.events, events...), append(w.all, events...)
	for _, e := range effects {
		w.carryOut(e)
	}
	if w.mode.crash {
		for _, e := range effects { // the relay is repeated
			w.carryOut(e)
		}
	}
	return w.answers()
}

// stored passes a run through JSON, which must not change it.
func stored(run engine.Run) (engine.Run, error) {
	b, err := json.Marshal(run)
	if err != nil {
		return engine.Run{}, fmt.Errorf("marshal the run: %w", err)
	}
	if len(b) > engine.MaxState {
		return engine.Run{}, fmt.Errorf("%w: the run takes %d bytes", errBroken, len(b))
	}
	var back engine.Run
	if err := json.Unmarshal(b, &back); err != nil {
		return engine.Run{}, fmt.Errorf("unmarshal the run: %w", err)
	}
	again, err := json.Marshal(back)
	if err != nil || !bytes.Equal(b, again) {
		return engine.Run{}, fmt.Errorf("%w: JSON changes the run: %s became %s", errBroken, b, again)
	}
	return back, nil
}

func same(a, b engine.Run, ea, eb []engine.Effect) error {
	x, errX := json.Marshal(struct {
		R engine.Run
		E []engine.Effect
	}{a, ea})
	y, errY := json.Marshal(struct {
		R engine.Run
		E []engine.Effect
	}{b, eb})
	if errX != nil || errY != nil || !bytes.Equal(x, y) {
		return fmt.Errorf("%w: the same step gave %s and then %s", errBroken, x, y)
	}
	return nil
}

// carryOut performs an effect, once per key.
func (w *world) carryOut(e engine.Effect) {
	if w.done[e.Key] {
		return
	}
	w.done[e.Key] = true
	w.effects = append(w.effects, e)
	switch do := e.Do.(type) {
	case *engine.Send:
		w.sent = append(w.sent, engine.MessageID(e.Key))
		if do.Content.Kind == message.PollKind {
			w.prompts = append(w.prompts, engine.MessageID(e.Key))
		}
		if w.hold {
			w.outbox = append(w.outbox, do)
			return
		}
		w.said = append(w.said, render(do))
	case *engine.SetTimer:
		w.timers[do.Token] = do.Due
	case *engine.CancelTimer:
		delete(w.timers, do.Token)
	case *engine.ContactPatch:
		w.patch(do)
	case *engine.HTTP:
		w.call(e.Key, do)
	case *engine.Handoff, *engine.Notify:
	}
}

// patch applies a change of the contact.
func (w *world) patch(p *engine.ContactPatch) { w.env.Contact = w.env.Contact.Apply(p) }

// release sends the messages that were held back, except those of an older epoch.
func (w *world) release() {
	w.hold = false
	for _, s := range w.outbox {
		if s.Epoch >= w.run.Epoch {
			w.said = append(w.said, render(s))
		}
	}
	w.outbox = nil
}

// answers gives the engine the results that are due.
func (w *world) answers() error {
	for i := 0; i < len(w.results); i++ {
		if r := w.results[i]; r.at <= engine.At(w.now) {
			w.results = slices.Delete(w.results, i, i+1)
			if err := w.step(r.in); err != nil {
				return err
			}
			if w.mode.crash { // the call was repeated
				if err := w.step(r.in); err != nil {
					return err
				}
			}
			i = -1
		}
	}
	return nil
}

// advance moves the clock; timers fire and results arrive in order meanwhile.
func (w *world) advance(d time.Duration) error {
	until := w.now.Add(d)
	for range 10_000 {
		token, due := w.nextTimer()
		next := engine.Instant(0)
		if token != "" {
			next = due
		}
		for _, r := range w.results {
			if next == 0 || r.at < next {
				next, token = r.at, ""
			}
		}
		if next == 0 || next > engine.At(until) {
			w.now = until
			return nil
		}
		if t := next.Time().In(w.now.Location()); t.After(w.now) {
			w.now = t
		}
		if token == "" {
			if err := w.answers(); err != nil {
				return err
			}
			continue
		}
		delete(w.timers, token)
		if err := w.step(&engine.Timer{Token: token}); err != nil {
			return err
		}
		if w.mode.crash { // the timer fires twice
			if err := w.step(&engine.Timer{Token: token}); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("%w: timers never end", errBroken)
}

func (w *world) nextTimer() (token string, due engine.Instant) {
	for t, d := range w.timers {
		if token == "" || d < due || d == due && t < token {
			token, due = t, d
		}
	}
	return token, due
}

// receive gives the engine a message, unless its id was handled before.
func (w *world) receive(m *engine.Message) error {
	w.last = m
	times := 1
	if w.mode.crash {
		times = 2 // delivered again
	}
	for range times {
		if w.seen[m.ID] {
			continue
		}
		w.seen[m.ID] = true
		if err := w.step(m); err != nil {
			return err
		}
	}
	return nil
}

// race has two workers handle a message from the same state of the conversation.
// One commits; the other's commit conflicts, so it reads the conversation again and
// finds the message handled. If the loser's effects were carried out all the same,
// they have the winner's keys, so they are the winner's.
func (w *world) race(m *engine.Message) error {
	env := w.env
	env.Now = w.now
	_, lost, _ := engine.Step(w.defs, w.run, m, env)
	if err := w.receive(m); err != nil {
		return err
	}
	for _, e := range lost {
		w.carryOut(e)
	}
	return w.receive(m)
}

// newWorld prepares a world for a transcript.
func newWorld(f *File, defs *flowVersions, mode mode) (*world, error) {
	h := f.Head
	own, named, err := calendars(h)
	if err != nil {
		return nil, err
	}
	q, err := quiet(h.Quiet)
	if err != nil {
		return nil, err
	}
	caps := engine.CapsOf(message.WhatsAppBaileys)
	caps.Polls = true
	if h.Channel == "cloud" {
		caps = engine.CapsOf(message.WhatsAppCloud)
		caps.Buttons, caps.Lists = true, true
	}
	name := h.Shop
	if name == "" {
		name = "Tacos Lupita"
	}
	w := &world{
		mode: mode, defs: defs, flows: defs, now: h.At,
		seen: map[string]bool{}, done: map[string]bool{}, timers: map[string]engine.Instant{},
	}
	w.env = engine.Env{
		Conversation: "c1",
		Shop:         engine.Shop{ID: "demo", Name: name, Country: h.Country, Currency: h.Currency, Zone: h.Zone, Hours: own, Calendars: named, QuietHours: q},
		Contact:      engine.Contact{Name: h.Name, Phone: h.Phone, Language: h.Lang, Tags: h.Tags, Vars: maps.Clone(h.Vars)},
		Caps:         caps,
	}
	w.fixtures, err = fixtures(f)
	return w, err
}

var _ flow.Defs = (*flowVersions)(nil)
