package flow

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// pageWidth is how long a line may be before an object or list is broken up.
const pageWidth = 140

// Format writes a document in the layout of exported flows: two spaces, short
// objects and lists on one line, keys in the author's order. It is idempotent, so
// files of flows compare line by line.
func Format(doc []byte) ([]byte, []Issue) {
	if _, issue := readDoc(doc); issue != nil {
		return nil, arrange([]Issue{*issue}, nil, guessLocale(doc))
	}
	o, err := parseOrdered(doc)
	if err != nil {
		return nil, arrange([]Issue{*problem("", codeNotJSON, "")}, nil, guessLocale(doc))
	}
	return o.format(), nil
}

func (o *ordered) format() []byte {
	var b strings.Builder
	writeValue(&b, o, 0, 0)
	b.WriteByte('\n')
	return []byte(b.String())
}

// writeValue writes v at an indentation; lead is the width before it on its line.
func writeValue(b *strings.Builder, v any, indent, lead int) {
	line := oneLine(v)
	keys, list := parts(v)
	// The document itself and its nodes are always spread out.
	if n := len(keys) + len(list); n == 0 || indent > 0 && indent+lead+utf8.RuneCountInString(line) < pageWidth {
		b.WriteString(line)
		return
	}
	pad := "\n" + strings.Repeat("  ", indent+1)
	opening, closing := "{", "}"
	if keys == nil {
		opening, closing = "[", "]"
	}
	b.WriteString(opening)
	o, _ := v.(*ordered)
	for i := range max(len(keys), len(list)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(pad)
		if keys != nil {
			name := quoted(keys[i]) + ": "
			b.WriteString(name)
			writeValue(b, o.vals[keys[i]], indent+1, indent+len(name))
			continue
		}
		writeValue(b, list[i], indent+1, indent)
	}
	b.WriteString("\n" + strings.Repeat("  ", indent) + closing)
}

func parts(v any) (keys []string, list []any) {
	switch v := v.(type) {
	case *ordered:
		return v.keys, nil
	case []any:
		return nil, v
	}
	return nil, nil
}

func oneLine(v any) string {
	var b strings.Builder
	switch v := v.(type) {
	case *ordered:
		for i, k := range v.keys {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(quoted(k) + ": " + oneLine(v.vals[k]))
		}
		return "{" + b.String() + "}"
	case []any:
		for i, x := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(oneLine(x))
		}
		return "[" + b.String() + "]"
	case string:
		return quoted(v)
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return "null"
}

// quoted writes a JSON string with nothing escaped that need not be.
func quoted(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic("flow: a string cannot be written: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
