package transcript

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
)

// typingPause is the time before each message of the customer. The engine takes
// faster senders for machines.
const typingPause = 5 * time.Second

// outcome is the result of one run of a transcript.
type outcome struct {
	said     [][]string // per block
	failures []Failure
	events   []engine.Event
}

// play runs a transcript in one mode. load reads the flows it names.
func play(f *File, defs *flowVersions, m mode, load func(string) ([]byte, error), reg flow.Registry) (outcome, error) {
	var o outcome
	w, err := newWorld(f, defs, m)
	if err != nil {
		return o, err
	}
	for i := range f.Blocks {
		b := &f.Blocks[i]
		w.said, w.effects, w.events = nil, nil, nil
		if err := w.do(b, func(name string) error {
			doc, err := load(filepath.Join(filepath.Dir(f.Name), name))
			if err != nil {
				return err
			}
			return defs.publish(name, doc, reg)
		}); err != nil {
			return o, &ParseError{f.Name, b.Do.No, err.Error()}
		}
		o.said = append(o.said, w.said)
		o.failures = append(o.failures, w.check(b)...)
	}
	for _, x := range w.fixtures {
		if !x.used {
			o.failures = append(o.failures, Failure{Line: x.line, Want: "a call of this service", Got: "none"})
		}
	}
	o.events = w.all
	return o, nil
}

// do performs the action of a block.
func (w *world) do(b *Block, publish func(string) error) error {
	switch b.Do.Mark {
	case ">":
		return w.write(b)
	case "+":
		return w.wait(b.Do.Text)
	case "!":
		return w.action(b.Do.Text, publish)
	}
	return nil
}

// write sends a message of the customer: one line, or several as one input.
func (w *world) write(b *Block) error {
	if err := w.advance(typingPause); err != nil {
		return err
	}
	var parts []*engine.Message
	race := false
	for _, l := range append([]Line{b.Do}, b.More...) {
		m, attrs, err := w.message(l)
		if err != nil {
			return err
		}
		race = race || attrs.race
		parts = append(parts, m)
	}
	// The order on the phone, whatever order they arrived in.
	slices.SortStableFunc(parts, func(a, b *engine.Message) int { return cmp.Compare(a.At, b.At) })
	m := engine.MergeMessages(parts)
	if race {
		return w.race(m)
	}
	return w.receive(m)
}

// message reads one line of a message.
func (w *world) message(l Line) (*engine.Message, attributes, error) {
	m, attrs, err := parseInput(l.Text)
	if err != nil {
		return nil, attrs, err
	}
	if !attrs.sameID {
		w.messages++
	}
	m.ID = fmt.Sprintf("IN%d", w.messages)
	m.At = engine.At(w.now.Add(-attrs.offline))
	m.Offline = attrs.offline > 0
	m.Group, m.Mentioned, m.Ad = attrs.group, attrs.mentioned, attrs.ad
	if attrs.quote > 0 && attrs.quote <= len(w.sent) {
		m.Quoted = w.sent[len(w.sent)-attrs.quote]
	}
	if v := m.Content.Vote; v != nil {
		switch {
		case attrs.vote == 0 && len(w.prompts) > 0:
			v.Poll = w.prompts[len(w.prompts)-1]
		case attrs.vote == 1 && len(w.prompts) > 0:
			v.Poll = w.prompts[0]
		default:
			v.Poll = "UNKNOWN"
		}
	}
	return &m, attrs, nil
}

// wait parses a time, "20m" or "to 18:00", and advances the clock by it.
func (w *world) wait(text string) error {
	if at, ok := strings.CutPrefix(text, "to "); ok {
		minutes, err := clock(strings.TrimSpace(at))
		if err != nil {
			return err
		}
		t := time.Date(w.now.Year(), w.now.Month(), w.now.Day(), 0, minutes, 0, 0, w.now.Location())
		if !t.After(w.now) {
			t = t.AddDate(0, 0, 1)
		}
		return w.advance(t.Sub(w.now))
	}
	d, err := duration(text)
	if err != nil {
		return err
	}
	return w.advance(d)
}

// action performs a "!" line.
func (w *world) action(text string, publish func(string) error) error {
	verb, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	arg := strings.Trim(rest, `"`)
	switch verb {
	case "human":
		return w.step(&engine.HumanSent{At: engine.At(w.now)})
	case "resume":
		return w.step(&engine.Command{Do: engine.Resume, By: "ana"})
	case "pause":
		return w.step(&engine.Command{Do: engine.PauseBot, By: "ana"})
	case "stop":
		return w.step(&engine.Command{Do: engine.Stop, By: "ana"})
	case "start":
		return w.step(&engine.Command{Do: engine.StartFlow, Flow: flow.ID(arg), By: "ana"})
	case "goto":
		return w.step(&engine.Command{Do: engine.GotoNode, Node: flow.NodeID(arg), By: "ana"})
	case "retract":
		return w.step(&engine.Command{Do: engine.Retract})
	case "tag":
		return w.tag(arg)
	case "event":
		return w.event(rest)
	case "republish":
		return publish(arg)
	case "refused":
		return refused(rest, publish)
	case "forget":
		w.flows.forget(flow.ID(arg))
		return nil
	case "forget-flow":
		delete(w.flows.versions, flow.ID(arg))
		return nil
	case "redeliver":
		return w.redeliver()
	case "late-timer":
		return w.step(&engine.Timer{Token: "A-TIMER-OF-BEFORE"})
	case "late-result":
		return w.step(&engine.Result{Effect: "AN-EFFECT-OF-BEFORE", OK: true, Code: 200})
	case "crash": // the mode "stored" does this between any two steps
		var err error
		w.run, err = stored(w.run)
		return err
	case "hold":
		w.hold = true
		return nil
	case "release":
		w.release()
		return nil
	case "clock":
		d, err := duration(arg)
		w.now = w.now.Add(d)
		return err
	}
	return fmt.Errorf("! %s: unknown", verb)
}

// refused publishes a file that must be refused: "file.json code [path]". The
// error is that it was published, or refused for another reason.
func refused(rest string, publish func(string) error) error {
	words := strings.Fields(rest)
	if len(words) < 2 || len(words) > 3 {
		return errors.New("! refused file.json code [path]")
	}
	err := publish(words[0])
	var no *refusal
	switch {
	case err == nil:
		return fmt.Errorf("%s: published, want %s", words[0], words[1])
	case !errors.As(err, &no):
		return err
	case no.has(words[1:]):
		return nil
	}
	return fmt.Errorf("%w, want %s", err, strings.Join(words[1:], " at "))
}

func (w *world) tag(arg string) error {
	name := strings.TrimPrefix(arg, "+")
	if gone, ok := strings.CutPrefix(arg, "-"); ok {
		w.patch(&engine.ContactPatch{RemoveTags: []string{gone}})
		return nil
	}
	w.patch(&engine.ContactPatch{AddTags: []string{name}})
	return w.step(&engine.ExternalEvent{Name: "tag:" + name})
}

func (w *world) event(rest string) error {
	name, body, _ := strings.Cut(rest, " ")
	h := &engine.ExternalEvent{Name: name}
	if body = strings.TrimSpace(body); body != "" {
		if err := json.Unmarshal([]byte(body), &h.Data); err != nil {
			return fmt.Errorf("! event: %w", err)
		}
	}
	return w.step(h)
}

// redeliver delivers the last message again, as WhatsApp does without a receipt.
func (w *world) redeliver() error {
	if w.last == nil {
		return nil
	}
	return w.receive(w.last)
}
