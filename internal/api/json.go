package api

import (
	"encoding/json"
	"errors"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// maxDepth is how deep a JSON body may nest; a flow needs about 12.
const maxDepth = 32

// strictCasing has huma compare field names as JSON does. Without it "Role" is
// taken for "role", and of both in one body one is validated and the other used.
// The switch is a variable of its package; every API here wants the same.
var strictCasing = sync.OnceFunc(func() { huma.ValidateStrictCasing = true })

var errDepth = errors.New("nested too deep")

// format is JSON with a limit of depth, checked before anything is built.
func format() huma.Format {
	return huma.Format{
		Marshal: huma.DefaultJSONFormat.Marshal,
		Unmarshal: func(data []byte, v any) error {
			if depth(data) > maxDepth {
				return errDepth
			}
			return json.Unmarshal(data, v)
		},
	}
}

// depth is how deep brackets nest outside of strings. On what is no JSON it is
// some number: the parser refuses that anyway.
func depth(data []byte) int {
	var now, most int
	var inString, escaped bool
	for _, b := range data {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped, inString = b == '\\', b != '"'
		case b == '"':
			inString = true
		case b == '{' || b == '[':
			now++
			most = max(most, now)
		case b == '}' || b == ']':
			now--
		}
	}
	return most
}

// Document is a JSON object that passes through as it is.
type Document json.RawMessage

// MarshalJSON implements json.Marshaler.
func (d Document) MarshalJSON() ([]byte, error) { return json.RawMessage(d).MarshalJSON() }

// UnmarshalJSON implements json.Unmarshaler.
func (d *Document) UnmarshalJSON(data []byte) error { return (*json.RawMessage)(d).UnmarshalJSON(data) }

// Schema implements huma.SchemaProvider.
func (Document) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

// toDocument returns v, which marshals to an object, as a Document.
func toDocument[T any](v T) Document {
	data, err := json.Marshal(v)
	if err != nil {
		return Document(`{}`)
	}
	return Document(data)
}

// convert returns f of every element; the result is not nil, so that JSON has [].
func convert[A, B any](list []A, f func(A) B) []B {
	out := make([]B, len(list))
	for i, a := range list {
		out[i] = f(a)
	}
	return out
}
