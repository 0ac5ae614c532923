package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/transcript"
	"recado/internal/message"
)

// Options configure a Session.
type Options struct {
	Defs         flow.Defs
	Conversation string // its id, part of every effect's key; "" = "test"
	Shop         engine.Shop
	Contact      engine.Contact
	Caps         engine.Caps
	Now          time.Time
	// Answer answers web calls at once; nil: they wait for Respond.
	Answer func(engine.HTTP) engine.Result
}

// Turn is one input and its results.
type Turn struct {
	At      time.Time       `json:"at"`
	Input   engine.Input    `json:"input"`
	Said    []engine.Send   `json:"said"`
	Effects []engine.Effect `json:"effects"`
	Events  []engine.Event  `json:"events"`
}

// Call is a web call that waits for an answer.
type Call struct {
	Key     string
	At      time.Time
	Request engine.HTTP
}

// Timer is one that is set.
type Timer struct {
	Token string
	Due   time.Time
}

// Session is a chat with a flow. It is not safe for concurrent use.
type Session struct {
	o      Options
	run    engine.Run
	now    time.Time
	timers []Timer
	calls  []Call
	script transcript.Recorder // what has happened, for a transcript
	n      int                 // messages of the customer so far

	contact engine.Contact // as the session began
}

// Limits of a Session.
const (
	maxTurns   = 200                  // that one call may make: timers, answers
	MaxAdvance = 400 * 24 * time.Hour // of the clock at once
)

// New returns a Session without any turn.
func New(o Options) *Session {
	if o.Conversation == "" {
		o.Conversation = "test"
	}
	return &Session{o: o, now: o.Now, contact: o.Contact}
}

// Now returns what the session's clock shows.
func (s *Session) Now() time.Time { return s.now }

// Run returns the engine's state.
func (s *Session) Run() engine.Run { return s.run }

// Contact returns the customer with the changes that the flow made.
func (s *Session) Contact() engine.Contact { return s.o.Contact }

// Timers returns what is set, the earliest first.
func (s *Session) Timers() []Timer { return slices.Clone(s.timers) }

// Calls returns the web calls that wait for Respond, the oldest first.
func (s *Session) Calls() []Call { return slices.Clone(s.calls) }

// Say has the customer send something.
func (s *Session) Say(c message.Content) []Turn {
	s.n++
	return s.Do(&engine.Message{ID: fmt.Sprintf("TEST%06d", s.n), At: engine.At(s.now), Content: c})
}

// Do makes one step, and those that follow at once. The tag of a tag event is added
// to the contact first.
func (s *Session) Do(in engine.Input) []Turn {
	s.script.Input(in)
	if h, ok := in.(*engine.ExternalEvent); ok {
		if tag, ok := strings.CutPrefix(h.Name, "tag:"); ok {
			s.o.Contact = s.o.Contact.Apply(&engine.ContactPatch{AddTags: []string{tag}})
		}
	}
	queue := []engine.Input{in}
	var turns []Turn
	for len(queue) > 0 && len(turns) < maxTurns {
		in, queue = queue[0], queue[1:]
		t, answers := s.step(in)
		turns = append(turns, t)
		queue = append(queue, answers...)
	}
	return turns
}

func (s *Session) step(in engine.Input) (t Turn, answers []engine.Input) {
	env := engine.Env{Now: s.now, Conversation: s.o.Conversation, Shop: s.o.Shop, Contact: s.o.Contact, Caps: s.o.Caps}
	epoch := s.run.Epoch
	run, effects, events := engine.Step(s.o.Defs, s.run, in, env)
	s.run = run
	t = Turn{At: s.now.UTC(), Input: in, Said: []engine.Send{}, Effects: append([]engine.Effect{}, effects...), Events: append([]engine.Event{}, events...)}
	if run.Epoch > epoch {
		s.calls = nil // the run no longer waits for them
	}
	for _, e := range effects {
		switch do := e.Do.(type) {
		case *engine.Send:
			if do.Epoch >= run.Epoch {
				t.Said = append(t.Said, *do)
			}
		case *engine.SetTimer:
			s.setTimer(Timer{do.Token, do.Due.Time()})
		case *engine.CancelTimer:
			s.cancelTimer(do.Token)
		case *engine.ContactPatch:
			s.o.Contact = s.o.Contact.Apply(do)
		case *engine.HTTP:
			if s.o.Answer == nil {
				s.calls = append(s.calls, Call{e.Key, s.now, *do})
				continue
			}
			r := s.o.Answer(*do)
			r.Effect = e.Key
			answers = append(answers, &r)
		}
	}
	return t, answers
}

