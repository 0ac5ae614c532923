package library

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"recado/internal/flow"
	"recado/internal/tenant"
)

// compiledFlows are a shop's published flows. A publication replaces the whole
// value; only versions grows.
type compiledFlows struct {
	main  bool        // flows begins with the shop's main flow
	flows []*flow.Def // all published flows

	mu       sync.Mutex
	versions map[versionKey]*flow.Def
}

type versionKey struct {
	id     flow.ID
	number int
}

func (c *compiledFlows) isMain(id flow.ID) bool { return c.main && c.flows[0].ID == id }

func find(flows []*flow.Def, id flow.ID) (*flow.Def, bool) {
	for _, def := range flows {
		if def.ID == id {
			return def, true
		}
	}
	return nil, false
}

// Forget drops the shop's compiled flows; the next use reads them again. Another
// node has published.
func (s *Service) Forget(shop tenant.ShopID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgotten++
	delete(s.shops, shop)
}

// ForgetAll is Forget for all shops, after events of other nodes may have been lost.
func (s *Service) ForgetAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgotten++
	clear(s.shops)
}

func (s *Service) changed(ctx context.Context, shop tenant.ShopID) {
	s.Forget(shop)
	if s.o.Changed != nil {
		s.o.Changed(context.WithoutCancel(ctx), shop)
	}
}

// compiled returns the shop's flows from the cache or the store.
func (s *Service) compiled(ctx context.Context, shop tenant.ShopID) (*compiledFlows, error) {
	s.mu.Lock()
	c, forgotten := s.shops[shop], s.forgotten
	s.mu.Unlock()
	if c != nil {
		return c, nil
	}
	c = &compiledFlows{versions: make(map[versionKey]*flow.Def)}
	if err := s.fill(ctx, shop, c); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.forgotten != forgotten {
		return c, nil
	}
	for other := range s.shops { // any: an active shop is read again at its next message
		if len(s.shops) < s.o.MaxShops {
			break
		}
		delete(s.shops, other)
	}
	s.shops[shop] = c
	return c, nil
}

// fill reads and compiles the published flows.
func (s *Service) fill(ctx context.Context, shop tenant.ShopID, c *compiledFlows) error {
	var all []Version
	v, err := s.o.Store.CurrentFlow(ctx, shop)
	switch {
	case errors.Is(err, ErrNoFlow):
	case err != nil:
		return fmt.Errorf("read current flow of %s: %w", shop, err)
	default:
		c.main = true
		all = append(all, v)
	}
	further, err := s.o.Store.FurtherFlows(ctx, shop)
	if err != nil {
		return fmt.Errorf("read flows of %s: %w", shop, err)
	}
	for _, f := range further {
		if !c.main || f.Flow != v.Flow {
			all = append(all, f)
		}
	}
	for _, v := range all {
		def, err := s.compile(v)
		if err != nil {
			return err
		}
		c.flows = append(c.flows, def)
		c.versions[versionKey{v.Flow, v.Number}] = def
	}
	return nil
}

// version returns a compiled version; nil when the shop has none like it.
func (s *Service) version(ctx context.Context, shop tenant.ShopID, c *compiledFlows, k versionKey) (*flow.Def, error) {
	c.mu.Lock()
	def := c.versions[k]
	c.mu.Unlock()
	if def != nil {
		return def, nil
	}
	v, err := s.o.Store.FlowVersion(ctx, shop, k.id, k.number)
	switch {
	case errors.Is(err, ErrNoFlow):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read flow %s version %d of %s: %w", k.id, k.number, shop, err)
	}
	if def, err = s.compile(v); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.versions[k] = def
	return def, nil
}

// compile compiles what was checked when it was published: what the shop's
// registry says today must not stop a flow that runs. The format may be an
// older one: versions are kept as they were published.
func (s *Service) compile(v Version) (*flow.Def, error) {
	def, issues := flow.Compile(s.upgraded(v.Doc), flow.Registry{})
	if def == nil {
		return nil, fmt.Errorf("compile flow %s version %d of %s: %s", v.Flow, v.Number, v.Shop, issues[0].Code)
	}
	return def.WithVersion(v.Number), nil
}

// upgraded returns a document in the present format. One of no known format
// comes back as it is: compiling it tells the author what is wrong.
func (s *Service) upgraded(doc []byte) []byte {
	if now, err := s.o.Upgrade(doc); err == nil {
		return now
	}
	return doc
}
