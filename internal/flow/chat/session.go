package chat

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/message"
)

// Session is a conversation with a flow that touches nothing outside: the real
// engine, a contact and a clock of its own, no sends. It is what a test chat
// runs on. It is not safe for concurrent use.
type Session struct {
	w     *world
	lines []string // the transcript so far
}

// Turn is what a session's engine made of something that happened.
type Turn struct {
	Said    []string        // as a transcript shows it
	Sent    []engine.Send   // the same, as it would be sent
	Effects []engine.Effect // all of them
	Events  []engine.Event  // why
}

// SessionOptions are a session's parts. Defs and Env are required; Env.Now is
// where its clock begins.
type SessionOptions struct {
	Defs flow.Defs
	Env  engine.Env
	// Answer stands in for web services; nil lets every call fail.
	Answer func(*engine.HTTP) engine.Result
	// Head begins the transcript that Transcript returns: "flow tacos.json".
	Head string
}

// NewSession begins a session.
func NewSession(o SessionOptions) *Session {
	if o.Answer == nil {
		o.Answer = func(*engine.HTTP) engine.Result { return engine.Result{Error: "unavailable"} }
	}
	env := o.Env
	env.Contact.Vars, env.Contact.Fields = maps.Clone(env.Contact.Vars), maps.Clone(env.Contact.Fields)
	return &Session{
		w: &world{
			mode: mode{marshal: true}, defs: o.Defs, env: env, now: env.Now, answer: o.Answer,
			seen: map[string]bool{}, done: map[string]bool{}, timers: map[string]engine.Instant{},
		},
		lines: strings.Split(strings.TrimSpace(o.Head), "\n"),
	}
}

// Say is the customer writing, after a moment. Only m's Content, Quoted, Group,
// Mentioned and Ad count.
func (s *Session) Say(m engine.Message) (Turn, error) {
	return s.turn("> "+typed(m.Content), func() error {
		if err := s.w.pass(between); err != nil {
			return err
		}
		s.w.messages++
		m.ID, m.At = fmt.Sprintf("IN%d", s.w.messages), engine.At(s.w.now)
		return s.w.receive(&m)
	})
}

// Pass lets time go by; timers fire on the way.
func (s *Session) Pass(d time.Duration) (Turn, error) {
	return s.turn("+ "+d.String(), func() error { return s.w.pass(d) })
}

// Do makes anything else happen: a person writes, an order from the inbox, an event.
func (s *Session) Do(in engine.Input) (Turn, error) {
	return s.turn(happened(in), func() error { return s.w.step(in) })
}

// Run returns the state of the conversation.
func (s *Session) Run() engine.Run { return s.w.run }

// Contact returns the contact as the flow left it.
func (s *Session) Contact() engine.Contact { return s.w.env.Contact }

// Now returns the session's time.
func (s *Session) Now() time.Time { return s.w.now }

// NextTimer returns when something happens by itself; ok is false when nothing will.
func (s *Session) NextTimer() (at time.Time, ok bool) {
	token, due := s.w.nextTimer()
	return due.Time(), token != ""
}

// Transcript returns the session as a *.chat file: a test of what was just seen.
func (s *Session) Transcript() string { return strings.Join(s.lines, "\n") + "\n" }

func (s *Session) turn(line string, do func() error) (Turn, error) {
	w := s.w
	w.said, w.effects, w.events = nil, nil, nil
	if err := do(); err != nil {
		return Turn{}, err
	}
	t := Turn{Said: w.said, Effects: w.effects, Events: w.events}
	for _, e := range w.effects {
		if send, ok := e.Do.(*engine.Send); ok {
			t.Sent = append(t.Sent, *send)
		}
	}
	s.lines = append(s.lines, line)
	for _, said := range w.said {
		s.lines = append(s.lines, "< "+said)
	}
	return t, nil
}

// typed writes a customer's message as a transcript has it.
func typed(c message.Content) string {
	switch {
	case c.Kind == message.ChoiceKind:
		return fmt.Sprintf("[tap %s %q]", c.Choice, c.Text)
	case c.Media != nil && c.Media.Caption != "":
		return fmt.Sprintf("[%s %s %q]", c.Kind, orDash(c.Media.Filename), c.Media.Caption)
	case c.Media != nil:
		return fmt.Sprintf("[%s %s]", c.Kind, orDash(c.Media.Filename))
	case c.Location != nil:
		return fmt.Sprintf("[location %s %q]", coordinates(c.Location), c.Location.Name)
	case c.Contact != nil:
		return fmt.Sprintf("[contact %q %s]", c.Contact.Name, c.Contact.Phone)
	case c.Vote != nil:
		return `[vote "` + strings.Join(c.Vote.Options, `" "`) + `"]`
	case c.Kind != message.Text:
		return "[" + string(c.Kind) + "]"
	}
	return oneLine(c.Text)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// happened writes what is no message as a "!" line.
func happened(in engine.Input) string {
	switch in := in.(type) {
	case *engine.HumanSent:
		return "! human"
	case *engine.Command:
		switch in.Do {
		case engine.StartFlow:
			return "! start " + string(in.Flow)
		case engine.GotoNode:
			return "! goto " + string(in.Node)
		case engine.Stop, engine.PauseBot, engine.Resume, engine.Retract:
		}
		return "! " + string(in.Do)
	case *engine.Happening:
		return "! event " + in.Name
	case *engine.Timer, *engine.Result, *engine.Message:
	}
	return "# something else happened"
}
