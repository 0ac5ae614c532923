package library

import (
	"context"
	"sync"

	"recado/internal/flow"
	"recado/internal/tenant"
)

// Defs is a snapshot of a shop's flows for one step. It implements flow.Defs and
// reads versions that are not compiled yet. flow.Defs has no error results: a
// failed read is reported as a missing version and kept in Err, which must be
// checked before the result of the step is used.
type Defs struct {
	flows   []*flow.Def // the main one first
	version func(versionKey) (*flow.Def, error)

	mu  sync.Mutex
	err error
}

// Defs returns the shop's flows as they are now; it must not outlive ctx.
func (s *Service) Defs(ctx context.Context, shop tenant.ShopID) (*Defs, error) {
	c, err := s.compiled(ctx, shop)
	if err != nil {
		return nil, err
	}
	return &Defs{
		flows:   c.flows,
		version: func(k versionKey) (*flow.Def, error) { return s.version(ctx, shop, c, k) },
	}, nil
}

// Err returns the first failure to read a version.
func (d *Defs) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// Published implements flow.Defs.
func (d *Defs) Published(id flow.ID) (*flow.Def, bool) { return find(d.flows, id) }

// Version implements flow.Defs.
func (d *Defs) Version(id flow.ID, version int) (*flow.Def, bool) {
	if def, ok := d.Published(id); ok && def.Version == version {
		return def, true
	}
	def, err := d.version(versionKey{id, version})
	if err != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.err == nil {
			d.err = err
		}
	}
	return def, def != nil
}

// Flows implements flow.Defs.
func (d *Defs) Flows() []*flow.Def {
	return d.flows
}

var _ flow.Defs = (*Defs)(nil)
