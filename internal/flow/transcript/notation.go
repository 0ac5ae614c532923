package transcript

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/message"
)

// render writes a message of the bot as a transcript shows it.
func render(s *engine.Send) string {
	c := s.Content
	var out string
	switch {
	case c.Text != "":
		out = oneLine(c.Text)
	case c.Media != nil:
		name := c.Media.Asset
		if name == "" {
			name = c.Media.URL
		}
		out = bracket(string(c.Kind), name, c.Media.Caption)
	case c.Location != nil:
		out = bracket("location", coordinates(c.Location), c.Location.Name)
	case c.Contact != nil:
		out = fmt.Sprintf("[contact %q %s]", c.Contact.Name, c.Contact.Phone)
	case c.Poll != nil:
		out = fmt.Sprintf("[poll %q", c.Poll.Question)
		for _, o := range c.Poll.Options {
			out += fmt.Sprintf(" %q", o)
		}
		out += "]"
	default:
		out = "[" + string(c.Kind) + "]"
	}
	for _, ch := range s.Choices {
		out += "|(" + ch.Label
		if ch.Hint != "" {
			out += " – " + ch.Hint
		}
		out += ")"
	}
	return out
}

func bracket(kind, name, caption string) string {
	if caption == "" {
		return "[" + kind + " " + name + "]"
	}
	return fmt.Sprintf("[%s %s %q]", kind, name, oneLine(caption))
}

func coordinates(l *message.Location) string {
	return strconv.FormatFloat(l.Latitude, 'f', -1, 64) + "," + strconv.FormatFloat(l.Longitude, 'f', -1, 64)
}

var (
	toLine   = strings.NewReplacer(`\`, `\\`, "|", `\|`, "\n", "|")
	fromLine = strings.NewReplacer(`\\`, `\`, `\|`, "|", "|", "\n")
)

func oneLine(s string) string { return toLine.Replace(s) }

func lines(s string) string { return fromLine.Replace(s) }

// parseInput reads a message of the customer: text, or a message in brackets, with
// attributes in front.
func parseInput(line string) (m engine.Message, attrs attributes, err error) {
	rest := line
	for {
		words, after, ok := cutBracket(rest)
		if !ok || len(words) == 0 {
			break
		}
		used, err := attrs.read(words)
		if err != nil {
			return m, attrs, err
		}
		if !used {
			m.Content, err = attrs.content(words)
			if err != nil {
				return m, attrs, err
			}
			rest = after
			break
		}
		rest = after
	}
	if m.Content.Kind == "" {
		m.Content = message.Content{Kind: message.Text, Text: lines(rest)}
	} else if rest != "" {
		return m, attrs, fmt.Errorf("%q stands behind a message in brackets", rest)
	}
	return m, attrs, nil
}

// cutBracket splits "[word word] rest".
func cutBracket(s string) (words []string, rest string, ok bool) {
	if !strings.HasPrefix(s, "[") {
		return nil, s, false
	}
	in := false
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '"':
			in = !in
		case s[i] == ']' && !in:
			words, err := fields(s[1:i])
			return words, strings.TrimSpace(s[i+1:]), err == nil
		}
	}
	return nil, s, false
}

// attributes are the brackets in front of a message.
type attributes struct {
	sameID    bool
	offline   time.Duration
	quote     int
	group     bool
	mentioned bool
	ad        string
	race      bool // two workers handle it at once
	vote      int  // which poll: 0 = the last, -1 = one that was never sent
}

func (a *attributes) read(words []string) (used bool, err error) {
	arg := ""
	if len(words) > 1 {
		arg = words[1]
	}
	switch words[0] {
	case "same-id":
		a.sameID = true
	case "race":
		a.race = true
	case "offline":
		a.offline, err = duration(arg)
	case "quote":
		a.quote, err = strconv.Atoi(arg)
	case "group":
		a.group = true
	case "mention":
		a.group, a.mentioned = true, true
	case "ad":
		a.ad = arg
	default:
		return false, nil
	}
	return true, err
}

// content builds a message in brackets.
func (a *attributes) content(words []string) (message.Content, error) {
	kind, args := words[0], words[1:]
	arg := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	switch kind {
	case "image", "video", "audio", "voice", "document", "sticker":
		md := &message.Media{Filename: arg(0), Caption: lines(arg(1)), Ref: []byte("ref")}
		if kind == "voice" || kind == "audio" {
			md.Filename, md.Caption, md.Seconds = "", "", 3
		}
		return message.Content{Kind: message.Kind(kind), Media: md}, nil
	case "location":
		lat, lng, ok := strings.Cut(arg(0), ",")
		y, err1 := strconv.ParseFloat(lat, 64)
		x, err2 := strconv.ParseFloat(lng, 64)
		if !ok || err1 != nil || err2 != nil {
			return message.Content{}, fmt.Errorf("location %q is not like 19.4,-99.1", arg(0))
		}
		return message.Content{Kind: message.LocationPin, Location: &message.Location{Latitude: y, Longitude: x, Name: arg(1), Address: arg(2)}}, nil
	case "contact":
		return message.Content{Kind: message.ContactCard, Contact: &message.Contact{Name: arg(0), Phone: arg(1)}}, nil
	case "tap":
		return message.Content{Kind: message.ChoiceKind, Choice: arg(0), Text: arg(1)}, nil
	case "vote":
		return message.Content{Kind: message.VoteKind, Vote: &message.Vote{Options: args}}, nil
	case "vote-unknown":
		a.vote = -1
		return message.Content{Kind: message.VoteKind, Vote: &message.Vote{Options: args}}, nil
	case "vote-first":
		a.vote = 1
		return message.Content{Kind: message.VoteKind, Vote: &message.Vote{Options: args}}, nil
	case "react":
		return message.Content{Kind: message.ReactionTo, Reaction: &message.Reaction{Emoji: arg(0), Target: "X", FromMe: true}}, nil
	case "edit":
		return message.Content{Kind: message.Edited, Text: arg(0), Target: "X"}, nil
	case "delete":
		return message.Content{Kind: message.Deleted, Target: "X"}, nil
	case "unsupported":
		return message.Content{Kind: message.Unsupported}, nil
	case "view-once":
		return message.Content{Kind: message.Image, Media: &message.Media{ViewOnce: true}}, nil
	}
	return message.Content{}, fmt.Errorf("[%s]: unknown kind of message", kind)
}

// duration reads 90s, 20m, 2h, 1d, and sums like 1h30m.
func duration(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil {
			return 0, fmt.Errorf("%q is no duration", s)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration", s)
	}
	return d, nil
}
