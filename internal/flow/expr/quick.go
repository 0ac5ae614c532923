package expr

import "strings"

// quick is an expression that reads one variable, or one field of one, with a
// text in its place when there is none: what nearly all templates hold. It is
// written without the machinery of an evaluation.
type quick struct {
	root, field string
	other       string // after ??
	either      bool   // there is an other
}

// quickOf recognises one; nil is any other expression.
func quickOf(n node) *quick {
	q := &quick{}
	if b, ok := n.(*binary); ok && b.op == "??" {
		other, ok := b.y.(literal)
		if !ok {
			return nil
		}
		if q.other, q.either = other.v.(string); !q.either {
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

// Quick is Render for a chat, when all that the template reads are variables
// with texts, numbers or yes and no in them: ok is false for whatever needs more,
// warnings included. read returns a variable, or the field of one when field is
// not ""; known is false for what it does not know.
func (t *Template) Quick(locale string, read func(root, field string) (v any, known bool)) (text string, ok bool) {
	if !t.quick {
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
		v, known := read(p.quick.root, p.quick.field)
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
			s = p.quick.other
			if !p.quick.either {
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
