package library

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"recado/internal/flow"
	"recado/internal/tenant"
)

const (
	// MaxFlows bounds the flows that a shop has published at the same time.
	MaxFlows = 50
	// MaxVersions bounds a list of versions.
	MaxVersions = 200
)

// Check compiles a draft as publishing it would, beside the shop's other flows:
// a document of an older format is upgraded first. With errors among the issues
// the definition is nil.
func (s *Service) Check(ctx context.Context, shop tenant.ShopID, doc []byte) (*flow.Def, []flow.Issue, error) {
	c, err := s.compiled(ctx, shop)
	if err != nil {
		return nil, nil, err
	}
	return s.check(ctx, shop, c, doc)
}

func (s *Service) check(ctx context.Context, shop tenant.ShopID, c *compiledFlows, doc []byte) (*flow.Def, []flow.Issue, error) {
	reg := s.o.Registry(ctx, shop)
	if reg.Flow == nil {
		reg.Flow = func(id flow.ID) (*flow.Def, bool) { return find(c.flows, id) }
	}
	def, issues := flow.Compile(s.upgraded(doc), reg)
	if def == nil {
		return nil, issues, nil
	}
	broken := flow.CheckCallers(def, reg, c.flows)
	issues = append(issues, broken...)
	if slices.ContainsFunc(broken, func(i flow.Issue) bool { return i.Severity == flow.SevError }) {
		def = nil
	}
	return def, issues, nil
}

// Draft is a definition to publish.
type Draft struct {
	Doc       []byte
	Main      bool   // make it the shop's main flow, whatever its id
	IfVersion *int   // the version that the author started from, 0 for none; nil: any
	By        string // as tenant.Principal.ID returns it
}

// Publish checks d and publishes it under the id that it holds: as the main flow
// with d.Main or when it is the main flow already, otherwise besides it. The
// returned issues are warnings. A definition that is published already changes
// nothing. *InvalidError, ErrVersionConflict, ErrTooMany.
func (s *Service) Publish(ctx context.Context, shop tenant.ShopID, d Draft) (Version, []flow.Issue, error) {
	c, err := s.compiled(ctx, shop)
	if err != nil {
		return Version{}, nil, err
	}
	def, issues, err := s.check(ctx, shop, c, d.Doc)
	if err != nil {
		return Version{}, nil, err
	}
	if def == nil {
		return Version{}, nil, &InvalidError{Issues: issues}
	}
	main := d.Main || c.isMain(def.ID)
	id := def.ID
	if main {
		id = Main
	}
	now, err := s.published(ctx, shop, c, id)
	switch {
	case err == nil && now.Hash == def.Hash && (d.IfVersion == nil || *d.IfVersion == now.Number):
		return now, issues, nil
	case err != nil && !errors.Is(err, ErrNoFlow):
		return Version{}, nil, fmt.Errorf("read published flow of %s: %w", shop, err)
	case err != nil && !main && len(c.flows) >= MaxFlows:
		return Version{}, nil, ErrTooMany
	}
	publish := s.o.Store.PublishFurther
	if main {
		publish = s.o.Store.PublishFlow
	}
	v, err := publish(ctx, Version{
		Shop: shop, Flow: def.ID, Doc: def.Doc, Hash: def.Hash, PublishedAt: s.o.Now().UTC(), PublishedBy: d.By,
	}, d.IfVersion)
	if err != nil {
		return Version{}, nil, fmt.Errorf("publish flow of %s: %w", shop, err)
	}
	s.changed(ctx, shop)
	return v, issues, nil
}

// Withdraw ends the publication of a further flow: no conversation starts it any
// more, those in it go on. ErrNoFlow; ErrInUse for the main flow and for one that
// another flow calls.
func (s *Service) Withdraw(ctx context.Context, shop tenant.ShopID, id flow.ID) error {
	c, err := s.compiled(ctx, shop)
	if err != nil {
		return err
	}
	if _, ok := find(c.flows, id); !ok {
		return ErrNoFlow
	}
	if c.isMain(id) || isCalled(id, c.flows) {
		return ErrInUse
	}
	if err := s.o.Store.WithdrawFlow(ctx, shop, id); err != nil {
		return fmt.Errorf("withdraw flow of %s: %w", shop, err)
	}
	s.changed(ctx, shop)
	return nil
}

func isCalled(id flow.ID, flows []*flow.Def) bool {
	for _, def := range flows {
		for _, n := range def.Nodes {
			if c, ok := n.(*flow.CallNode); ok && c.Flow == id && def.ID != id {
				return true
			}
		}
	}
	return false
}

// Published returns the published version of a flow, or ErrNoFlow. The main flow
// is read from the store, not from the cache.
func (s *Service) Published(ctx context.Context, shop tenant.ShopID, id flow.ID) (Version, error) {
	if id == Main {
		return s.o.Store.CurrentFlow(ctx, shop)
	}
	c, err := s.compiled(ctx, shop)
	if err != nil {
		return Version{}, err
	}
	return s.published(ctx, shop, c, id)
}

func (s *Service) published(ctx context.Context, shop tenant.ShopID, c *compiledFlows, id flow.ID) (Version, error) {
	if id == Main {
		return s.o.Store.CurrentFlow(ctx, shop)
	}
	def, ok := find(c.flows, id)
	if !ok {
		return Version{}, ErrNoFlow
	}
	return s.Version(ctx, shop, id, def.Version)
}

// Version returns one version, or ErrNoFlow.
func (s *Service) Version(ctx context.Context, shop tenant.ShopID, id flow.ID, number int) (Version, error) {
	return s.o.Store.FlowVersion(ctx, shop, id, number)
}

// List returns the published version of every flow, the main flow first.
func (s *Service) List(ctx context.Context, shop tenant.ShopID) ([]FlowVersion, error) {
	c, err := s.compiled(ctx, shop)
	if err != nil {
		return nil, err
	}
	list := make([]FlowVersion, 0, len(c.flows))
	for _, def := range c.flows {
		v, err := s.Version(ctx, shop, def.ID, def.Version)
		if err != nil {
			return nil, err
		}
		f := v.listed()
		f.Name, f.Main, f.Published = def.Name, c.isMain(def.ID), true
		list = append(list, f)
	}
	return list, nil
}

// Versions returns the latest MaxVersions versions of a flow, the newest first.
// ErrNoFlow when there never was one.
func (s *Service) Versions(ctx context.Context, shop tenant.ShopID, id flow.ID) ([]FlowVersion, error) {
	versions, err := s.o.Store.FlowVersions(ctx, shop, id, MaxVersions)
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 {
		return nil, ErrNoFlow
	}
	c, err := s.compiled(ctx, shop)
	if err != nil {
		return nil, err
	}
	now, published := find(c.flows, id)
	list := make([]FlowVersion, 0, len(versions))
	for _, v := range versions {
		f := v.listed()
		f.Published = published && v.Number == now.Version
		list = append(list, f)
	}
	return list, nil
}

func (v Version) listed() FlowVersion {
	return FlowVersion{FlowID: v.Flow, Version: v.Number, PublishedAt: v.PublishedAt.UTC(), PublishedBy: v.PublishedBy}
}

// Rollback publishes the document of an old version as a new one. ErrNoFlow, and
// the errors of Publish: the shop may have changed since.
func (s *Service) Rollback(ctx context.Context, shop tenant.ShopID, id flow.ID, number int, by string) (Version, []flow.Issue, error) {
	old, err := s.Version(ctx, shop, id, number)
	if err != nil {
		return Version{}, nil, err
	}
	return s.Publish(ctx, shop, Draft{Doc: old.Doc, By: by})
}
