package engine

import "recado/internal/flow"

func (m *memory) enterContact(n *flow.ContactNode) flow.Ref {
	for _, f := range n.Fields {
		v := m.value(f.Value)
		if m.sizeOfVars()+sizeOf(v) > MaxVars {
			m.limits.exceed("vars")
			return n.Next
		}
		o, p := m.overlay(), m.patchContact()
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
		m.patchContact().Language = n.Language
	}
	if n.Marketing != "" {
		m.patchContact().Marketing = n.Marketing
	}
	return n.Next
}
