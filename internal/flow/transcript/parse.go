package transcript

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseError is a mistake in a transcript.
type ParseError struct {
	File string
	Line int // from 1
	Msg  string
}

func (e *ParseError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// File is a parsed transcript.
type File struct {
	Name   string
	Head   Head
	Blocks []Block
	lines  []string // as written, for Update
}

// Head is the set-up in the first lines.
type Head struct {
	Flows     []string // file names, relative to the transcript
	Zone      *time.Location
	At        time.Time
	Channel   string // linked, cloud
	Lang      string // the contact's language
	Shop      string
	Country   string
	Currency  string
	Hours     []string            // "mon-fri 09:00-18:00"
	Calendars map[string][]string // the same, by the calendar's name
	Holidays  []string            // 2026-12-25
	Quiet     string              // 22:00-08:00
	Name      string              // the contact's
	Phone     string
	Tags      []string
	Vars      map[string]any // contact variables
}

// Block is one action and the expectations of its outcome.
type Block struct {
	Do     Line
	More   []Line // ">+" lines
	Expect []Line // "<", "<~", "<!", "?", "*"
}

// Line is one line: its mark and the text behind it.
type Line struct {
	No   int    // from 1
	Mark string // > >+ < <~ <! + ? * ~ !
	Text string
}

// marks, longer ones first.
var marks = []string{">+", "<~", "<!", ">", "<", "+", "?", "*", "~", "!"}

// Parse reads a transcript. The error joins a *ParseError for every bad line.
func Parse(name string, src []byte) (*File, error) {
	p := &parser{f: &File{Name: name, Head: Head{Zone: time.UTC, Channel: "linked", Vars: map[string]any{}}}}
	p.f.lines = strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n"), "\n")
	for i, l := range p.f.lines {
		p.line(i+1, strings.TrimSpace(l))
	}
	if len(p.f.Head.Flows) == 0 {
		p.fail(1, "the first line names the flow: flow file.json")
	}
	if p.f.Head.At.IsZero() {
		p.f.Head.At = time.Date(2026, 11, 23, 10, 0, 0, 0, p.f.Head.Zone)
	}
	return p.f, errors.Join(p.errs...)
}

type parser struct {
	f    *File
	errs []error
	at   string // "2026-11-23 10:00", read once the zone is known
}

func (p *parser) fail(no int, format string, args ...any) {
	p.errs = append(p.errs, &ParseError{p.f.Name, no, fmt.Sprintf(format, args...)})
}

func (p *parser) line(no int, l string) {
	if l == "" || l[0] == '#' {
		return
	}
	for _, m := range marks {
		if rest, ok := strings.CutPrefix(l, m); ok {
			rest, _, _ = strings.Cut(rest, "  #") // a comment behind two blanks
			p.body(Line{no, m, strings.TrimSpace(rest)})
			return
		}
	}
	if len(p.f.Blocks) > 0 {
		p.fail(no, "a line begins with one of > >+ < <~ <! + ? * ~ ! #")
		return
	}
	p.head(no, l)
}

func (p *parser) body(l Line) {
	last := len(p.f.Blocks) - 1
	switch l.Mark {
	case ">", "+", "!", "~":
		p.f.Blocks = append(p.f.Blocks, Block{Do: l})
		return
	case ">+":
		if last >= 0 && p.f.Blocks[last].Do.Mark == ">" && len(p.f.Blocks[last].Expect) == 0 {
			p.f.Blocks[last].More = append(p.f.Blocks[last].More, l)
			return
		}
		p.fail(l.No, ">+ goes right after >")
		return
	}
	// A fixture may stand between an input and what follows from it.
	for last >= 0 && p.f.Blocks[last].Do.Mark == "~" {
		last--
	}
	if last < 0 {
		p.fail(l.No, "nothing has happened yet that this could be expected of")
		return
	}
	p.f.Blocks[last].Expect = append(p.f.Blocks[last].Expect, l)
}

// head reads "key value key value …".
func (p *parser) head(no int, l string) {
	words, err := fields(l)
	if err != nil {
		p.fail(no, "%v", err)
		return
	}
	h := &p.f.Head
	for i := 0; i < len(words); i++ {
		key := words[i]
		if strings.HasPrefix(key, "@") { // @draft, @7: the version, for readers
			continue
		}
		if k, v, ok := strings.Cut(key, "="); ok {
			p.contactField(no, k, v)
			continue
		}
		if i+1 == len(words) {
			p.fail(no, "%q: a value is missing", key)
			return
		}
		i++
		v := words[i]
		switch key {
		case "flow":
			h.Flows = append(h.Flows, v)
		case "tz":
			zone, err := time.LoadLocation(v)
			if err != nil {
				p.fail(no, "tz: %q is no time zone", v)
				return
			}
			h.Zone = zone
			p.setAt(no)
		case "at":
			p.at = v
			if i+1 < len(words) && len(words[i+1]) >= 4 && strings.Contains(words[i+1], ":") {
				i++
				p.at += " " + words[i]
			}
			p.setAt(no)
		case "channel":
			if v != "linked" && v != "cloud" {
				p.fail(no, "channel: linked or cloud, not %q", v)
			}
			h.Channel = v
		case "lang":
			h.Lang = v
		case "shop":
			h.Shop = v
		case "country":
			h.Country = v
		case "currency":
			h.Currency = v
		case "hours":
			if i+1 < len(words) && strings.Contains(words[i+1], ":") {
				i++
				v += " " + words[i]
			}
			h.Hours = append(h.Hours, v)
		case "calendar":
			if i+2 >= len(words) {
				p.fail(no, "calendar: kitchen mon-fri 09:00-18:00")
				return
			}
			if h.Calendars == nil {
				h.Calendars = map[string][]string{}
			}
			h.Calendars[v] = append(h.Calendars[v], words[i+1]+" "+words[i+2])
			i += 2
		case "holiday":
			h.Holidays = append(h.Holidays, v)
		case "quiet":
			h.Quiet = v
		case "contact":
			h.Name = v
		default:
			p.fail(no, "%q: unknown; the head knows flow, tz, at, channel, lang, shop, country, currency, hours, calendar, holiday, quiet, contact", key)
			return
		}
	}
}

func (p *parser) setAt(no int) {
	if p.at == "" {
		return
	}
	layout := "2006-01-02 15:04"
	switch len(p.at) {
	case 10:
		layout = time.DateOnly
	case 19:
		layout = time.DateTime
	}
	at, err := time.ParseInLocation(layout, p.at, p.f.Head.Zone)
	if err != nil {
		p.fail(no, "at: %q is not like 2026-11-23 10:00", p.at)
		return
	}
	p.f.Head.At = at
}

func (p *parser) contactField(no int, k, v string) {
	switch k {
	case "tags":
		p.f.Head.Tags = strings.Split(v, ",")
	case "phone":
		p.f.Head.Phone = v
	case "lang":
		p.f.Head.Lang = v
	default:
		name, ok := strings.CutPrefix(k, "vars.")
		if !ok {
			p.fail(no, "%s=: a contact has tags=, phone=, lang=, vars.name=", k)
			return
		}
		p.f.Head.Vars[name] = literal(v)
	}
}

// fields cuts a line at blanks; "quoted text" stays together, also after "key=".
func fields(s string) ([]string, error) {
	var out []string
	var cur strings.Builder
	in, any := false, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && in && i+1 < len(s):
			i++
			cur.WriteByte(s[i])
		case c == '"':
			in, any = !in, true
		case (c == ' ' || c == '\t') && !in:
			if cur.Len() > 0 || any {
				out = append(out, cur.String())
			}
			cur.Reset()
			any = false
		default:
			cur.WriteByte(c)
		}
	}
	if in {
		return nil, errors.New(`a quotation mark is not closed`)
	}
	if cur.Len() > 0 || any {
		out = append(out, cur.String())
	}
	return out, nil
}

// literal parses a JSON scalar, else text.
func literal(s string) any {
	switch s {
	case "null":
		return nil
	case "true":
		return true
	case "false":
		return false
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return f
	}
	return s
}