func (s *Session) setTimer(t Timer) {
	s.cancelTimer(t.Token)
	s.timers = append(s.timers, t)
	slices.SortStableFunc(s.timers, func(a, b Timer) int { return a.Due.Compare(b.Due) })
}

func (s *Session) cancelTimer(token string) {
	s.timers = slices.DeleteFunc(s.timers, func(t Timer) bool { return t.Token == token })
}

// ErrNoCall says that no web call waits for an answer.
var ErrNoCall = errors.New("no web call waits for an answer")

// Respond answers the oldest web call.
func (s *Session) Respond(r engine.Result) ([]Turn, error) {
	if len(s.calls) == 0 {
		return nil, ErrNoCall
	}
	r.Effect = s.calls[0].Key
	s.script.Answer(s.calls[0].Request, s.now.Sub(s.calls[0].At), r)
	s.calls = s.calls[1:]
	return s.Do(&r), nil
}

// Advance moves the clock and fires what is due on the way.
func (s *Session) Advance(d time.Duration) []Turn {
	d = max(0, min(d, MaxAdvance))
	s.script.Pass(d)
	return s.advanceTo(s.now.Add(d))
}

// ErrNoTimer says that no timer is set.
var ErrNoTimer = errors.New("no timer is set")

// AdvanceToNextTimer moves the clock to the earliest timer and fires it. ErrNoTimer.
func (s *Session) AdvanceToNextTimer() ([]Turn, error) {
	if len(s.timers) == 0 {
		return nil, ErrNoTimer
	}
	return s.Advance(s.timers[0].Due.Sub(s.now)), nil
}

// Flows returns the flows that the session knows, those that others call first.
func (s *Session) Flows() []*flow.Def {
	var list []*flow.Def
	var add func(def *flow.Def)
	add = func(def *flow.Def) {
		if slices.ContainsFunc(list, func(o *flow.Def) bool { return o.ID == def.ID }) {
			return
		}
		for _, id := range def.Order {
			if call, ok := def.Nodes[id].(*flow.CallNode); ok {
				if other, ok := s.o.Defs.Published(call.Flow); ok { // flows do not call in circles
					add(other)
				}
			}
		}
		list = append(list, def)
	}
	for _, def := range s.o.Defs.Flows() {
		add(def)
	}
	return list
}

// Transcript returns the inputs as the lines of a *.chat file, without the bot's
// messages, which transcript.Rewrite adds. Its flows are in files of their ids.
func (s *Session) Transcript() string {
	var files []string
	for _, def := range s.Flows() {
		files = append(files, string(def.ID)+".json")
	}
	var all transcript.Recorder
	all.Head(files, engine.Env{Now: s.o.Now, Shop: s.o.Shop, Contact: s.contact, Caps: s.o.Caps})
	script := s.script.Clone()
	for _, c := range s.calls {
		script.Answer(c.Request, unanswered, engine.Result{Error: "timeout"})
	}
	return all.String() + script.String()
}

// unanswered is when a transcript lets an unanswered call fail.
const unanswered = 24 * time.Hour

func (s *Session) advanceTo(to time.Time) []Turn {
	var turns []Turn
	for len(s.timers) > 0 && !s.timers[0].Due.After(to) && len(turns) < maxTurns {
		t := s.timers[0]
		s.timers = s.timers[1:]
		if t.Due.After(s.now) {
			s.now = t.Due
		}
		turns = append(turns, s.Do(&engine.Timer{Token: t.Token})...)
	}
	if to.After(s.now) {
		s.now = to
	}
	return turns
}
