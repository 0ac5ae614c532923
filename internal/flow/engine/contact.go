package engine

import (
	"slices"

	"recado/internal/flow"
)

func (m *machine) enterContact(n *flow.ContactNode) flow.Ref {
	for _, f := range n.Fields {
		v := m.eval(f.Value)
		if m.sizeOfVars()+sizeOf(v) > MaxVars {
			m.over = "vars"
			return n.Next
		}
		o, p := m.overlay(), m.contactPatch()
		o.Fields, p.Fields = withKey(o.Fields, f.Path, v), withKey(p.Fields, f.Path, v)
	}
	if len(n.AddTags) > 0 {
		m.addTags(n.AddTags...)
	}
	if len(n.RemoveTags) > 0 {
		m.removeTags(n.RemoveTags...)
	}
	if n.Language != "" {
		m.overlay().Language = n.Language
		m.contactPatch().Language = n.Language
	}
	if n.Marketing != "" {
		m.contactPatch().Marketing = n.Marketing
	}
	return n.Next
}

// maxOverlayTags bounds what the Run keeps of changed tags.
const maxOverlayTags = 50

func (m *machine) addTags(tags ...string) {
	p, o := m.contactPatch(), m.overlay()
	for _, t := range tags {
		p.AddTags, p.RemoveTags = with(p.AddTags, t), without(p.RemoveTags, t)
		o.Added, o.Removed = with(o.Added, t), without(o.Removed, t)
	}
	o.Added = o.Added[max(0, len(o.Added)-maxOverlayTags):]
}

func (m *machine) removeTags(tags ...string) {
	p, o := m.contactPatch(), m.overlay()
	for _, t := range tags {
		p.AddTags, p.RemoveTags = without(p.AddTags, t), with(p.RemoveTags, t)
		o.Added, o.Removed = without(o.Added, t), with(o.Removed, t)
	}
	o.Removed = o.Removed[max(0, len(o.Removed)-maxOverlayTags):]
}

func with(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(slices.Clip(list), s)
}

// without returns list without s, nil when nothing is left.
func without(list []string, s string) []string {
	var out []string
	for _, x := range list {
		if x != s {
			out = append(out, x)
		}
	}
	return out
}
