package expr

import (
	"math"
	"strings"
)

var unaries = map[string]struct{}{"-": {}, "+": {}, "!": {}, "not": {}}

// binaries lists the operators; "|" never arrives, the parser makes it a call.
var binaries = map[string]struct{}{
	"+": {}, "-": {}, "*": {}, "/": {}, "%": {},
	"==": {}, "!=": {}, "<": {}, "<=": {}, ">": {}, ">=": {},
	"&&": {}, "and": {}, "||": {}, "or": {}, "??": {},
	"in": {}, "contains": {}, "startsWith": {}, "endsWith": {},
}

func (n *unary) eval(r *run) any {
	x := n.x.eval(r)
	if !r.step(1) {
		return nil
	}
	if n.op == "!" || n.op == "not" {
		return !r.truth(x)
	}
	f, ok := x.(float64)
	if !ok {
		return r.notNumber(x)
	}
	if n.op == "-" {
		return -f
	}
	return f
}

// notNumber is the result of arithmetic on a value that is no number: nil stays nil,
// any other is a mistake.
func (r *run) notNumber(vs ...any) any {
	for _, v := range vs {
		if v == nil {
			return nil
		}
	}
	return r.fail(BadValue, "")
}

func (n *binary) eval(r *run) any {
	x := n.x.eval(r)
	if !r.step(1) {
		return nil
	}
	switch n.op { // those that may skip the right side
	case "&&", "and":
		return r.truth(x) && r.truth(n.y.eval(r))
	case "||", "or":
		return r.truth(x) || r.truth(n.y.eval(r))
	case "??":
		if x != nil {
			return x
		}
		return n.y.eval(r)
	}
	y := n.y.eval(r)
	if r.err != nil {
		return nil
	}
	switch n.op {
	case "==":
		return r.equal(x, y)
	case "!=":
		return !r.equal(x, y)
	case "<", "<=", ">", ">=":
		return r.compare(n.op, x, y)
	case "in":
		return r.in(x, y)
	case "contains", "startsWith", "endsWith":
		return r.within(n.op, x, y)
	case "+":
		return r.add(x, y)
	}
	a, aok := x.(float64)
	b, bok := y.(float64)
	if !aok || !bok {
		return r.notNumber(x, y)
	}
	switch n.op {
	case "-":
		return finite(a - b)
	case "*":
		return finite(a * b)
	case "/":
		return finite(a / b)
	default: // "%"
		return finite(math.Mod(a, b))
	}
}

// compare is false against nil: an unknown value is neither more nor less.
func (r *run) compare(op string, x, y any) any {
	if x == nil || y == nil {
		return false
	}
	c, ok := r.order(x, y)
	if !ok {
		return r.fail(BadValue, op)
	}
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

func (r *run) add(x, y any) any {
	if a, ok := x.(float64); ok {
		if b, ok := y.(float64); ok {
			return finite(a + b)
		}
	}
	_, xs := x.(string)
	_, ys := y.(string)
	if !xs && !ys {
		return r.notNumber(x, y)
	}
	a, b := r.text(x), r.text(y)
	if !r.build(len(a) + len(b)) {
		return nil
	}
	return a + b
}

func (r *run) in(x, y any) any {
	switch y := y.(type) {
	case nil:
		return false
	case []any:
		for _, v := range y {
			if r.equal(x, readValue(v)) {
				return true
			}
		}
		return false
	case map[string]any:
		key, ok := x.(string)
		if !ok {
			return false
		}
		_, has := y[key]
		return has
	}
	return r.fail(BadValue, "in")
}

func (r *run) within(op string, x, y any) any {
	if x == nil || y == nil {
		return false
	}
	if list, ok := x.([]any); ok && op == "contains" {
		return r.in(y, list)
	}
	a, aok := x.(string)
	b, bok := y.(string)
	if !aok || !bok {
		return r.fail(BadValue, op)
	}
	if !r.scan(a) {
		return nil
	}
	switch op {
	case "contains":
		return strings.Contains(a, b)
	case "startsWith":
		return strings.HasPrefix(a, b)
	}
	return strings.HasSuffix(a, b)
}
