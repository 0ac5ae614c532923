package expr

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Mode is the destination of a template's values, which decides how they are escaped.
type Mode int

// The modes.
const (
	Chat Mode = iota // text of a message: WhatsApp markup in values is escaped, values are trimmed
	Raw              // a variable, a JSON field: values as they are
	URL              // values are percent-encoded
)

// Template is text with {{ expressions }}: immutable, safe for concurrent use.
type Template struct {
	src   string
	parts []part
	names []string
	fast  bool // every expression has a fast path
}

// part is literal text, or an expression when prog is set.
type part struct {
	text string
	prog *Program
	fast *fastPath // nil = needs an evaluation
}

// Source returns the text the template was parsed from.
func (t *Template) Source() string { return t.src }

// Names returns the variables that the template reads; see Program.Names.
func (t *Template) Names() []string { return t.names }

// Static returns the text, and true, of a template without expressions.
func (t *Template) Static() (string, bool) { return t.src, len(t.names) == 0 && t.static() }

// limits of one template: its source, and the work of all its expressions together.
const (
	maxTemplate   = 20000 // runes
	templateSteps = 4 * MaxSteps
	templateBytes = 2 * MaxBytes
)

// Parse compiles a template. The error is an *Error. "{{" cannot be written
// literally; a value is never evaluated again, so "{{" inside one is just text.
func Parse(src string) (*Template, error) {
	if utf8.RuneCountInString(src) > maxTemplate {
		return nil, &Error{Code: TooLong, Pos: maxTemplate, Src: clip(src)}
	}
	t := &Template{src: src, fast: true}
	rest := src
	for {
		before, after, ok := strings.Cut(rest, "{{")
		if before != "" {
			t.parts = append(t.parts, part{text: before})
		}
		if !ok {
			return t, nil
		}
		pos := utf8.RuneCountInString(src[:len(src)-len(after)])
		n := closing(after)
		if n < 0 {
			return nil, &Error{Code: Unclosed, What: "{{", Pos: pos, Src: clip(after)}
		}
		body := strings.TrimSpace(after[:n])
		p, err := Compile(body)
		if err != nil {
			if e, ok := errors.AsType[*Error](err); ok {
				e.Pos += pos
			}
			return nil, err
		}
		fast := fastPathOf(p.root)
		t.fast = t.fast && fast != nil
		t.parts = append(t.parts, part{prog: p, fast: fast})
		for _, name := range p.names {
			if i, found := slices.BinarySearch(t.names, name); !found {
				t.names = slices.Insert(t.names, i, name)
			}
		}
		rest = after[n+len("}}"):]
	}
}

// closing finds the "}}" that ends an expression, not one inside a quoted text.
func closing(s string) int {
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == '\\' && quote != '`':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '}' && i+1 < len(s) && s[i+1] == '}':
			return i
		}
	}
	return -1
}

func (t *Template) static() bool {
	return len(t.parts) == 0 || len(t.parts) == 1 && t.parts[0].prog == nil
}

// Render writes the template. It never fails: an unusable expression is ""
// plus a warning, output over MaxOutput runes is cut plus a warning.
func (t *Template) Render(s *Scope, m Mode) (string, []Warning) {
	if t.static() {
		return cut(t.src, nil)
	}
	var b strings.Builder
	var warns []Warning
	if m == URL { // numbers for machines
		c := *s
		c.Locale, s = "en", &c
	}
	r := run{s: s, steps: templateSteps, bytes: templateBytes}
	for _, p := range t.parts {
		if p.prog == nil {
			b.WriteString(p.text)
			continue
		}
		b.WriteString(r.value(p.prog, m, b.String(), &warns))
		if b.Len() > utf8.UTFMax*MaxOutput { // certainly over
			break
		}
	}
	return cut(b.String(), warns)
}

// value writes one expression's value, escaped for the text before it.
func (r *run) value(p *Program, m Mode, before string, warns *[]Warning) string {
	r.err = nil
	v := r.program(p)
	var text string
	if r.err == nil {
		text = r.text(v)
	}
	switch {
	case r.err != nil:
		r.err.Src = p.src
		*warns = append(*warns, *r.err)
		return ""
	case v == nil:
		*warns = append(*warns, Warning{Code: Unknown, What: p.src, Src: p.src})
		return ""
	}
	switch m {
	case Chat:
		return escapeMarkup(strings.TrimSpace(text), before)
	case URL:
		return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") // right in a path and in a query
	}
	return text
}

func cut(s string, warns []Warning) (string, []Warning) {
	if len(s) <= MaxOutput || utf8.RuneCountInString(s) <= MaxOutput {
		return s, warns
	}
	n := 0
	for i := range s {
		if n == MaxOutput {
			s = s[:i]
			break
		}
		n++
	}
	return s, append(warns, Warning{Code: Budget, What: "4096"})
}
