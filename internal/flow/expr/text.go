package expr

import (
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"recado/internal/flow/normalize"
)

// transform charges a function that rewrites a text; the factor stands for the
// tables that it walks, so that no text of the environment takes long.
func (r *run) transform(v any, f func(string) string) any {
	switch s := v.(type) {
	case nil:
		return nil
	case string:
		if !r.build(6 * len(s)) {
			return nil
		}
		return f(s)
	}
	return r.fail(BadValue, "")
}

func fnFold(r *run, a []any) any  { return r.transform(a[0], normalize.Key) }
func fnLower(r *run, a []any) any { return r.transform(a[0], strings.ToLower) }
func fnUpper(r *run, a []any) any { return r.transform(a[0], strings.ToUpper) }
func fnTitle(r *run, a []any) any {
	return r.transform(a[0], func(s string) string { return cases.Title(language.Und).String(s) })
}

func fnTrim(r *run, a []any) any {
	s, ok := a[0].(string)
	if !ok {
		return r.notNumber(a[0])
	}
	if !r.scan(s) {
		return nil
	}
	return strings.TrimSpace(s)
}

// text writes a value for people, in the scope's language: nil is "", true is
// "sí", 1.5 is "1,5" where that is the custom, a list is joined with commas.
func (r *run) text(v any) string {
	switch v := readValue(v).(type) {
	case string:
		return v
	case bool:
		w := wordsOf(r.s.Locale)
		if v {
			return w.yes
		}
		return w.no
	case float64:
		return decimal(v, r.s.Locale)
	case time.Time:
		return r.dayTime(v.In(r.s.zone()))
	case []any:
		return r.join(v, ", ")
	case map[string]any:
		// What a saved choice, product or place is called.
		for _, key := range []string{"label", "name", "title"} {
			if s, ok := v[key].(string); ok {
				return s
			}
		}
		r.fail(BadValue, "")
	}
	return ""
}

// decimal writes a number without grouping, as short as it can be.
func decimal(f float64, locale string) string {
	if f == 0 {
		return "0" // also for -0
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatInt(int64(f), 10)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if math.Abs(f) >= 1e21 || math.Abs(f) < 1e-6 {
		s = strconv.FormatFloat(f, 'g', -1, 64)
	}
	if c := numberFormatOf(locale); c.decimal != "." {
		s = strings.Replace(s, ".", c.decimal, 1)
	}
	return s
}

func (r *run) join(list []any, sep string) string {
	var b strings.Builder
	for i, v := range list {
		s := r.text(v)
		if !r.step(1) || !r.build(len(s)+len(sep)) {
			return ""
		}
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(s)
	}
	return b.String()
}

func fnJoin(r *run, a []any) any {
	list, ok := r.list(a[0])
	if !ok {
		return nil
	}
	sep := ", "
	if len(a) == 2 {
		if sep, ok = a[1].(string); !ok {
			return r.fail(BadValue, "join")
		}
	}
	return r.join(list, sep)
}

// fnLines writes one line per element by a pattern: {name} is the element's
// field, {n} its position from 1, {} the element itself. Unknown fields are "".
func fnLines(r *run, a []any) any {
	list, ok := r.list(a[0])
	if !ok {
		return nil
	}
	pattern, ok := a[1].(string)
	if !ok {
		return r.fail(BadValue, "lines")
	}
	var b strings.Builder
	for i, v := range list {
		line := r.line(pattern, readValue(v), i+1)
		if !r.build(len(line) + 1) {
			return nil
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line)
	}
	return b.String()
}

func (r *run) line(pattern string, v any, n int) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(pattern, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !r.step(1) || !ok || !closed {
			b.WriteString(pattern)
			return b.String()
		}
		b.WriteString(before)
		var s string
		switch name = strings.TrimSpace(name); name {
		case "":
			s = r.text(v)
		case "n":
			s = strconv.Itoa(n)
		default:
			s = r.text(field(v, name))
		}
		if !r.build(len(before) + len(s)) {
			return ""
		}
		b.WriteString(s)
		pattern = after
	}
}

// fnPlural picks the word for a count: plural(3, "taco", "tacos").
func fnPlural(r *run, a []any) any {
	n, ok := a[0].(float64)
	if !ok {
		return r.notNumber(a[0])
	}
	// Portuguese takes the singular for 0 too.
	if math.Abs(n) == 1 || n == 0 && langOf(r.s.Locale) == "pt" {
		return a[1]
	}
	return a[2]
}
