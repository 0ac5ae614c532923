package engine

import (
	"maps"
	"slices"

	"recado/internal/flow"
	"recado/internal/flow/expr"
	"recado/internal/flow/hours"
)

// view holds the values that expressions can read at one point of a step. It holds
// copies, so that the machine need not leave the stack.
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

// lookup finds a root name: among the names of one evaluation, the flow's variables,
// then the names that every flow can read (flow.Roots).
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

// tagsOf returns the contact's tags with the changes of a flow.
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
