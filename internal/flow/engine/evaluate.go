package engine

import (
	"strings"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/expr"
)

// evaluator is a step that evaluates conditions, expressions and templates.
type evaluator struct {
	step
	view *view          // what expressions see; nil until one is evaluated
	temp map[string]any // names that exist during one evaluation: answer, item, body …
}

// moment reads the result of an expression as a point in time; one without an offset
// is in the shop's zone.
func (m *evaluator) moment(v any) (time.Time, bool) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, false
	}
	zone := m.env.zone()
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil && t.Year() > 1970 && t.Year() < 2200 {
			return t, true
		}
	}
	return time.Time{}, false
}

// pick returns a number below n; a repeated step picks the same again.
func (m *evaluator) pick(n int, salt string) int {
	return int(hash(m.seed()+"|"+salt) % uint32(n))
}

// scope returns the scope for an evaluation now.
func (m *evaluator) scope() *expr.Scope {
	v := m.view
	if v == nil {
		s := &m.env.Shop
		v = &view{contact: m.env.Contact, shop: s.Name, phone: s.Phone, currency: s.Currency, hours: s.Hours}
		v.scope = expr.Scope{Lookup: v.lookup, Currency: s.Currency, Now: m.env.Now, Zone: s.Zone, Key: m.seed()}
		if s.Hours != nil {
			v.scope.Hours = s.Hours
		}
		m.view = v
	}
	v.def, v.vars, v.overlay = m.def, nil, m.r.Contact
	if len(m.r.Stack) > 0 {
		v.vars = m.top().Vars
	}
	v.raw, v.msg, v.choice, v.event, v.temp = m.raw, m.msg, m.r.Choice, m.r.Event, m.temp
	v.scope.Locale = m.locale()
	return &v.scope
}

// variable returns a variable of the flow on top.
func (m *evaluator) variable(name string) (any, bool) {
	var vars Vars
	if len(m.r.Stack) > 0 {
		vars = m.top().Vars
	}
	return variable(m.def, vars, m.r.Contact, m.env.Contact.Vars, name)
}

// withNames evaluates f while extra names exist.
func (m *evaluator) withNames(names map[string]any, f func()) {
	before := m.temp
	m.temp = names
	f()
	m.temp = before
}

// warn puts the warnings of an evaluation into the trace.
func (m *evaluator) warn(ws []expr.Warning) {
	for _, w := range ws {
		m.event(Event{Kind: Warned, Name: string(w.Code), Rule: w.What, Text: w.Src})
	}
}

// holds decides a condition; nil always holds.
func (m *evaluator) holds(c *flow.Cond) bool {
	if c == nil {
		return true
	}
	ok, ws := c.Eval(m.scope())
	m.warn(ws)
	return ok
}

// value evaluates an author's value to a JSON value.
func (m *evaluator) value(v *flow.Value) any {
	if v == nil {
		return nil
	}
	x, ws := v.Eval(m.scope())
	m.warn(ws)
	return m.jsonValue(x)
}

// result evaluates an expression to a JSON value, nil when it fails.
func (m *evaluator) result(p *expr.Program) any {
	if p == nil {
		return nil
	}
	v, err := p.Eval(m.scope())
	if err != nil {
		m.event(Event{Kind: Warned, Name: "expression", Rule: err.Error(), Text: p.Source()})
		return nil
	}
	return m.jsonValue(v)
}

// render writes author text in the customer's language.
func (m *evaluator) render(t *flow.Text) string {
	if t == nil {
		return ""
	}
	locale := m.locale()
	tmpl := t.In(locale)
	if len(m.temp) == 0 {
		if s, ok := tmpl.Static(); ok {
			return s
		}
	}
	if s, ok := tmpl.RenderFast(locale, m.fastLookup); ok {
		return s
	}
	s, ws := t.Render(m.scope())
	m.warn(ws)
	return s
}

// fastLookup is view.lookup for texts that read nothing but variables and the
// contact's name; known is false for everything else.
func (m *evaluator) fastLookup(root, field string) (v any, known bool) {
	v, known = m.temp[root]
	if !known {
		v, known = m.variable(root)
	}
	if known {
		if field == "" {
			return v, true
		}
		object, ok := v.(map[string]any)
		return object[field], ok
	}
	c := &m.env.Contact
	switch {
	case root != "contact":
		return nil, false
	case field == "first_name":
		return orNil(c.FirstName()), true
	case field == "name":
		return orNil(c.Name), true
	case field == "phone":
		return orNil(c.Phone), true
	}
	return nil, false
}

// holdsIn decides a condition in the view of a flow that may not run yet.
func (m *evaluator) holdsIn(def *flow.Def, c *flow.Cond) bool {
	if c == nil {
		return true
	}
	before := m.def
	if !m.r.Active() {
		m.def = def
	}
	ok, ws := c.Eval(m.scope())
	m.def = before
	m.warn(ws)
	return ok
}

// isSet reports whether a variable has a value worth keeping.
func (m *evaluator) isSet(name string) bool {
	v, _ := m.variable(name)
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return strings.TrimSpace(v) != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}
