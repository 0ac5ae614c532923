package flow

import "recado/internal/flow/expr"

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

// Eval computes the value; what cannot be computed is nil, with a warning.
// Strings are written raw: escaping is for when they are said.
func (v *Value) Eval(s *expr.Scope) (any, []expr.Warning) { return v.eval(s) }
