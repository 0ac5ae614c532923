package library

import (
	"context"
	"sync"

	"recado/internal/flow"
	"recado/internal/tenant"
)

// Defs is one look at a shop's flows, for one step: it implements flow.Defs,
// reading versions that are not compiled yet. What it could not read it
// reports as missing and in Err, which must be asked before the result of the
// step is used.
type Defs struct {
	flows   []*flow.Def // the main one first
	version func(pin) (*flow.Def, error)

	mu  sync.Mutex
	err error
}

// Defs returns the shop's flows as they are now. The result is for use within
// the lifetime of ctx.
func (s *Service) Defs(ctx context.Context, shop tenant.ShopID) (*Defs, error) {
	sh, err := s.shelf(ctx, shop)
	if err != nil {
		return nil, err
	}
	return &Defs{
		flows:   sh.flows,
		version: func(p pin) (*flow.Def, error) { return s.version(ctx, shop, sh, p) },
	}, nil
}

// Err returns the first failure to read a version.
func (d *Defs) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// Published implements flow.Defs.
func (d *Defs) Published(id flow.ID) (*flow.Def, bool) { return published(d.flows, id) }

func published(flows []*flow.Def, id flow.ID) (*flow.Def, bool) {
	for _, def := range flows {
		if def.ID == id {
			return def, true
		}
	}
	return nil, false
}

// Version implements flow.Defs.
func (d *Defs) Version(id flow.ID, version int) (*flow.Def, bool) {
	if def, ok := d.Published(id); ok && def.Version == version {
		return def, true
	}
	def, err := d.version(pin{id, version})
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
