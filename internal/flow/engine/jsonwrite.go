package engine

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A Run is written and read at every step of every conversation, so its usual
// fields have a codec of their own; the rare ones go through encoding/json. The
// format is what the field tags say: tests hold both against each other.

// writer appends JSON.
type writer struct {
	b   []byte
	err error
}

// MarshalJSON writes the run. Calling it costs half of what json.Marshal does,
// which checks and copies once more.
func (r Run) MarshalJSON() ([]byte, error) {
	w := writer{b: make([]byte, 0, 1024)}
	w.b = append(w.b, `{"seq":`...)
	w.b = strconv.AppendInt(w.b, r.Seq, 10)
	w.num("epoch", r.Epoch)
	w.text("status", string(r.Status))
	w.text("id", r.ID)
	w.text("trigger", r.Trigger)
	w.num("started", int64(r.Started))
	w.num("expires", int64(r.Expires))
	w.num("inputs", int64(r.Inputs))
	if len(r.Stack) > 0 {
		w.key("stack")
		for i := range r.Stack {
			w.b = append(w.b, "[,"[min(i, 1)])
			w.frame(&r.Stack[i])
		}
		w.b = append(w.b, ']')
	}
	if r.Wait != nil {
		w.key("wait")
		w.wait(r.Wait)
	}
	w.rare("question", r.Question, r.Question != nil)
	if r.Choice != (Choice{}) {
		w.key("choice")
		w.b = append(w.b, `{"id":`...)
		w.b = appendString(w.b, r.Choice.ID)
		w.key("label")
		w.b = appendString(w.b, r.Choice.Label)
		w.text("hint", r.Choice.Hint)
		w.b = append(w.b, '}')
	}
	w.rare("event", r.Event, r.Event != nil)
	w.rare("queue", r.Deferred, len(r.Deferred) > 0)
	w.num("lastIn", int64(r.LastIn))
	w.rare("paused", r.Paused, r.Paused != nil)
	w.num("optedOut", int64(r.OptedOut))
	w.rare("held", r.Suspended, len(r.Suspended) > 0)
	w.rare("contact", r.Contact, r.Contact != nil)
	w.rare("once", r.Throttled, len(r.Throttled) > 0)
	if len(r.Prompts) > 0 {
		w.key("prompts")
		for i, p := range r.Prompts {
			w.b = append(w.b, "[,"[min(i, 1)])
			w.b = append(w.b, `{"key":`...)
			w.b = appendString(w.b, p.Key)
			w.key("run")
			w.b = appendString(w.b, p.Run)
			w.key("node")
			w.b = appendString(w.b, string(p.Node))
			w.b = append(w.b, '}')
		}
		w.b = append(w.b, ']')
	}
	if t := r.Timer; t != nil {
		w.key("timer")
		w.b = append(w.b, `{"token":`...)
		w.b = appendString(w.b, t.Token)
		w.key("due")
		w.b = strconv.AppendInt(w.b, int64(t.Due), 10)
		w.b = append(w.b, '}')
	}
	w.num("sorry", int64(r.ApologizedAt))
	if r.Traffic != (Traffic{}) {
		w.key("meter")
		w.b = append(w.b, '"')
		w.b = r.Traffic.append(w.b)
		w.b = append(w.b, '"')
	}
	w.b = append(w.b, '}')
	return w.b, w.err
}

func (w *writer) frame(f *Frame) {
	w.b = append(w.b, `{"flow":`...)
	w.b = appendString(w.b, string(f.Flow))
	w.key("ver")
	w.b = strconv.AppendInt(w.b, int64(f.Version), 10)
	w.text("hash", f.Hash)
	w.key("node")
	w.b = appendString(w.b, string(f.Node))
	if len(f.Vars) > 0 {
		w.key("vars")
		for i, v := range f.Vars {
			w.b = append(w.b, "{,"[min(i, 1)])
			w.b = appendString(w.b, v.Name)
			w.b = append(w.b, ':')
			w.any(v.Value)
		}
		w.b = append(w.b, '}')
	}
	if len(f.Trail) > 0 {
		w.key("trail")
		for i, id := range f.Trail {
			w.b = append(w.b, "[,"[min(i, 1)])
			w.b = appendString(w.b, string(id))
		}
		w.b = append(w.b, ']')
	}
	if f.Stay {
		w.key("stay")
		w.b = append(w.b, "true"...)
	}
	w.b = append(w.b, '}')
}

func (w *writer) wait(x *Wait) {
	w.b = append(w.b, `{"kind":`...)
	w.b = appendString(w.b, string(x.Kind))
	w.key("since")
	w.b = strconv.AppendInt(w.b, int64(x.Since), 10)
	w.num("until", int64(x.Until))
	if x.Typing {
		w.key("typing")
		w.b = append(w.b, "true"...)
	}
	w.text("effect", x.Effect)
	w.rare("options", x.Options, len(x.Options) > 0)
	w.num("page", int64(x.Page))
	w.num("tries", int64(x.Tries))
	w.num("nudge", int64(x.Nudge))
	w.num("refused", int64(x.Refused))
	if x.Confirm != nil {
		w.key("confirm")
		w.any(x.Confirm)
	}
	w.b = append(w.b, '}')
}

func (w *writer) key(name string) {
	w.b = append(w.b, ',', '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

// num and text leave out what is zero.
func (w *writer) num(name string, n int64) {
	if n != 0 {
		w.key(name)
		w.b = strconv.AppendInt(w.b, n, 10)
	}
}

func (w *writer) text(name, s string) {
	if s != "" {
		w.key(name)
		w.b = appendString(w.b, s)
	}
}

// rare writes a field through encoding/json.
func (w *writer) rare(name string, v any, there bool) {
	if !there {
		return
	}
	b, err := json.Marshal(v)
	if err != nil {
		w.err = fmt.Errorf("write %s: %w", name, err)
		return
	}
	w.key(name)
	w.b = append(w.b, b...)
}

// any writes a value made of what plain makes; keys in their order.
func (w *writer) any(v any) {
	switch v := v.(type) {
	case nil:
		w.b = append(w.b, "null"...)
	case bool:
		w.b = strconv.AppendBool(w.b, v)
	case string:
		w.b = appendString(w.b, v)
	case float64:
		w.b = appendFloat(w.b, v)
	case []any:
		w.b = append(w.b, '[')
		for i, x := range v {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.any(x)
		}
		w.b = append(w.b, ']')
	case map[string]any:
		var scratch [16]string
		keys := scratch[:0]
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		w.b = append(w.b, '{')
		for i, k := range keys {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.b = appendString(w.b, k)
			w.b = append(w.b, ':')
			w.any(v[k])
		}
		w.b = append(w.b, '}')
	default:
		b, err := json.Marshal(v)
		if err != nil {
			w.err = fmt.Errorf("write value: %w", err)
			b = []byte("null")
		}
		w.b = append(w.b, b...)
	}
}

// appendFloat writes a number as encoding/json does; what is no number is null.
func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

const hexDigits = "0123456789abcdef"

// appendString writes a string; invalid UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(append(b, s[from:i]...), `\ufffd`...)
				from = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[from:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(append(b, s[from:]...), '"')
}
