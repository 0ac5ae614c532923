package engine

import (
	"iter"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Vars are the variables of a flow: JSON values by name, as JSON an object. They
// are few and copied whenever a step changes one, for which a sorted list is
// cheaper than a map.
type Vars []Variable

// Variable is one of Vars.
type Variable struct {
	Name  string
	Value any
}

// Get returns a variable's value.
func (v Vars) Get(name string) (value any, ok bool) {
	for i := range v {
		if v[i].Name == name {
			return v[i].Value, true
		}
	}
	return nil, false
}

// All yields the variables in the order of their names.
func (v Vars) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for i := range v {
			if !yield(v[i].Name, v[i].Value) {
				return
			}
		}
	}
}

// copied returns a copy that one more variable fits into.
func (v Vars) copied() Vars { return append(make(Vars, 0, len(v)+1), v...) }

// put sets a variable in v itself, as append does.
func (v Vars) put(name string, value any) Vars {
	i, found := v.find(name)
	if found {
		v[i].Value = value
		return v
	}
	return slices.Insert(v, i, Variable{name, value})
}

// drop removes a variable from v itself.
func (v Vars) drop(name string) Vars {
	i, found := v.find(name)
	if !found {
		return v
	}
	return slices.Delete(v, i, i+1)
}

func (v Vars) find(name string) (int, bool) {
	return slices.BinarySearchFunc(v, name, func(x Variable, name string) int { return strings.Compare(x.Name, name) })
}

// MarshalJSONTo writes an object.
func (v Vars) MarshalJSONTo(enc *jsontext.Encoder) error {
	err := enc.WriteToken(jsontext.BeginObject)
	for i := 0; i < len(v) && err == nil; i++ {
		if err = enc.WriteToken(jsontext.String(v[i].Name)); err == nil {
			err = json.MarshalEncode(enc, v[i].Value)
		}
	}
	if err != nil {
		return err
	}
	return enc.WriteToken(jsontext.EndObject)
}

// UnmarshalJSONFrom is the inverse of MarshalJSONTo.
func (v *Vars) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	*v = nil
	if begin, err := dec.ReadToken(); err != nil || begin.Kind() != '{' {
		return err // null, or what is no object, is no variable
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		key, value := name.String(), any(nil)
		if err := json.UnmarshalDecode(dec, &value); err != nil {
			return err
		}
		*v = v.put(key, value)
	}
	_, err := dec.ReadToken()
	return err
}

// MarshalJSON is MarshalJSONTo for encoding/json.
func (v Vars) MarshalJSON() ([]byte, error) { return json.Marshal(v, codec) }

// UnmarshalJSON is UnmarshalJSONFrom for encoding/json.
func (v *Vars) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, v, codec) }
