package flow

import (
	"errors"

	"recado/internal/flow/expr"
)

// Value is a literal, a text with {{ }}, an expression, or (in an http body) a
// tree of these.
type Value struct {
	lit    any
	tmpl   *expr.Template
	prog   *expr.Program
	list   []*Value
	fields []field
}

type field struct {
	name  string
	value *Value
}

// Assign puts a value into a variable.
type Assign struct {
	Path  string // "total", "cliente.calle"
	Value *Value
}

// value reads a literal, a text with {{ }}, or {expr}.
func (c *compiler) value(at *place, v any) *Value {
	switch v := v.(type) {
	case string:
		t := c.template(at, v)
		if s, ok := t.Static(); ok {
			return &Value{lit: s}
		}
		return &Value{tmpl: t}
	case map[string]any:
		if src, ok := v["expr"].(string); ok && len(v) == 1 {
			return &Value{prog: c.program(at.key("expr"), src)}
		}
		val := &Value{fields: []field{}}
		for _, k := range sortedKeys(v) {
			val.fields = append(val.fields, field{k, c.value(at.key(k), v[k])})
		}
		return val
	case []any:
		val := &Value{list: []*Value{}}
		for i, e := range v {
			val.list = append(val.list, c.value(at.index(i), e))
		}
		return val
	}
	return &Value{lit: v}
}

// assigns reads {name: value}, sorted by name; the names are variables when
// save is set.
func (o object) assigns(key string, save bool) []Assign {
	sub, _ := o.sub(key)
	var as []Assign
	for _, name := range sortedKeys(sub.m) {
		at := sub.place(name)
		if save {
			o.c.saves(at, name)
		}
		as = append(as, Assign{name, o.c.value(at, sub.m[name])})
	}
	return as
}

// Eval computes the value; one that cannot be computed is nil, with a warning.
// Texts are not escaped: that is done when they are sent.
func (v *Value) Eval(s *expr.Scope) (any, []expr.Warning) {
	switch {
	case v.prog != nil:
		return read(v.prog, s)
	case v.tmpl != nil:
		text, warns := v.tmpl.Render(s, expr.Raw)
		return text, warns
	case v.list != nil:
		var all []expr.Warning
		list := make([]any, len(v.list))
		for i, x := range v.list {
			w, warns := x.Eval(s)
			list[i], all = w, append(all, warns...)
		}
		return list, all
	case v.fields != nil:
		var all []expr.Warning
		m := make(map[string]any, len(v.fields))
		for _, f := range v.fields {
			w, warns := f.value.Eval(s)
			m[f.name], all = w, append(all, warns...)
		}
		return m, all
	}
	return v.lit, nil
}

func warning(err error) expr.Warning {
	if e, ok := errors.AsType[*expr.Error](err); ok {
		return *e
	}
	return expr.Warning{Code: expr.BadValue, What: err.Error()}
}
