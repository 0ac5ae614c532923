package transcript

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"recado/internal/flow/engine"
)

// Failure is one expectation that a run did not meet.
type Failure struct {
	Line int // of the transcript
	Want string
	Got  string
	Why  []engine.Event // the trace of the step, for explanations
	Mode string         // of the run: "" for the plain one
}

func (f Failure) String() string {
	s := fmt.Sprintf("line %d: want %s, got %s", f.Line, f.Want, f.Got)
	if f.Mode != "" {
		s += " (" + f.Mode + ")"
	}
	return s
}

// check compares the output of a block with its expectations.
func (w *world) check(b *Block) []Failure {
	var out []Failure
	fail := func(line int, want, got string) {
		out = append(out, Failure{Line: line, Want: want, Got: got, Why: w.events})
	}
	rest := w.said
	for _, l := range b.Expect {
		switch l.Mark {
		case "<", "<~":
			if len(rest) == 0 {
				fail(l.No, quoted(l.Text), "nothing")
				continue
			}
			got := rest[0]
			rest = rest[1:]
			if l.Mark == "<" && got != l.Text || l.Mark == "<~" && !glob(l.Text).MatchString(got) {
				fail(l.No, quoted(l.Text), quoted(got))
			}
		case "<!":
			if len(rest) > 0 {
				fail(l.No, "nothing", quoted(rest[0]))
				rest = nil
			}
		case "?":
			if want, got, ok := w.state(l.Text); !ok {
				fail(l.No, want, got)
			}
		case "*":
			if !w.hasEffect(l.Text) {
				fail(l.No, "an effect "+l.Text, w.listEffects())
			}
		}
	}
	for _, got := range rest {
		fail(b.Do.No, "nothing more", quoted(got))
	}
	return out
}

func quoted(s string) string { return "«" + s + "»" }

// state tests a "?" line: node=, status=, paused=, flow=, version=, lang=, tags …, vars …, event ….
func (w *world) state(text string) (want, got string, ok bool) {
	words, err := fields(text)
	if err != nil {
		return text, err.Error(), false
	}
	frame, _ := w.run.At()
	for i, word := range words {
		switch word {
		case "vars":
			continue
		case "event":
			if !w.hasEvent(words[i+1:]) {
				return text, w.listEvents(), false
			}
			return "", "", true
		}
		k, v, found := strings.Cut(word, "=")
		if !found {
			return text, "a word without =", false
		}
		is := ""
		switch k {
		case "node":
			is = string(frame.Node)
		case "flow":
			is = string(frame.Flow)
		case "version":
			is = fmt.Sprint(frame.Version)
		case "status":
			is = string(w.run.Status)
		case "paused":
			if w.run.Paused != nil {
				is = w.run.Paused.Reason
			}
		case "lang":
			is = w.env.Contact.Language
		case "depth":
			is = fmt.Sprint(len(w.run.Stack))
		case "queued":
			is = fmt.Sprint(len(w.run.Deferred))
		case "tags":
			tags := slices.Sorted(slices.Values(w.env.Contact.Tags))
			is = strings.Join(tags, ",")
		default:
			if !reflect.DeepEqual(w.value(k), expected(v)) {
				return word, k + "=" + show(w.value(k)), false
			}
			continue
		}
		if is != v {
			return word, k + "=" + is, false
		}
	}
	return "", "", true
}

// value looks up a variable by its path: of the run, else of the contact.
func (w *world) value(path string) any {
	name, rest, _ := strings.Cut(path, ".")
	frame, _ := w.run.At()
	v, ok := frame.Vars.Get(name)
	if !ok {
		if v, ok = w.env.Contact.Vars[name]; !ok {
			v = w.env.Contact.Fields[name]
		}
	}
	for rest != "" {
		name, rest, _ = strings.Cut(rest, ".")
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// expected parses the right side of name=value: as JSON, else as text.
func expected(s string) any {
	var v any
	if json.Unmarshal([]byte(s), &v) == nil {
		return v
	}
	return s
}

func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// hasEvent tests "kind name rule": each given word equals the event's, "-" any.
func (w *world) hasEvent(words []string) bool {
	return slices.ContainsFunc(w.events, func(e engine.Event) bool {
		is := []string{string(e.Kind), e.Name, e.Rule, e.Text}
		for i, word := range words {
			if i >= len(is) || word != "-" && is[i] != word {
				return false
			}
		}
		return len(words) > 0
	})
}

func (w *world) listEvents() string {
	var out []string
	for _, e := range w.events {
		out = append(out, strings.TrimSpace(string(e.Kind)+" "+e.Name+" "+e.Rule))
	}
	return strings.Join(out, ", ")
}

// hasEffect tests "kind word …": an effect of that kind whose JSON holds every word.
func (w *world) hasEffect(text string) bool {
	words, err := fields(text)
	if err != nil || len(words) == 0 {
		return false
	}
	return slices.ContainsFunc(w.effects, func(e engine.Effect) bool {
		if e.Kind() != words[0] {
			return false
		}
		b, err := json.Marshal(e.Do)
		for _, word := range words[1:] {
			if err != nil || !strings.Contains(string(b), word) {
				return false
			}
		}
		return true
	})
}

func (w *world) listEffects() string {
	var out []string
	for _, e := range w.effects {
		if e.Kind() != "send" && e.Kind() != "set_timer" && e.Kind() != "cancel_timer" {
			b, err := json.Marshal(e.Do)
			if err != nil {
				b = []byte(err.Error())
			}
			out = append(out, e.Kind()+" "+string(b))
		}
	}
	if out == nil {
		return "none"
	}
	return strings.Join(out, ", ")
}
