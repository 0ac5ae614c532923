package sandbox

import (
	"slices"
	"strings"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/message"
)

// Recorded is a step that a conversation once made.
type Recorded struct {
	At      time.Time
	Input   engine.Input // nil: it was not kept
	Began   bool         // no run was under way before
	Effects []engine.Effect
}

// Exchange is an input of the customer or an event, and the shop's answers to it:
// the recorded ones, and those of the replay.
type Exchange struct {
	At     time.Time `json:"at"`
	Input  string    `json:"input"`
	Before []string  `json:"before" nullable:"false"`
	After  []string  `json:"after" nullable:"false"`
}

// Replay runs a recorded conversation again, from the first recorded start of a
// run, and returns its exchanges; none when no start was recorded. Timers fire by the
// recorded clock, web services give their recorded answers to the same calls. The
// contact in o is the present one: the effects of the recorded steps are undone first.
func Replay(o Options, steps []Recorded) []Exchange {
	begin := slices.IndexFunc(steps, func(s Recorded) bool { return s.Began && opens(s.Input) })
	if begin < 0 {
		return nil
	}
	steps = steps[begin:]
	o.Now, o.Contact = steps[0].At, rewound(o.Contact, steps)
	o.Answer = recordedAnswers(steps)
	s := New(o)
	var all []Exchange
	for _, r := range steps {
		late := s.advanceTo(r.At)
		if len(all) > 0 {
			all[len(all)-1].After = append(all[len(all)-1].After, said(late)...)
		}
		if opens(r.Input) {
			all = append(all, Exchange{At: r.At, Input: Describe(r.Input), Before: []string{}, After: []string{}})
		}
		if len(all) == 0 {
			continue
		}
		x := &all[len(all)-1]
		for _, e := range r.Effects {
			if send, ok := e.Do.(*engine.Send); ok {
				x.Before = append(x.Before, Text(send.Content))
			}
		}
		switch r.Input.(type) {
		case *engine.Timer, *engine.Result, nil: // come by themselves
		default:
			x.After = append(x.After, said(s.Do(r.Input))...)
		}
	}
	return all
}

// rewound is the contact before the steps, as far as they are known: added tags are
// removed, removed ones added, and variables that were set are unset.
func rewound(c engine.Contact, steps []Recorded) engine.Contact {
	for _, step := range slices.Backward(steps) {
		for _, e := range slices.Backward(step.Effects) {
			p, ok := e.Do.(*engine.ContactPatch)
			if !ok {
				continue
			}
			c = c.Apply(&engine.ContactPatch{
				AddTags: p.RemoveTags, RemoveTags: p.AddTags, Vars: unset(p.Vars), Fields: unset(p.Fields),
			})
			if p.Language != "" {
				c.Language = ""
			}
			if p.Marketing != "" {
				c = c.Apply(&engine.ContactPatch{Fields: map[string]any{"marketing": nil}})
			}
		}
		if h, ok := step.Input.(*engine.ExternalEvent); ok {
			if tag, ok := strings.CutPrefix(h.Name, "tag:"); ok {
				c = c.Apply(&engine.ContactPatch{RemoveTags: []string{tag}})
			}
		}
	}
	return c
}

func unset(vars map[string]any) map[string]any {
	out := make(map[string]any, len(vars))
	for name := range vars {
		out[name] = nil
	}
	return out
}

// opens reports whether the input starts an exchange.
func opens(in engine.Input) bool {
	switch in.(type) {
	case *engine.Message, *engine.ExternalEvent, *engine.Command:
		return true
	}
	return false
}

func said(turns []Turn) (texts []string) {
	for _, t := range turns {
		for _, send := range t.Said {
			texts = append(texts, Text(send.Content))
		}
	}
	return texts
}

// recordedAnswers answers a call as the same method and URL was answered, each
// answer once, the last one again.
func recordedAnswers(steps []Recorded) func(engine.HTTP) engine.Result {
	calls := map[string]string{} // method and URL by the effect's key
	for _, s := range steps {
		for _, e := range s.Effects {
			if h, ok := e.Do.(*engine.HTTP); ok {
				calls[e.Key] = h.Method + " " + h.URL
			}
		}
	}
	answers := map[string][]engine.Result{}
	for _, s := range steps {
		if r, ok := s.Input.(*engine.Result); ok {
			answers[calls[r.Effect]] = append(answers[calls[r.Effect]], *r)
		}
	}
	return func(h engine.HTTP) engine.Result {
		call := h.Method + " " + h.URL
		list := answers[call]
		if len(list) == 0 {
			return engine.Result{Error: "not_recorded"}
		}
		if len(list) > 1 {
			answers[call] = list[1:]
		}
		return list[0]
	}
}

// Differs reports whether the answers differ.
func (x Exchange) Differs() bool { return !slices.Equal(x.Before, x.After) }

// Text is a message as one line for people.
func Text(c message.Content) string {
	switch {
	case c.Media != nil:
		line := "[" + string(c.Kind) + "]"
		if c.Media.Caption != "" {
			line += " " + c.Media.Caption
		}
		return line
	case c.Text != "":
		return c.Text
	}
	return "[" + string(c.Kind) + "]"
}

// Describe is an input as one line for people.
func Describe(in engine.Input) string {
	switch in := in.(type) {
	case *engine.Message:
		return Text(in.Content)
	case *engine.ExternalEvent:
		return "event " + in.Name
	case *engine.Command:
		return "command " + string(in.Do)
	case *engine.Timer:
		return "timer"
	case *engine.Result:
		return "answer of a web service"
	case *engine.HumanSent:
		return "a person wrote"
	}
	return ""
}
