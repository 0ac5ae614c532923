package engine

import (
	"encoding/json"
	"unicode/utf8"
)

// sizeOf bounds how many bytes v takes as JSON.
func sizeOf(v any) int {
	switch v := v.(type) {
	case nil, bool:
		return 5
	case float64:
		return 25
	case string:
		return sizeOfString(v)
	case []any:
		n := 2
		for _, x := range v {
			n += sizeOf(x) + 1
		}
		return n
	case map[string]any:
		n := 2
		for k, x := range v {
			n += sizeOfString(k) + sizeOf(x) + 2
		}
		return n
	}
	return 5
}

// sizeOfString bounds a string's JSON: a character that encoding/json escapes takes six
// bytes.
func sizeOfString(s string) int {
	n := 2
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			n += 2
		case c < ' ' || c == '<' || c == '>' || c == '&' || c == 0x7f:
			n += 6
		case c == 0xe2: // U+2028 and U+2029 are escaped
			n += 4
		default:
			n++
		}
	}
	if !utf8.ValidString(s) {
		n += 6 * len(s)
	}
	return n
}

func (m *memory) sizeOfVars() int { return m.sumVars(sizeOf) }

// sumVars adds up the variables, each as size says.
func (m *memory) sumVars(size func(any) int) int {
	n := 0
	for i := range m.r.Stack {
		for _, v := range m.r.Stack[i].Vars {
			n += len(v.Name) + 4 + size(v.Value)
		}
	}
	if o := m.r.Contact; o != nil {
		n += sizeOf(o.Vars) + sizeOf(o.Fields)
	}
	return n
}

// roughSizeOf is sizeOf without a look into texts.
func roughSizeOf(v any) int {
	if s, ok := v.(string); ok {
		return 2 + 6*len(s)
	}
	return sizeOf(v)
}

// smallState is a Run that cannot be near MaxState: no measuring needed.
const smallState = 40 << 10

// limitSize keeps the Run within MaxState: first the interrupted runs go, then the
// messages that wait, then the run itself ends and a person takes over.
func (m *machine) limitSize() {
	if m.estimate() < smallState || m.size() <= MaxState {
		return
	}
	m.event(Event{Kind: LimitHit, Name: "state"})
	m.r.Suspended = nil
	if m.size() <= MaxState {
		return
	}
	m.r.Deferred = nil
	if m.size() <= MaxState {
		return
	}
	m.handoff().start(nil, "limit:state")
	m.r.Contact, m.r.Wait, m.r.Stack, m.r.Question = nil, nil, nil, nil
	if m.size() > MaxState { // only foreign data can be left: start clean
		m.r = Run{Seq: m.r.Seq, Epoch: m.r.Epoch, LastIn: m.r.LastIn, OptedOut: m.r.OptedOut, Paused: m.r.Paused, Status: StatusPaused}
	}
}

// estimate is a cheap upper bound of the Run's size in the usual cases.
func (m *memory) estimate() int {
	r := &m.r
	n := 1024 + len(r.Prompts)*140 + len(r.Throttled)*130
	n += m.sumVars(roughSizeOf)
	for i := range r.Stack {
		n += 200 + 44*len(r.Stack[i].Trail)
	}
	if r.Wait != nil {
		n += sizeOf(r.Wait.Confirm)
		for i := range r.Wait.Options {
			n += 40 + len(r.Wait.Options[i].ID) + sizeOfString(r.Wait.Options[i].Label)
		}
	}
	if len(r.Suspended) > 0 || len(r.Deferred) > 0 {
		return smallState // measured exactly
	}
	return n
}

func (m *memory) size() int {
	b, err := json.Marshal(m.r)
	if err != nil {
		return MaxState + 1
	}
	return len(b)
}
