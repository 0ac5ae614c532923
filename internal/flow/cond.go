package flow

import "recado/internal/flow/expr"

// Cond is a compiled condition.
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

func (o object) cond(key string) *Cond {
	sub, ok := o.sub(key)
	if !ok {
		return nil
	}
	return sub.condition()
}

// condition reads an object that is a condition.
func (o object) condition() *Cond {
	for key, op := range map[string]condOp{"all": condAll, "any": condAny} {
		if o.has(key) {
			c := &Cond{op: op}
			o.each(key, func(_ int, e object) { c.subs = append(c.subs, e.condition()) })
			return c
		}
	}
	if sub, ok := o.sub("not"); ok {
		return &Cond{op: condNot, subs: []*Cond{sub.condition()}}
	}
	if o.has("expr") {
		return &Cond{op: condExpr, expr: o.expr("expr")}
	}
	return o.test()
}

func (o object) test() *Cond {
	c := &Cond{op: condVar, path: o.str("var"), is: o.str("is")}
	c.read = o.variable("var")
	to, at := o.m["to"], o.place("to")
	if list, ok := to.([]any); ok {
		c.list = true
		for i, v := range list {
			c.to = append(c.to, o.c.value(at.index(i), v))
		}
	} else if o.has("to") {
		c.to = []*Value{o.c.value(at, to)}
	} else if c.is != "set" && c.is != "empty" {
		o.c.issue(at, codeNeedsTo, c.is)
	}
	return c
}
