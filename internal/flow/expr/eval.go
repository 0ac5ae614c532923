package expr

import (
	"math"
	"strings"
	"time"
)

// node is one part of a compiled expression.
type node interface{ eval(r *run) any }

// run is one evaluation: the scope, the rest of the budget, and the first error. After
// an error every part evaluates to nil at once.
type run struct {
	s     *Scope
	steps int
	bytes int
	err   *Error
}

// program evaluates p within the rest of the budget; an error gets the source of p.
func (r *run) program(p *Program) any {
	v := p.root.eval(r)
	if r.err != nil {
		r.err.Src = p.src
		return nil
	}
	return v
}

// fail records the first error; the position within the source is not known here.
func (r *run) fail(code Code, what string) any {
	if r.err == nil {
		r.err = &Error{Code: code, What: what}
	}
	return nil
}

// step charges n units of work; false means that the evaluation is over.
func (r *run) step(n int) bool {
	if r.err != nil {
		return false
	}
	if r.steps -= n; r.steps < 0 {
		r.fail(Budget, "")
		return false
	}
	return true
}

// build charges n bytes before they are built.
func (r *run) build(n int) bool {
	if r.err != nil {
		return false
	}
	if r.bytes -= n; r.bytes < 0 {
		r.fail(Budget, "")
		return false
	}
	return true
}

// scan charges the reading of a text.
func (r *run) scan(s string) bool { return r.step(1 + len(s)/256) }

type (
	literal struct{ v any }
	ident   struct{ name string }
	member  struct{ x, prop node }
	unary   struct {
		op string
		x  node
	}
	binary struct {
		op   string
		x, y node
	}
	conditional struct{ cond, yes, no node }
	array       struct{ items []node }
	call        struct {
		name string
		fn   func(*run, []any) any
		args []node
	}
)

func (n literal) eval(r *run) any {
	r.step(1)
	return n.v
}

func (n *ident) eval(r *run) any {
	if !r.step(1) || r.s.Lookup == nil {
		return nil
	}
	v, _ := r.s.Lookup(n.name)
	return readValue(v)
}

func (n *member) eval(r *run) any {
	x, p := n.x.eval(r), n.prop.eval(r)
	if !r.step(1) {
		return nil
	}
	switch x := x.(type) {
	case map[string]any:
		if key, ok := p.(string); ok {
			return readValue(x[key])
		}
	case []any:
		if i, ok := p.(float64); ok {
			return element(x, i)
		}
	}
	return nil
}

// element returns the element i; negative counts from the end, outside is nil.
func element(list []any, i float64) any {
	if i < 0 {
		i += float64(len(list))
	}
	if i != math.Trunc(i) || i < 0 || i >= float64(len(list)) {
		return nil
	}
	return readValue(list[int(i)])
}

func (n *conditional) eval(r *run) any {
	yes := r.truth(n.cond.eval(r))
	switch {
	case !r.step(1):
		return nil
	case yes:
		return n.yes.eval(r)
	}
	return n.no.eval(r)
}

func (n *array) eval(r *run) any {
	if !r.build(16 * len(n.items)) {
		return nil
	}
	list := make([]any, len(n.items))
	for i, it := range n.items {
		list[i] = it.eval(r)
	}
	return list
}

func (n *call) eval(r *run) any {
	args := make([]any, len(n.args))
	for i, a := range n.args {
		args[i] = a.eval(r)
	}
	if !r.step(1) {
		return nil
	}
	v := n.fn(r, args)
	if r.err != nil && r.err.What == "" {
		r.err.What = n.name
	}
	return v
}

// truth reads a condition: nil is false, anything but a boolean is a mistake.
func (r *run) truth(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case nil:
		return false
	}
	r.fail(BadValue, "")
	return false
}

// readValue converts a value of the environment; see Scope for the types.
func readValue(v any) any {
	switch v := v.(type) {
	case nil, bool, string, []any, map[string]any, time.Time:
		return v
	case float64:
		return finite(v)
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case int32:
		return float64(v)
	case uint64:
		return float64(v)
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return list
	}
	return nil
}

// finite turns NaN and infinities into nil.
func finite(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return f
}

// equal compares deeply; different kinds are different.
func (r *run) equal(x, y any) bool {
	if !r.step(1) {
		return false
	}
	switch x := x.(type) {
	case []any:
		y, ok := y.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !r.equal(readValue(x[i]), readValue(y[i])) {
				return false
			}
		}
		return true
	case map[string]any:
		y, ok := y.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for k := range x {
			if v, ok := y[k]; !ok || !r.equal(readValue(x[k]), readValue(v)) {
				return false
			}
		}
		return true
	case time.Time:
		t, ok := y.(time.Time)
		return ok && x.Equal(t)
	case string:
		y, ok := y.(string)
		return ok && r.scan(y) && x == y
	}
	if isScalar(y) {
		return x == y
	}
	return false
}

func isScalar(v any) bool {
	switch v.(type) {
	case nil, bool, float64:
		return true
	}
	return false
}

// order compares two numbers, two texts or two moments.
func (r *run) order(x, y any) (int, bool) {
	switch x := x.(type) {
	case float64:
		if y, ok := y.(float64); ok {
			switch {
			case x < y:
				return -1, true
			case x > y:
				return 1, true
			}
			return 0, true
		}
	case string:
		if y, ok := y.(string); ok {
			r.scan(x)
			return strings.Compare(x, y), true
		}
		if y, ok := y.(time.Time); ok {
			if t, ok := r.moment(x); ok {
				return t.Compare(y), true
			}
		}
	case time.Time:
		if t, ok := r.moment(y); ok {
			return x.Compare(t), true
		}
	}
	return 0, false
}
