package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// ordered is a JSON object that keeps its keys in the author's order. Values
// are *ordered, []any, string, json.Number, bool or nil.
type ordered struct {
	keys []string
	vals map[string]any
}

func (o *ordered) get(key string) any {
	if o == nil {
		return nil
	}
	return o.vals[key]
}

// set replaces a value, or adds it at the end.
func (o *ordered) set(key string, v any) {
	if _, ok := o.vals[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.vals[key] = v
}

// rename changes a key in its place; nothing happens when there is none.
func (o *ordered) rename(key, to string) {
	i := slices.Index(o.keys, key)
	if i < 0 || key == to {
		return
	}
	o.remove(to)
	i = slices.Index(o.keys, key)
	o.keys[i] = to
	o.vals[to] = o.vals[key]
	delete(o.vals, key)
}

func (o *ordered) remove(key string) {
	o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return k == key })
	delete(o.vals, key)
}

var errNotFlow = errors.New("not a JSON object that a flow can be")

// parseOrdered reads a document within the limits of readDoc.
func parseOrdered(doc []byte) (*ordered, error) {
	if _, issue := readDoc(doc); issue != nil {
		return nil, errNotFlow
	}
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	v, err := orderedValue(dec)
	if err != nil {
		return nil, err
	}
	o, _ := v.(*ordered)
	return o, nil
}

func orderedValue(dec *json.Decoder) (any, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := orderedValue(dec)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = dec.Token()
		return list, err
	case json.Delim('{'):
		o := &ordered{vals: map[string]any{}}
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				return nil, err
			}
			v, err := orderedValue(dec)
			if err != nil {
				return nil, err
			}
			o.set(asString(key), v)
		}
		_, err = dec.Token()
		return o, err
	}
	return tok, nil
}

// pageWidth is how long a line may be before an object or list is broken up.
const pageWidth = 140

// Format writes a document the way all exported flows are written: two spaces,
// short objects and lists on one line, keys in the author's order. Formatting
// twice changes nothing, so files of flows compare line by line.
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

// writeValue writes v at an indentation; lead is what stands before it on its line.
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
