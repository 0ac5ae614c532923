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

// Script notes what happens in a chat, for a transcript: what the customer
// writes, what services answer, how time passes. Rewrite adds what the bot says.
type Script struct{ lines []string }

// Input notes something that happens.
func (s *Script) Input(in engine.Input) {
	line := "# something else happened"
	switch in := in.(type) {
	case *engine.Message:
		line = "> " + typed(in.Content)
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
		line = happened(in)
	case *engine.Timer, *engine.Result: // come by themselves, and from Answer
		return
	}
	s.lines = append(s.lines, line)
}

func happened(h *engine.ExternalEvent) string {
	if tag, ok := strings.CutPrefix(h.Name, "tag:"); ok {
		return "! tag +" + tag
	}
	line := "! event " + h.Name
	if data, err := json.Marshal(h.Data); err == nil && len(h.Data) > 0 {
		line += " " + string(data)
	}
	return line
}

// Pass notes that time passes.
func (s *Script) Pass(d time.Duration) {
	if d > 0 {
		s.lines = append(s.lines, "+ "+d.String())
	}
}

// Answer notes what a web service answered, some time after it was asked.
func (s *Script) Answer(h engine.HTTP, after time.Duration, r engine.Result) {
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
func (s *Script) String() string { return strings.Join(s.lines, "\n") + "\n" }

// Clone returns a copy that goes its own way.
func (s *Script) Clone() Script { return Script{slices.Clone(s.lines)} }

// typed writes a customer's message as a transcript has it.
func typed(c message.Content) string {
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

// Rewrite returns a transcript with what the bot says in it, whatever it
// expected before; flows returns the flows that its head names. The error is
// about what cannot be read or run.
func Rewrite(src []byte, flows func(name string) ([]byte, error), o Options) ([]byte, error) {
	f, err := Parse("transcript", src)
	if err != nil {
		return nil, err
	}
	o.Read = func(path string) ([]byte, error) { return flows(filepath.ToSlash(path)) }
	outs, err := playAll(f, o, cover{})
	if err != nil {
		return nil, err
	}
	return []byte(update(f, outs[0].said)), nil
}
