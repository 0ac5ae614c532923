package engine

import (
	"maps"
	"strings"
)

// set puts a value (already plain) into a variable, or into a field of one:
// "total", "cliente.calle". Contact variables go to the contact as well.
func (m *machine) set(path string, v any) {
	name, rest, nested := strings.Cut(path, ".")
	contact := false
	if m.def != nil {
		contact = m.def.Vars[name].Contact
	}
	if nested {
		old, _ := m.variable(name)
		v = put(old, strings.Split(rest, "."), v)
	}
	if m.sizeOfVars()+sizeOf(v) > MaxVars {
		m.over = "vars"
		return
	}
	if contact {
		o := m.overlay()
		o.Vars = withKey(o.Vars, name, v)
		p := m.contactPatch()
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

// put returns old with the field at path replaced; old itself stays as it is.
func put(old any, path []string, v any) any {
	if len(path) == 0 {
		return v
	}
	var out map[string]any
	if was, ok := old.(map[string]any); ok {
		out = maps.Clone(was)
	} else {
		out = map[string]any{}
	}
	out[path[0]] = put(out[path[0]], path[1:], v)
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

// overlay returns what this flow changed of the contact, for writing.
func (m *machine) overlay() *Overlay {
	o := Overlay{}
	if m.r.Contact != nil {
		o = *m.r.Contact
	}
	o.Since = m.now
	m.r.Contact = &o
	return &o
}

// contactPatch returns the step's one patch of the contact, for writing.
func (m *machine) contactPatch() *ContactPatch {
	if m.patch == nil {
		m.patch = &ContactPatch{}
		m.effect(m.patch)
	}
	return m.patch
}

// isSet reports whether a variable has a value worth keeping.
func (m *machine) isSet(name string) bool {
	v, _ := m.variable(name)
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return strings.TrimSpace(v) != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}
