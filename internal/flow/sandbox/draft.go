package sandbox

import "recado/internal/flow"

// WithDraft returns a shop's flows as they would be with draft published.
func WithDraft(base flow.Defs, draft *flow.Def) flow.Defs {
	version := 1
	if now, ok := base.Published(draft.ID); ok {
		version = now.Version + 1
	}
	return &drafted{base, draft.WithVersion(version)}
}

type drafted struct {
	flow.Defs
	draft *flow.Def
}

// Published implements flow.Defs.
func (d *drafted) Published(id flow.ID) (*flow.Def, bool) {
	if id == d.draft.ID {
		return d.draft, true
	}
	return d.Defs.Published(id)
}

// Version implements flow.Defs.
func (d *drafted) Version(id flow.ID, version int) (*flow.Def, bool) {
	if id == d.draft.ID && version == d.draft.Version {
		return d.draft, true
	}
	return d.Defs.Version(id, version)
}

// Flows implements flow.Defs. A draft of a new flow comes first.
func (d *drafted) Flows() []*flow.Def {
	base := d.Defs.Flows()
	all := make([]*flow.Def, 0, len(base)+1)
	known := false
	for _, def := range base {
		if def.ID == d.draft.ID {
			def, known = d.draft, true
		}
		all = append(all, def)
	}
	if !known {
		all = append([]*flow.Def{d.draft}, all...)
	}
	return all
}

// None is a shop without flows.
type None struct{}

// Published implements flow.Defs.
func (None) Published(flow.ID) (*flow.Def, bool) { return nil, false }

// Version implements flow.Defs.
func (None) Version(flow.ID, int) (*flow.Def, bool) { return nil, false }

// Flows implements flow.Defs.
func (None) Flows() []*flow.Def { return nil }
