package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a document, checked first.
const (
	MaxDocument = 256 << 10 // bytes
	MaxDepth    = 32        // nested objects and lists
)

// source is a parsed document: the tree, and the order of the keys of "nodes",
// which the maps of the tree do not keep.
type source struct {
	root  map[string]any
	nodes []NodeID
}

// readDoc parses strictly: one object, no key twice, bounded size and depth.
func readDoc(doc []byte) (source, *Issue) {
	if len(doc) > MaxDocument {
		return source{}, problem("", codeTooLarge, strconv.Itoa(len(doc)/1024), strconv.Itoa(MaxDocument/1024))
	}
	if !utf8.Valid(doc) {
		return source{}, problem("", codeNotJSON, "UTF-8")
	}
	if !json.Valid(doc) {
		return source{}, problem("", codeNotJSON, syntaxAt(doc))
	}
	r := docReader{doc: doc}
	v, issue := r.value(nil, 0)
	if issue != nil {
		return source{}, issue
	}
	root, ok := v.(map[string]any)
	if !ok {
		return source{}, problem("", codeNotObject)
	}
	return source{root: root, nodes: r.nodes}, nil
}

// syntaxAt returns the place of the first syntax error, as line:column.
func syntaxAt(doc []byte) string {
	at := len(doc)
	var v any
	if err, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(doc, &v)); ok {
		at = int(err.Offset)
	}
	before := doc[:min(at, len(doc))]
	line := 1 + bytes.Count(before, []byte("\n"))
	col := 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return strconv.Itoa(line) + ":" + strconv.Itoa(col)
}

// docReader builds the tree of a document that is valid JSON. encoding/json
// accepts duplicate keys and any depth and loses the order of keys; docReader
// refuses the first two and keeps the order of "nodes".
type docReader struct {
	doc   []byte
	pos   int
	nodes []NodeID
}

// peek skips white space and returns the next byte.
func (r *docReader) peek() byte {
	for {
		switch c := r.doc[r.pos]; c {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return c
		}
	}
}

func (r *docReader) value(at *place, depth int) (any, *Issue) {
	c := r.peek()
	if (c == '{' || c == '[') && depth == MaxDepth {
		return nil, problem(at.String(), codeTooDeep, strconv.Itoa(MaxDepth))
	}
	switch c {
	case '{':
		return r.object(at, depth)
	case '[':
		return r.array(at, depth)
	case '"':
		return r.text(), nil
	case 't':
		r.pos += len("true")
		return true, nil
	case 'f':
		r.pos += len("false")
		return false, nil
	case 'n':
		r.pos += len("null")
		return nil, nil
	}
	return r.number(at)
}

func (r *docReader) object(at *place, depth int) (any, *Issue) {
	m := map[string]any{}
	r.pos++ // {
	for r.peek() != '}' {
		if r.doc[r.pos] == ',' {
			r.pos++
			r.peek()
		}
		key := r.text()
		here := at.key(key)
		if _, twice := m[key]; twice {
			return nil, problem(here.String(), codeDuplicateKey, key)
		}
		r.peek()
		r.pos++ // :
		v, issue := r.value(here, depth+1)
		if issue != nil {
			return nil, issue
		}
		m[key] = v
		if depth == 1 && at.is("nodes") {
			r.nodes = append(r.nodes, NodeID(key))
		}
	}
	r.pos++ // }
	return m, nil
}

func (r *docReader) array(at *place, depth int) (any, *Issue) {
	list := []any{}
	r.pos++ // [
	for r.peek() != ']' {
		if r.doc[r.pos] == ',' {
			r.pos++
		}
		v, issue := r.value(at.index(len(list)), depth+1)
		if issue != nil {
			return nil, issue
		}
		list = append(list, v)
	}
	r.pos++ // ]
	return list, nil
}

// text reads a string; escapes are left to encoding/json.
func (r *docReader) text() string {
	start := r.pos
	escaped := false
	for r.pos++; r.doc[r.pos] != '"'; r.pos++ {
		if r.doc[r.pos] == '\\' {
			escaped = true
			r.pos++
		}
	}
	r.pos++
	raw := r.doc[start:r.pos]
	if !escaped {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "" // not after json.Valid
	}
	return s
}

// number reads a number; one that no float64 holds is refused.
func (r *docReader) number(at *place) (any, *Issue) {
	start := r.pos
	for r.pos < len(r.doc) && strings.IndexByte("+-.0123456789eE", r.doc[r.pos]) >= 0 {
		r.pos++
	}
	f, err := strconv.ParseFloat(string(r.doc[start:r.pos]), 64)
	if err != nil {
		return nil, problem(at.String(), codeNotJSON, clip(string(r.doc[start:r.pos])))
	}
	return f, nil
}
