package engine

import "slices"

// maxOverlayTags bounds how many changed tags the Run keeps.
const maxOverlayTags = 50

func (m *memory) addTags(tags ...string) {
	p, o := m.patchContact(), m.overlay()
	for _, t := range tags {
		p.AddTags, p.RemoveTags = withTag(p.AddTags, t), withoutTag(p.RemoveTags, t)
		o.Added, o.Removed = withTag(o.Added, t), withoutTag(o.Removed, t)
	}
	o.Added = o.Added[max(0, len(o.Added)-maxOverlayTags):]
}

func (m *memory) removeTags(tags ...string) {
	p, o := m.patchContact(), m.overlay()
	for _, t := range tags {
		p.AddTags, p.RemoveTags = withoutTag(p.AddTags, t), withTag(p.RemoveTags, t)
		o.Added, o.Removed = withoutTag(o.Added, t), withTag(o.Removed, t)
	}
	o.Removed = o.Removed[max(0, len(o.Removed)-maxOverlayTags):]
}

func withTag(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(slices.Clip(list), s)
}

// withoutTag returns list without s, nil when nothing is left.
func withoutTag(list []string, s string) []string {
	var out []string
	for _, x := range list {
		if x != s {
			out = append(out, x)
		}
	}
	return out
}

// overlay returns a copy of the flow's changes to the contact, for writing.
func (m *memory) overlay() *Overlay {
	o := Overlay{}
	if m.r.Contact != nil {
		o = *m.r.Contact
	}
	o.Since = m.now
	m.r.Contact = &o
	return &o
}

// patchContact returns the step's one patch of the contact, for writing.
func (m *memory) patchContact() *ContactPatch {
	if m.patch == nil {
		m.patch = &ContactPatch{}
		m.effect(m.patch)
	}
	return m.patch
}
