package engine

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"
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

// MarshalJSON writes an object. A Run's own codec does not come here.
func (v Vars) MarshalJSON() ([]byte, error) {
	return json.Marshal(maps.Collect(v.All()))
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (v *Vars) UnmarshalJSON(b []byte) error {
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	*v = nil
	for name, value := range m {
		*v = v.put(name, value)
	}
	return nil
}
