package engine

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/expr"
)

// sc returns what expressions see at this point of the step.
func (m *machine) sc() *expr.Scope {
	if m.scope != nil {
		return m.scope
	}
	s := &m.scopeBuf
	*s = expr.Scope{
		Lookup:   m.lookup,
		Locale:   m.locale(),
		Currency: m.env.Shop.Currency,
		Now:      m.env.Now,
		Zone:     m.env.Shop.Zone,
		Key:      m.seed(),
	}
	if m.env.Shop.Hours != nil {
		s.Hours = m.env.Shop.Hours
	}
	m.scope = s
	return s
}

// seed is what chance is made of: the same again when the step is repeated.
func (m *machine) seed() string {
	var scratch [96]byte
	b := append(scratch[:0], m.env.Conversation...)
	b = append(append(b, '|'), m.r.ID...)
	return string(strconv.AppendInt(append(b, '|'), m.r.Seq, 10))
}

// lookup finds a root name: what exists for one evaluation, the flow's
// variables, then what every flow can read.
func (m *machine) lookup(name string) (any, bool) {
	if v, ok := m.temp[name]; ok {
		return v, true
	}
	if v, ok := m.variable(name); ok {
		return v, true
	}
	switch name {
	case "contact":
		return m.contactValue(), true
	case "shop":
		return m.shopValue(), true
	case "message":
		return m.messageValue(), true
	case "choice":
		if c := m.r.Choice; c != nil {
			return map[string]any{"id": c.ID, "label": c.Label}, true
		}
		return nil, true
	case "event":
		if e := m.r.Event; e != nil {
			return map[string]any{"name": e.Name, "data": e.Data}, true
		}
		return nil, true
	}
	return nil, false
}

// variable returns a flow variable's value, or its default.
func (m *machine) variable(name string) (any, bool) {
	var decl flow.Var
	declared := false
	if m.def != nil {
		decl, declared = m.def.Vars[name]
	}
	if decl.Contact {
		if o := m.r.Contact; o != nil {
			if v, ok := o.Vars[name]; ok {
				return v, true
			}
		}
		if v, ok := m.env.Contact.Vars[name]; ok && v != nil {
			return v, true
		}
		return decl.Default, true
	}
	if len(m.r.Stack) > 0 {
		if v, ok := m.top().Vars[name]; ok {
			return v, true
		}
	}
	return decl.Default, declared
}

func (m *machine) contactValue() map[string]any {
	c := m.env.Contact
	fields := c.Fields
	if o := m.r.Contact; o != nil && len(o.Fields) > 0 {
		fields = make(map[string]any, len(c.Fields)+len(o.Fields))
		maps.Copy(fields, c.Fields)
		maps.Copy(fields, o.Fields)
	}
	names := m.tags()
	tags := make([]any, len(names))
	for i, t := range names {
		tags[i] = t
	}
	return map[string]any{
		"name": orNil(c.Name), "first_name": orNil(c.FirstName()), "phone": orNil(c.Phone),
		"language": m.locale(), "tags": tags, "fields": fields,
	}
}

// tags returns the contact's tags with what this flow changed of them.
func (m *machine) tags() []string {
	o := m.r.Contact
	if o == nil {
		return m.env.Contact.Tags
	}
	var out []string
	for _, t := range m.env.Contact.Tags {
		if !slices.Contains(o.Removed, t) {
			out = append(out, t)
		}
	}
	for _, t := range o.Added {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

func (m *machine) shopValue() map[string]any {
	s := m.env.Shop
	v := map[string]any{"name": s.Name, "phone": orNil(s.Phone), "currency": orNil(s.Currency), "is_open": s.Hours.Open(m.env.Now)}
	if t, ok := s.Hours.NextOpen(m.env.Now); ok {
		v["next_open"] = t
	}
	return v
}

func (m *machine) messageValue() any {
	if m.msg == nil {
		return nil
	}
	return map[string]any{"text": m.raw, "kind": string(m.msg.Content.Kind), "id": m.msg.ID}
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// with evaluates f while extra names exist.
func (m *machine) with(names map[string]any, f func()) {
	before := m.temp
	m.temp = names
	f()
	m.temp = before
}

// warn puts the warnings of an evaluation into the trace.
func (m *machine) warn(ws []expr.Warning) {
	for _, w := range ws {
		m.event(Event{Kind: Warned, Name: string(w.Code), Rule: w.What, Text: w.Src})
	}
}

// holds decides a condition; nil always holds.
func (m *machine) holds(c *flow.Cond) bool {
	if c == nil {
		return true
	}
	ok, ws := c.Eval(m.sc())
	m.warn(ws)
	return ok
}

// eval computes an author's value.
func (m *machine) eval(v *flow.Value) any {
	if v == nil {
		return nil
	}
	x, ws := v.Eval(m.sc())
	m.warn(ws)
	return m.plain(x)
}

// run evaluates an expression.
func (m *machine) run(p *expr.Program) any {
	if p == nil {
		return nil
	}
	v, err := p.Eval(m.sc())
	if err != nil {
		m.event(Event{Kind: Warned, Name: "expression", Rule: err.Error(), Text: p.Source()})
		return nil
	}
	return m.plain(v)
}

// render writes author text in the customer's language.
func (m *machine) render(t *flow.Text) string {
	if t == nil {
		return ""
	}
	if len(m.temp) == 0 {
		if s, ok := t.In(m.locale()).Static(); ok {
			return s
		}
	}
	s, ws := t.Render(m.sc())
	m.warn(ws)
	return s
}

// plain turns a value into what JSON gives back: nil, bool, float64, string,
// []any, map[string]any. Moments become text with the shop's offset.
func (m *machine) plain(v any) any { return plain(v, m.env.Shop.Zone, 0) }

// maxNesting is how deep a value may nest; below it is nil.
const maxNesting = 16

func plain(v any, zone *time.Location, depth int) any {
	if depth > maxNesting {
		return nil
	}
	switch v := v.(type) {
	case nil, bool:
		return v
	case string:
		return strings.ToValidUTF8(v, "\ufffd")
	case float64:
		if v != v || v > 1e300 || v < -1e300 {
			return nil
		}
		if v == 0 {
			return 0.0 // JSON keeps -0, people do not
		}
		return v
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case time.Time:
		if zone == nil {
			zone = time.UTC
		}
		return v.In(zone).Format(time.RFC3339)
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = plain(x, zone, depth+1)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[strings.ToValidUTF8(k, "\ufffd")] = plain(x, zone, depth+1)
		}
		return out
	}
	return nil
}
