package expr

import "strings"

// fastPath is an expression that reads one variable, or one field of one, with an
// optional text in place of a missing value. Nearly all templates hold nothing else, so
// it is rendered without an evaluation.
type fastPath struct {
	root, field string
	fallback    string // after ??
	hasFallback bool
}

// fastPathOf returns the fast path of an expression, nil for one that has none.
func fastPathOf(n node) *fastPath {
	q := &fastPath{}
	if b, ok := n.(*binary); ok && b.op == "??" {
		fallback, ok := b.y.(literal)
		if !ok {
			return nil
		}
		if q.fallback, q.hasFallback = fallback.v.(string); !q.hasFallback {
			return nil
		}
		n = b.x
	}
	if m, ok := n.(*member); ok {
		prop, ok := m.prop.(literal)
		if !ok {
			return nil
		}
		if q.field, ok = prop.v.(string); !ok || q.field == "" {
			return nil
		}
		n = m.x
	}
	id, ok := n.(*ident)
	if !ok {
		return nil
	}
	q.root = id.name
	return q
}

// RenderFast is Render in the mode Chat for a template that reads only variables with
// texts, numbers or booleans; ok is false when it needs Render, which also warns. read
// returns a variable, or its field when field is not ""; known is false for a variable
// that it cannot read.
func (t *Template) RenderFast(locale string, read func(root, field string) (v any, known bool)) (text string, ok bool) {
	if !t.fast {
		return "", false
	}
	var room [320]byte
	b := room[:0]
	for i := range t.parts {
		p := &t.parts[i]
		if p.prog == nil {
			b = append(b, p.text...)
			continue
		}
		v, known := read(p.fast.root, p.fast.field)
		if !known {
			return "", false
		}
		var s string
		switch v := v.(type) {
		case string:
			s = v
		case float64:
			if finite(v) == nil {
				return "", false
			}
			s = decimal(v, locale)
		case bool:
			if w := wordsOf(locale); v {
				s = w.yes
			} else {
				s = w.no
			}
		case nil:
			s = p.fast.fallback
			if !p.fast.hasFallback {
				return "", false
			}
		default:
			return "", false
		}
		if strings.ContainsAny(s, markup) {
			return "", false
		}
		b = append(b, strings.TrimSpace(s)...)
	}
	if len(b) > MaxOutput {
		return "", false
	}
	return string(b), true
}
