package transcript

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/message"
)

// Recorder writes a chat down as a transcript: the messages of the customer, the
// answers of services, the passing of time. Rewrite adds the bot's messages.
type Recorder struct{ lines []string }

// Input records an input of the engine.
func (s *Recorder) Input(in engine.Input) {
	line := "# something else happened"
	switch in := in.(type) {
	case *engine.Message:
		line = "> " + inputLine(in.Content)
	case *engine.HumanSent:
		line = "! human"
	case *engine.Command:
		switch in.Do {
		case engine.StartFlow:
			line = "! start " + string(in.Flow)
		case engine.GotoNode:
			line = "! goto " + string(in.Node)
		case engine.Stop, engine.PauseBot, engine.Resume, engine.Retract:
			line = "! " + string(in.Do)
		}
	case *engine.ExternalEvent:
		line = eventLine(in)
	case *engine.Timer, *engine.Result: // timers fire by themselves; results come through Answer
		return
	}
	s.lines = append(s.lines, line)
}

func eventLine(h *engine.ExternalEvent) string {
	if tag, ok := strings.CutPrefix(h.Name, "tag:"); ok {
		return "! tag +" + tag
	}
	line := "! event " + h.Name
	if data, err := json.Marshal(h.Data); err == nil && len(h.Data) > 0 {
		line += " " + string(data)
	}
	return line
}

// Pass records the passing of time.
func (s *Recorder) Pass(d time.Duration) {
	if d > 0 {
		s.lines = append(s.lines, "+ "+d.String())
	}
}

// Answer records the answer of a web service, after that long.
func (s *Recorder) Answer(h engine.HTTP, after time.Duration, r engine.Result) {
	address, _, query := strings.Cut(h.URL, "?")
	if query {
		address += "*"
	}
	line := "~ http " + h.Method + " " + strings.ReplaceAll(address, " ", "*") + " -> "
	if after > 0 {
		line += "after " + after.String() + " "
	}
	switch {
	case !r.OK:
		line += r.Error
	case len(r.Body) > 0:
		line += strconv.Itoa(r.Code) + " " + strings.ReplaceAll(string(r.Body), "\n", " ")
	default:
		line += strconv.Itoa(r.Code)
	}
	s.lines = append(s.lines, line)
}

// String returns the lines so far.
func (s *Recorder) String() string { return strings.Join(s.lines, "\n") + "\n" }

// Clone returns an independent copy.
func (s *Recorder) Clone() Recorder { return Recorder{slices.Clone(s.lines)} }

// inputLine writes a message of the customer as a transcript shows it.
func inputLine(c message.Content) string {
	switch {
	case c.Kind == message.ChoiceKind:
		return fmt.Sprintf("[tap %s %q]", quote(c.Choice), c.Text)
	case c.Media != nil && c.Media.Caption != "":
		return fmt.Sprintf("[%s %s %q]", c.Kind, orDash(c.Media.Filename), oneLine(c.Media.Caption))
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
	return quote(s)
}

// Rewrite returns a transcript with the bot's messages in place of the expected
// ones; flows returns the documents of the flows that its head names. The error is
// that it, or one of them, cannot be read or run.
func Rewrite(src []byte, flows func(name string) ([]byte, error), o Options) ([]byte, error) {
	f, err := Parse("transcript", src)
	if err != nil {
		return nil, err
	}
	o.Read = func(path string) ([]byte, error) { return flows(filepath.ToSlash(path)) }
	outs, err := playAll(f, o, coverage{})
	if err != nil {
		return nil, err
	}
	return []byte(update(f, outs[0].said)), nil
}
