package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"recado/internal/flow"
)

// ErrRun refuses JSON that is no Run.
var ErrRun = errors.New("not a run")

// reader reads JSON from a string that it may keep parts of. After an error
// every read gives zero, and the loops end.
type reader struct {
	s     string
	i     int
	depth int
	bad   bool
}

// UnmarshalJSON reads what MarshalJSON writes, and any other JSON of that form.
// Unknown fields are passed over.
func (r *Run) UnmarshalJSON(b []byte) error {
	d := reader{s: string(b)}
	if d.peek() == 'n' {
		return nil // null changes nothing, as encoding/json has it
	}
	d.object(func(key string) { d.run(r, key) })
	if d.bad {
		return fmt.Errorf("%w: at byte %d", ErrRun, d.i)
	}
	return nil
}

func (d *reader) run(r *Run, key string) {
	switch key {
	case "seq":
		r.Seq = d.int()
	case "epoch":
		r.Epoch = d.int()
	case "status":
		r.Status = Status(d.string())
	case "id":
		r.ID = d.string()
	case "trigger":
		r.Trigger = d.string()
	case "started":
		r.Started = Instant(d.int())
	case "expires":
		r.Expires = Instant(d.int())
	case "inputs":
		r.Inputs = int(d.int())
	case "stack":
		r.Stack = nil
		d.array(func() {
			r.Stack = append(r.Stack, Frame{})
			f := &r.Stack[len(r.Stack)-1]
			d.object(func(key string) { d.frame(f, key) })
		})
	case "wait":
		w := Wait{}
		d.object(func(key string) { d.wait(&w, key) })
		r.Wait = &w
	case "question":
		d.rare(&r.Question)
	case "choice":
		d.object(func(key string) {
			switch key {
			case "id":
				r.Choice.ID = d.string()
			case "label":
				r.Choice.Label = d.string()
			case "hint":
				r.Choice.Hint = d.string()
			default:
				d.skip()
			}
		})
	case "event":
		d.rare(&r.Event)
	case "queue":
		d.rare(&r.Deferred)
	case "lastIn":
		r.LastIn = Instant(d.int())
	case "paused":
		d.rare(&r.Paused)
	case "optedOut":
		r.OptedOut = Instant(d.int())
	case "held":
		d.rare(&r.Suspended)
	case "contact":
		d.rare(&r.Contact)
	case "once":
		d.rare(&r.Throttled)
	case "prompts":
		r.Prompts = nil
		d.array(func() {
			if r.Prompts == nil {
				r.Prompts = make([]Prompt, 0, maxPrompts)
			}
			r.Prompts = append(r.Prompts, d.prompt())
		})
	case "timer":
		t := PendingTimer{}
		d.object(func(key string) {
			switch key {
			case "token":
				t.Token = d.string()
			case "due":
				t.Due = Instant(d.int())
			default:
				d.skip()
			}
		})
		r.Timer = &t
	case "sorry":
		r.ApologizedAt = Instant(d.int())
	case "meter":
		if r.Traffic.parse(d.string()) != nil {
			d.bad = true
		}
	default:
		d.skip()
	}
}

func (d *reader) frame(f *Frame, key string) {
	switch key {
	case "flow":
		f.Flow = flow.ID(d.string())
	case "ver":
		f.Version = int(d.int())
	case "hash":
		f.Hash = d.string()
	case "node":
		f.Node = flow.NodeID(d.string())
	case "vars":
		f.Vars = nil
		if d.peek() != '{' {
			d.skip()
			break
		}
		d.object(func(key string) { f.Vars = f.Vars.put(key, d.any()) })
	case "trail":
		d.array(func() {
			if f.Trail == nil {
				f.Trail = make([]flow.NodeID, 0, maxTrail)
			}
			f.Trail = append(f.Trail, flow.NodeID(d.string()))
		})
	case "stay":
		f.Stay, _ = d.any().(bool)
	default:
		d.skip()
	}
}

func (d *reader) wait(w *Wait, key string) {
	switch key {
	case "kind":
		w.Kind = WaitKind(d.string())
	case "since":
		w.Since = Instant(d.int())
	case "until":
		w.Until = Instant(d.int())
	case "typing":
		w.Typing, _ = d.any().(bool)
	case "effect":
		w.Effect = d.string()
	case "options":
		d.rare(&w.Options)
	case "page":
		w.Page = int(d.int())
	case "tries":
		w.Tries = int(d.int())
	case "nudge":
		w.Nudge = int(d.int())
	case "refused":
		w.Refused = Instant(d.int())
	case "confirm":
		w.Confirm = d.any()
	default:
		d.skip()
	}
}

