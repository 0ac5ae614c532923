package flow

import "recado/internal/flow/expr"

// Cond is a compiled condition. Eval never fails: what cannot be decided is
// false, with a warning.
type Cond struct {
	op   condOp
	subs []*Cond // all, any, not
	path string  // var: as written
	read *expr.Program
	is   string
	to   []*Value // one element unless to is a list
	list bool
	expr *expr.Program
}

type condOp int

const (
	condVar condOp = iota
	condAll
	condAny
	condNot
	condExpr
)

// Eval decides the condition.
func (c *Cond) Eval(s *expr.Scope) (bool, []expr.Warning) { return c.eval(s) }
