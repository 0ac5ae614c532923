package expr

import (
	"hash/fnv"
	"maps"
	"math"
	"slices"
)

// function is one of ours, with its number of arguments. Arguments may have any type;
// a nil one yields nil unless the function says otherwise, so that an unset variable
// is no error.
type function struct {
	min, max int
	do       func(*run, []any) any
}

const many = 20 // the most arguments of a function that takes any number

// functions are all functions of expressions; docs/flows.md explains each.
var functions = map[string]function{
	// text
	"fold":  {1, 1, fnFold},
	"lower": {1, 1, fnLower},
	"upper": {1, 1, fnUpper},
	"title": {1, 1, fnTitle},
	"trim":  {1, 1, fnTrim},
	"text":  {1, 1, func(r *run, a []any) any { return r.text(a[0]) }},
	// numbers
	"to_number": {1, 1, fnToNumber},
	"number":    {1, 2, fnNumber},
	"money":     {1, 2, fnMoney},
	"round":     {1, 2, fnRound},
	"floor":     {1, 1, numeric(math.Floor)},
	"ceil":      {1, 1, numeric(math.Ceil)},
	"abs":       {1, 1, numeric(math.Abs)},
	"min":       {1, many, func(r *run, a []any) any { return r.extreme(a, -1) }},
	"max":       {1, many, func(r *run, a []any) any { return r.extreme(a, 1) }},
	"sum":       {1, 2, fnSum},
	"plural":    {3, 3, fnPlural},
	// lists
	"len":        {1, 1, fnLen},
	"first":      {1, 1, func(r *run, a []any) any { return r.pick(a[0], 0) }},
	"last":       {1, 1, func(r *run, a []any) any { return r.pick(a[0], -1) }},
	"join":       {1, 2, fnJoin},
	"lines":      {2, 2, fnLines},
	"default_to": {2, 2, fnDefault},
	"hash_pick":  {1, many, fnHashPick},
	// time
	"date":       {0, 2, fnDate},
	"time":       {0, 1, fnTime},
	"day_time":   {0, 1, fnDayTime},
	"days_until": {1, 1, fnDaysUntil},
	"is_open":    {0, 1, fnIsOpen},
	"next_open":  {0, 1, fnNextOpen},
}

// Functions returns the names of all functions, sorted, for editors and docs.
func Functions() []string { return slices.Sorted(maps.Keys(functions)) }

func numeric(f func(float64) float64) func(*run, []any) any {
	return func(r *run, a []any) any {
		x, ok := a[0].(float64)
		if !ok {
			return r.notNumber(a[0])
		}
		return finite(f(x))
	}
}

// fnRound rounds half away from zero, to 0 to 6 decimals.
func fnRound(r *run, a []any) any {
	x, ok := a[0].(float64)
	if !ok {
		return r.notNumber(a[0])
	}
	scale := 1.0
	if len(a) == 2 {
		d, ok := a[1].(float64)
		if !ok || d != math.Trunc(d) || d < 0 || d > 6 {
			return r.fail(BadValue, "round")
		}
		scale = math.Pow(10, d)
	}
	return finite(math.Round(x*scale) / scale)
}

// list returns the elements of a list, charging for each; nil is an empty list.
func (r *run) list(v any) ([]any, bool) {
	switch v := v.(type) {
	case nil:
		return nil, true
	case []any:
		return v, r.step(len(v))
	}
	r.fail(BadValue, "")
	return nil, false
}

// extreme is min (sign -1) and max (sign 1) over its arguments or one list; nil ones do not count.
func (r *run) extreme(a []any, sign int) any {
	if len(a) == 1 {
		list, ok := r.list(a[0])
		if !ok {
			return nil
		}
		a = list
	}
	var best any
	for _, v := range a {
		v = readValue(v)
		if v == nil {
			continue
		}
		if best == nil {
			best = v
			continue
		}
		c, ok := r.order(v, best)
		if !ok {
			return r.fail(BadValue, "")
		}
		if c*sign > 0 {
			best = v
		}
	}
	return best
}

// fnSum adds a list of numbers, or one field of a list of objects; nil adds nothing.
func fnSum(r *run, a []any) any {
	list, ok := r.list(a[0])
	if !ok {
		return nil
	}
	total := 0.0
	for _, v := range list {
		v = readValue(v)
		if len(a) == 2 {
			v = field(v, a[1])
		}
		switch v := v.(type) {
		case nil:
		case float64:
			total += v
		default:
			return r.fail(BadValue, "sum")
		}
	}
	return finite(total)
}

func field(v, key any) any {
	m, _ := v.(map[string]any)
	k, _ := key.(string)
	return readValue(m[k])
}

// fnLen counts the characters of a text or the elements of a list or object; nil has none.
func fnLen(r *run, a []any) any {
	switch v := a[0].(type) {
	case nil:
		return 0.0
	case string:
		if !r.step(1 + len(v)/16) {
			return nil
		}
		return float64(len([]rune(v)))
	case []any:
		return float64(len(v))
	case map[string]any:
		return float64(len(v))
	}
	return r.fail(BadValue, "len")
}

func (r *run) pick(v any, i float64) any {
	list, ok := r.list(v)
	if !ok {
		return nil
	}
	return element(list, i)
}

// fnDefault replaces a value that is missing or empty ("" too, unlike ??).
func fnDefault(_ *run, a []any) any {
	if a[0] == nil || a[0] == "" {
		return a[1]
	}
	return a[0]
}

// fnHashPick picks one of its arguments, or of one list, by the step's key: random to
// the customer, and the same when the step is repeated.
func fnHashPick(r *run, a []any) any {
	if len(a) == 1 {
		list, ok := r.list(a[0])
		if !ok {
			return nil
		}
		a = list
	}
	if len(a) == 0 {
		return nil
	}
	h := fnv.New64a()
	h.Write([]byte(r.s.Key)) // a hash never fails to be written to
	return readValue(a[h.Sum64()%uint64(len(a))])
}
