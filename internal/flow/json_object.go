package flow

import "time"

// object is a JSON object of the document with its place. Its methods return the
// zero value, or a given default, for a field that is missing.
type object struct {
	c  *compiler
	m  map[string]any
	at *place
}

func (o object) has(key string) bool     { _, ok := o.m[key]; return ok }
func (o object) place(key string) *place { return o.at.key(key) }

func (o object) str(key string) string { return asString(o.m[key]) }
func asString(v any) string            { s, _ := v.(string); return s }

func (o object) strOr(key, otherwise string) string {
	if s := o.str(key); s != "" {
		return s
	}
	return otherwise
}

func (o object) bool(key string) bool { b, _ := o.m[key].(bool); return b }

func (o object) boolOr(key string, otherwise bool) bool {
	if b, ok := o.m[key].(bool); ok {
		return b
	}
	return otherwise
}

func (o object) num(key string) float64 { f, _ := o.m[key].(float64); return f }

func (o object) intOr(key string, otherwise int) int {
	if f, ok := o.m[key].(float64); ok {
		return int(f)
	}
	return otherwise
}

func (o object) strs(key string) []string {
	list, _ := o.m[key].([]any)
	var ss []string
	for _, v := range list {
		ss = append(ss, asString(v))
	}
	return ss
}

// sub returns a nested object; ok is false when there is none.
func (o object) sub(key string) (object, bool) {
	m, ok := o.m[key].(map[string]any)
	return object{o.c, m, o.place(key)}, ok
}

// each visits the objects of a list.
func (o object) each(key string, f func(i int, e object)) {
	list, _ := o.m[key].([]any)
	at := o.place(key)
	for i, v := range list {
		m, _ := v.(map[string]any)
		f(i, object{o.c, m, at.index(i)})
	}
}

// durOr reads "20m".
func (o object) durOr(key string, otherwise time.Duration) time.Duration {
	s := o.str(key)
	if s == "" {
		return otherwise
	}
	n := time.Duration(0)
	for _, d := range s[:len(s)-1] {
		n = n*10 + time.Duration(d-'0')
	}
	switch s[len(s)-1] {
	case 's':
		return n * time.Second
	case 'm':
		return n * time.Minute
	case 'h':
		return n * time.Hour
	}
	return n * 24 * time.Hour
}
