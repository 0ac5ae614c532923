package library

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"recado/internal/flow"
	"recado/internal/tenant"
)

// Options are a Service's parts.
type Options struct {
	Store Store
	// Registry says what a flow of the shop may lean on.
	Registry func(ctx context.Context, shop tenant.ShopID) flow.Registry
	Now      func() time.Time
	// Upgrade brings a document of an older format to the present one; nil: flow.Upgrade.
	Upgrade  func(doc []byte) ([]byte, error)
	MaxShops int // shops whose flows are kept compiled; 0 = 4096
	// Changed is told when the shop's flows have changed, so that other nodes Forget them; may be nil.
	Changed func(ctx context.Context, shop tenant.ShopID)
}

// Service publishes flows and hands them out compiled. It is safe for concurrent use.
type Service struct {
	o Options

	mu        sync.Mutex
	shops     map[tenant.ShopID]*shelf
	forgotten int // calls of Forget: what was read before one is not kept after it
}

// shelf holds a shop's compiled flows. It is replaced, not changed, when the
// shop publishes; only versions grows.
type shelf struct {
	main  bool        // flows begins with the shop's current one
	flows []*flow.Def // all that is published

	mu       sync.Mutex
	versions map[pin]*flow.Def
}

type pin struct {
	id     flow.ID
	number int
}

// New returns a Service with an empty cache.
func New(o Options) *Service {
	if o.MaxShops == 0 {
		o.MaxShops = 4096
	}
	if o.Upgrade == nil {
		o.Upgrade = flow.Upgrade
	}
	return &Service{o: o, shops: make(map[tenant.ShopID]*shelf)}
}

// Publish checks doc and makes it the shop's current flow. A definition with
// errors is not stored: the issues come back with a zero Version and no error.
// Publishing what is current already changes nothing. With ifVersion, the
// number of the version that the author started from (0: none), it returns
// ErrVersionConflict when somebody else was faster.
func (s *Service) Publish(ctx context.Context, shop tenant.ShopID, doc []byte, ifVersion *int, by string) (Version, []flow.Issue, error) {
	def, issues, err := s.Check(ctx, shop, doc)
	if err != nil || def == nil {
		return Version{}, issues, err
	}
	current, err := s.o.Store.CurrentFlow(ctx, shop)
	switch {
	case errors.Is(err, ErrNoFlow):
	case err != nil:
		return Version{}, issues, fmt.Errorf("read current flow of %s: %w", shop, err)
	case current.Hash == def.Hash && (ifVersion == nil || *ifVersion == current.Number):
		return current, issues, nil
	}
	v, err := s.o.Store.PublishFlow(ctx, Version{
		Shop: shop, Flow: def.ID, Doc: def.Doc, Hash: def.Hash, PublishedAt: s.o.Now().UTC(), PublishedBy: by,
	}, ifVersion)
	if err != nil {
		return Version{}, issues, fmt.Errorf("publish flow of %s: %w", shop, err)
	}
	s.changed(ctx, shop)
	return v, issues, nil
}

// Current returns what the shop published last, or ErrNoFlow.
func (s *Service) Current(ctx context.Context, shop tenant.ShopID) (Version, error) {
	return s.o.Store.CurrentFlow(ctx, shop)
}

// Version returns one version, or ErrNoFlow.
func (s *Service) Version(ctx context.Context, shop tenant.ShopID, id flow.ID, number int) (Version, error) {
	return s.o.Store.FlowVersion(ctx, shop, id, number)
}

// Forget drops the shop's compiled flows; the next use reads them again. It is
// for the news that another node published.
func (s *Service) Forget(shop tenant.ShopID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgotten++
	delete(s.shops, shop)
}

// ForgetAll is Forget for all shops: such news may have been missed.
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

func (s *Service) shelf(ctx context.Context, shop tenant.ShopID) (*shelf, error) {
	s.mu.Lock()
	sh, forgotten := s.shops[shop], s.forgotten
	s.mu.Unlock()
	if sh != nil {
		return sh, nil
	}
	sh = &shelf{versions: make(map[pin]*flow.Def)}
	if err := s.fill(ctx, shop, sh); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.forgotten != forgotten {
		return sh, nil
	}
	for other := range s.shops { // any: a shop that still talks comes back at once
		if len(s.shops) < s.o.MaxShops {
			break
		}
		delete(s.shops, other)
	}
	s.shops[shop] = sh
	return sh, nil
}

// fill reads and compiles what is published.
func (s *Service) fill(ctx context.Context, shop tenant.ShopID, sh *shelf) error {
	var all []Version
	v, err := s.o.Store.CurrentFlow(ctx, shop)
	switch {
	case errors.Is(err, ErrNoFlow):
	case err != nil:
		return fmt.Errorf("read current flow of %s: %w", shop, err)
	default:
		sh.main = true
		all = append(all, v)
	}
	further, err := s.o.Store.FurtherFlows(ctx, shop)
	if err != nil {
		return fmt.Errorf("read flows of %s: %w", shop, err)
	}
	for _, f := range further {
		if !sh.main || f.Flow != v.Flow {
			all = append(all, f)
		}
	}
	for _, v := range all {
		def, err := s.compile(v)
		if err != nil {
			return err
		}
		sh.flows = append(sh.flows, def)
		sh.versions[pin{v.Flow, v.Number}] = def
	}
	return nil
}

// version returns a compiled version; nil when the shop has none like it.
func (s *Service) version(ctx context.Context, shop tenant.ShopID, sh *shelf, p pin) (*flow.Def, error) {
	sh.mu.Lock()
	def := sh.versions[p]
	sh.mu.Unlock()
	if def != nil {
		return def, nil
	}
	v, err := s.o.Store.FlowVersion(ctx, shop, p.id, p.number)
	switch {
	case errors.Is(err, ErrNoFlow):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read flow %s version %d of %s: %w", p.id, p.number, shop, err)
	}
	if def, err = s.compile(v); err != nil {
		return nil, err
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.versions[p] = def
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
