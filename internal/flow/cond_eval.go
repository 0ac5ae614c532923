package flow

import (
	"strings"

	"recado/internal/flow/expr"
	"recado/internal/flow/normalize"
)

// Eval decides the condition. It never fails: one that cannot be decided is
// false, with a warning.
func (c *Cond) Eval(s *expr.Scope) (bool, []expr.Warning) {
	switch c.op {
	case condAll, condAny:
		return c.join(s)
	case condNot:
		ok, warns := c.subs[0].Eval(s)
		// An undecided condition stays false: "not" must not turn a mistake into a yes.
		return !ok && len(warns) == 0, warns
	case condExpr:
		v, warns := read(c.expr, s)
		if len(warns) > 0 || v == nil {
			return false, warns
		}
		ok, isBool := v.(bool)
		if !isBool {
			return false, []expr.Warning{{Code: expr.BadValue, What: c.expr.Source(), Src: c.expr.Source()}}
		}
		return ok, nil
	}
	return c.test(s)
}

func (c *Cond) join(s *expr.Scope) (bool, []expr.Warning) {
	var all []expr.Warning
	for _, sub := range c.subs {
		ok, warns := sub.Eval(s)
		all = append(all, warns...)
		if ok == (c.op == condAny) {
			return ok, all
		}
	}
	return c.op == condAll, all
}

// read evaluates and turns the error into a warning.
func read(p *expr.Program, s *expr.Scope) (any, []expr.Warning) {
	v, err := p.Eval(s)
	if err != nil {
		return nil, []expr.Warning{warning(err)}
	}
	return v, nil
}

// test decides {var, is, to}. Texts compare normalized: accents and capitals make
// no difference.
func (c *Cond) test(s *expr.Scope) (bool, []expr.Warning) {
	v, warns := read(c.read, s)
	if len(warns) > 0 {
		return false, warns
	}
	switch c.is {
	case "set":
		return v != nil, nil
	case "empty":
		return empty(v), nil
	}
	to := make([]any, len(c.to))
	for i, t := range c.to {
		w, ws := t.Eval(s)
		if len(ws) > 0 {
			return false, ws
		}
		to[i] = w
	}
	ok, decided := compare(c.is, v, to, c.list)
	if !decided {
		return false, []expr.Warning{{Code: expr.BadValue, What: c.path + " " + c.is, Src: c.path}}
	}
	return ok, nil
}

// compare decides one test; decided is false when the kinds do not fit.
func compare(is string, v any, to []any, list bool) (ok, decided bool) {
	switch is {
	case "in":
		return oneOf(v, to), true
	case "has_tag":
		return oneOf(first(to), tags(v)), true
	}
	if list { // against any of the list; ne: unlike all of it
		one := is
		if is == "ne" {
			one = "eq"
		}
		for _, t := range to {
			if ok, _ := compare(one, v, []any{t}, false); ok {
				return is != "ne", true
			}
		}
		return is == "ne", true
	}
	t := first(to)
	switch is {
	case "eq":
		return same(v, t), true
	case "ne":
		return !same(v, t), true
	case "lt", "lte", "gt", "gte":
		return inOrder(is, v, t)
	case "contains":
		if l, isList := v.([]any); isList {
			return oneOf(t, l), true
		}
	}
	if v == nil {
		return false, true
	}
	a, aok := v.(string)
	b, bok := t.(string)
	if !aok || !bok {
		return false, false
	}
	a, b = normalize.Key(a), normalize.Key(b)
	switch is {
	case "contains":
		return strings.Contains(a, b), true
	case "starts":
		return strings.HasPrefix(a, b), true
	case "ends":
		return strings.HasSuffix(a, b), true
	}
	return strings.Contains(" "+strings.Join(normalize.Words(a), " ")+" ", " "+strings.Join(normalize.Words(b), " ")+" "), true
}

func first(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// tags reads a list of tags, or a contact that has one.
func tags(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case []string:
		list := make([]any, len(v))
		for i, t := range v {
			list[i] = t
		}
		return list
	case map[string]any:
		return tags(v["tags"])
	}
	return nil
}

func oneOf(v any, list []any) bool {
	if len(list) == 1 {
		if l, ok := list[0].([]any); ok { // "in" with an expression that returns a list
			list = l
		}
	}
	for _, x := range list {
		if same(v, x) {
			return true
		}
	}
	return false
}

// same compares scalars; texts normalized.
func same(a, b any) bool {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return ok && (a == b || normalize.Key(a) == normalize.Key(b))
	case nil, bool, float64:
		switch b.(type) {
		case nil, bool, float64:
			return a == b
		}
	}
	return false
}

// inOrder compares two numbers or two texts; texts unchanged, so that ISO dates
// and times compare as moments. An unset value is neither less nor more.
func inOrder(is string, a, b any) (ok, decided bool) {
	if a == nil || b == nil {
		return false, true
	}
	c := 0
	switch x := a.(type) {
	case float64:
		y, ok := b.(float64)
		if !ok {
			return false, false
		}
		switch {
		case x < y:
			c = -1
		case x > y:
			c = 1
		}
	case string:
		y, ok := b.(string)
		if !ok {
			return false, false
		}
		c = strings.Compare(x, y)
	default:
		return false, false
	}
	switch is {
	case "lt":
		return c < 0, true
	case "lte":
		return c <= 0, true
	case "gt":
		return c > 0, true
	}
	return c >= 0, true
}