func (d *reader) prompt() (p Prompt) {
	d.object(func(key string) {
		switch key {
		case "key":
			p.Key = d.string()
		case "run":
			p.Run = d.string()
		case "node":
			p.Node = flow.NodeID(d.string())
		default:
			d.skip()
		}
	})
	return p
}

// rare reads a field through encoding/json.
func (d *reader) rare(into any) {
	from := d.i
	d.skip()
	if !d.bad && json.Unmarshal([]byte(d.s[from:d.i]), into) != nil {
		d.bad = true
	}
}

// peek returns the next byte that is no blank, 0 at the end or after an error.
func (d *reader) peek() byte {
	for ; d.i < len(d.s); d.i++ {
		switch c := d.s[d.i]; c {
		case ' ', '\t', '\n', '\r':
		default:
			if d.bad {
				return 0
			}
			return c
		}
	}
	return 0
}

func (d *reader) take(c byte) bool {
	if d.peek() != c {
		return false
	}
	d.i++
	return true
}

func (d *reader) want(c byte) {
	if !d.take(c) {
		d.bad = true
	}
}

// maxReadDepth bounds how deep JSON may nest.
const maxReadDepth = 64

// object reads {…}; field reads one value.
func (d *reader) object(field func(key string)) {
	if d.depth++; d.depth > maxReadDepth {
		d.bad = true
	}
	d.want('{')
	if !d.take('}') {
		for !d.bad {
			key := d.string()
			d.want(':')
			if !d.bad {
				field(key)
			}
			if !d.take(',') {
				d.want('}')
				break
			}
		}
	}
	d.depth--
}

// array reads […]; element reads one value.
func (d *reader) array(element func()) {
	if d.depth++; d.depth > maxReadDepth {
		d.bad = true
	}
	d.want('[')
	if !d.take(']') {
		for !d.bad {
			element()
			if !d.take(',') {
				d.want(']')
				break
			}
		}
	}
	d.depth--
}

// string reads a string; one without escapes is a part of the input.
func (d *reader) string() string {
	d.want('"')
	if d.bad {
		return ""
	}
	from := d.i
	for ; d.i < len(d.s); d.i++ {
		switch c := d.s[d.i]; {
		case c == '"':
			d.i++
			return d.s[from : d.i-1]
		case c == '\\':
			return d.escaped(from)
		case c < ' ':
			d.bad = true
			return ""
		}
	}
	d.bad = true
	return ""
}

// escaped reads the rest of a string that has escapes.
func (d *reader) escaped(from int) string {
	for ; d.i < len(d.s); d.i++ {
		switch d.s[d.i] {
		case '\\':
			d.i++
		case '"':
			d.i++
			var s string
			if json.Unmarshal([]byte(d.s[from-1:d.i]), &s) != nil {
				d.bad = true
			}
			return s
		}
	}
	d.bad = true
	return ""
}

// number returns the text of a number.
func (d *reader) number() string {
	d.peek()
	from := d.i
	for ; d.i < len(d.s); d.i++ {
		c := d.s[d.i]
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			break
		}
	}
	return d.s[from:d.i]
}

func (d *reader) int() int64 {
	n, err := strconv.ParseInt(d.number(), 10, 64)
	if err != nil {
		d.bad = true
		return 0
	}
	return n
}

func (d *reader) literal(s string) {
	if len(d.s)-d.i < len(s) || d.s[d.i:d.i+len(s)] != s {
		d.bad = true
		return
	}
	d.i += len(s)
}

// any reads a value as encoding/json would.
func (d *reader) any() (v any) {
	switch d.peek() {
	case '{':
		m := make(map[string]any, 4)
		d.object(func(key string) { m[key] = d.any() })
		return m
	case '[':
		list := []any{}
		d.array(func() { list = append(list, d.any()) })
		return list
	case '"':
		return d.string()
	case 't':
		d.literal("true")
		return true
	case 'f':
		d.literal("false")
		return false
	case 'n':
		d.literal("null")
		return nil
	}
	f, err := strconv.ParseFloat(d.number(), 64)
	if err != nil {
		d.bad = true
		return nil
	}
	return f
}

// skip passes over a value.
func (d *reader) skip() {
	switch d.peek() {
	case '{':
		d.object(func(string) { d.skip() })
	case '[':
		d.array(d.skip)
	case '"':
		d.string()
	case 't':
		d.literal("true")
	case 'f':
		d.literal("false")
	case 'n':
		d.literal("null")
	default:
		if d.number() == "" {
			d.bad = true
		}
	}
}
