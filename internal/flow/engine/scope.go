package engine

import (
	"maps"
	"slices"
	"strconv"

	"recado/internal/flow"
	"recado/internal/flow/expr"
	"recado/internal/flow/hours"
)

// view is what expressions see at one point of a step. It holds copies, so that
// the machine itself need not leave the stack for them.
type view struct {
	scope    expr.Scope
	def      *flow.Def
	vars     Vars // of the frame on top
	overlay  *Overlay
	contact  Contact
	shop     string
	phone    string
	currency string
	hours    *hours.Calendar
	raw      string // the message as text
	msg      *Message
	choice   Choice
	event    *ExternalEvent
	temp     map[string]any // names that exist during one evaluation: answer, item, body …
}

// sc returns the scope for an evaluation now.
func (m *machine) sc() *expr.Scope {
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

// seed is what chance is made of: the same again when the step is repeated.
func (m *machine) seed() string {
	var scratch [96]byte
	b := append(scratch[:0], m.env.Conversation...)
	b = append(append(b, '|'), m.r.ID...)
	return string(strconv.AppendInt(append(b, '|'), m.r.Seq, 10))
}

// lookup finds a root name: what exists for one evaluation, the flow's
// variables, then what every flow can read (flow.Roots).
func (v *view) lookup(name string) (any, bool) {
	if x, ok := v.temp[name]; ok {
		return x, true
	}
	if x, ok := variable(v.def, v.vars, v.overlay, v.contact.Vars, name); ok {
		return x, true
	}
	switch name {
	case "contact":
		return v.contactValue(), true
	case "shop":
		return v.shopValue(), true
	case "message":
		if v.msg == nil {
			return nil, true
		}
		return map[string]any{"text": v.raw, "kind": string(v.msg.Content.Kind)}, true
	case "choice":
		if v.choice.ID == "" {
			return nil, true
		}
		return map[string]any{"id": v.choice.ID, "label": v.choice.Label}, true
	case flow.OldVars:
		return nil, true
	case "event":
		if v.event == nil {
			return nil, true
		}
		return map[string]any{"name": v.event.Name, "data": v.event.Data}, true
	}
	return nil, false
}

// variable returns a flow variable's value, or its default; ok is false when
// the flow neither declares nor has it.
func variable(def *flow.Def, vars Vars, o *Overlay, kept map[string]any, name string) (v any, ok bool) {
	var decl flow.Var
	if def != nil {
		decl, ok = def.Vars[name]
	}
	if decl.Contact {
		if o != nil {
			if v, ok := o.Vars[name]; ok {
				return v, true
			}
		}
		if v, ok := kept[name]; ok && v != nil {
			return v, true
		}
		return decl.Default, true
	}
	if v, ok := vars.Get(name); ok {
		return v, true
	}
	return decl.Default, ok
}

// variable returns a variable of the flow on top.
func (m *machine) variable(name string) (any, bool) {
	var vars Vars
	if len(m.r.Stack) > 0 {
		vars = m.top().Vars
	}
	return variable(m.def, vars, m.r.Contact, m.env.Contact.Vars, name)
}

func (v *view) contactValue() map[string]any {
	c := &v.contact
	fields := c.Fields
	if o := v.overlay; o != nil && len(o.Fields) > 0 {
		fields = make(map[string]any, len(c.Fields)+len(o.Fields))
		maps.Copy(fields, c.Fields)
		maps.Copy(fields, o.Fields)
	}
	var tags []any
	for _, t := range tagsOf(c.Tags, v.overlay) {
		tags = append(tags, t)
	}
	return map[string]any{
		"name": orNil(c.Name), "first_name": orNil(c.FirstName()), "phone": orNil(c.Phone),
		"language": v.scope.Locale, "tags": tags, "fields": fields,
	}
}

// tagsOf returns the contact's tags with what a flow changed of them.
func tagsOf(tags []string, o *Overlay) []string {
	if o == nil || len(o.Added) == 0 && len(o.Removed) == 0 {
		return tags
	}
	var out []string
	for _, t := range tags {
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

func (v *view) shopValue() map[string]any {
	now := v.scope.Now
	out := map[string]any{"name": v.shop, "phone": orNil(v.phone), "currency": orNil(v.currency), "is_open": v.hours.Open(now)}
	if t, ok := v.hours.NextOpen(now); ok {
		out["next_open"] = t
	}
	return out
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
	locale := m.locale()
	tmpl := t.In(locale)
	if len(m.temp) == 0 {
		if s, ok := tmpl.Static(); ok {
			return s
		}
	}
	if s, ok := tmpl.Quick(locale, m.quick); ok {
		return s
	}
	s, ws := t.Render(m.sc())
	m.warn(ws)
	return s
}

// quick is view.lookup for texts that read nothing but variables and the
// contact's name; known is false for everything else.
func (m *machine) quick(root, field string) (v any, known bool) {
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
