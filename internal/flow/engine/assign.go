package engine

import (
	"maps"
	"strings"
)

// memory is an evaluator that writes what a conversation remembers: variables and
// what the flow changed of the contact.
type memory struct {
	evaluator
	patch *ContactPatch // the step's one patch of the contact; nil until it is needed
}

// set puts a value (already plain) into a variable, or into a field of one:
// "total", "cliente.calle". Contact variables go to the contact as well.
func (m *memory) set(path string, v any) {
	name, rest, nested := strings.Cut(path, ".")
	contact := false
	if m.def != nil {
		contact = m.def.Vars[name].Contact
	}
	if nested {
		old, _ := m.variable(name)
		v = putField(old, strings.Split(rest, "."), v)
	}
	if m.sizeOfVars()+sizeOf(v) > MaxVars {
		m.limits.exceed("vars")
		return
	}
	if contact {
		o := m.overlay()
		o.Vars = withKey(o.Vars, name, v)
		p := m.patchContact()
		p.Vars = withKey(p.Vars, name, v)
		return
	}
	f := m.frame()
	if !m.ownVars {
		f.Vars, m.ownVars = f.Vars.copied(), true
	}
	if v == nil {
		f.Vars = f.Vars.drop(name)
		return
	}
	f.Vars = f.Vars.put(name, v)
}

// putField returns old with the field at path replaced; old itself stays as it is.
func putField(old any, path []string, v any) any {
	if len(path) == 0 {
		return v
	}
	var out map[string]any
	if was, ok := old.(map[string]any); ok {
		out = maps.Clone(was)
	} else {
		out = map[string]any{}
	}
	out[path[0]] = putField(out[path[0]], path[1:], v)
	return out
}

func withKey(in map[string]any, k string, v any) map[string]any {
	out := maps.Clone(in)
	if out == nil {
		out = map[string]any{}
	}
	out[k] = v
	return out
}
