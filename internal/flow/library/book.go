package library

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"recado/internal/flow"
	"recado/internal/tenant"
)

// MaxFlows bounds the flows that a shop has published at the same time.
const MaxFlows = 50

// Check compiles a draft as publishing it would, beside the shop's other flows:
// one of an older format is brought to the present one first. With errors among
// the issues the definition is nil.
func (s *Service) Check(ctx context.Context, shop tenant.ShopID, doc []byte) (*flow.Def, []flow.Issue, error) {
	sh, err := s.shelf(ctx, shop)
	if err != nil {
		return nil, nil, err
	}
	reg := s.o.Registry(ctx, shop)
	if reg.Flow == nil {
		reg.Flow = func(id flow.ID) (*flow.Def, bool) { return published(sh.flows, id) }
	}
	def, issues := flow.Compile(s.upgraded(doc), reg)
	if def == nil {
		return nil, issues, nil
	}
	if broken := flow.CheckCallers(def, reg, sh.flows); len(broken) > 0 {
		issues = append(issues, broken...)
		if slices.ContainsFunc(broken, func(i flow.Issue) bool { return i.Severity == flow.SevError }) {
			def = nil
		}
	}
	return def, issues, nil
}

// PublishFurther publishes doc besides the shop's main flow, or as the main one
// when it is of that flow. Otherwise it is like Publish; ErrTooMany.
func (s *Service) PublishFurther(ctx context.Context, shop tenant.ShopID, doc []byte, ifVersion *int, by string) (Version, []flow.Issue, error) {
	def, issues, err := s.Check(ctx, shop, doc)
	if err != nil || def == nil {
		return Version{}, issues, err
	}
	sh, err := s.shelf(ctx, shop)
	if err != nil {
		return Version{}, issues, err
	}
	if sh.main && sh.flows[0].ID == def.ID {
		return s.Publish(ctx, shop, doc, ifVersion, by)
	}
	now, already := published(sh.flows, def.ID)
	switch {
	case already && now.Hash == def.Hash && (ifVersion == nil || *ifVersion == now.Version):
		v, err := s.Version(ctx, shop, def.ID, now.Version)
		return v, issues, err
	case !already && len(sh.flows) >= MaxFlows:
		return Version{}, issues, ErrTooMany
	}
	v, err := s.o.Store.PublishFurther(ctx, Version{
		Shop: shop, Flow: def.ID, Doc: def.Doc, Hash: def.Hash, PublishedAt: s.o.Now().UTC(), PublishedBy: by,
	}, ifVersion)
	if err != nil {
		return Version{}, issues, fmt.Errorf("publish flow of %s: %w", shop, err)
	}
	s.changed(ctx, shop)
	return v, issues, nil
}

// Withdraw ends a further flow: no conversation starts it any more, those in it
// go on. ErrNoFlow; ErrInUse for the main flow and for one that another calls.
func (s *Service) Withdraw(ctx context.Context, shop tenant.ShopID, id flow.ID) error {
	sh, err := s.shelf(ctx, shop)
	if err != nil {
		return err
	}
	if _, ok := published(sh.flows, id); !ok {
		return ErrNoFlow
	}
	if sh.main && sh.flows[0].ID == id || called(id, sh.flows) {
		return ErrInUse
	}
	if err := s.o.Store.WithdrawFlow(ctx, shop, id); err != nil {
		return fmt.Errorf("withdraw flow of %s: %w", shop, err)
	}
	s.changed(ctx, shop)
	return nil
}

func called(id flow.ID, flows []*flow.Def) bool {
	for _, def := range flows {
		for _, n := range def.Nodes {
			if c, ok := n.(*flow.CallNode); ok && c.Flow == id && def.ID != id {
				return true
			}
		}
	}
	return false
}

// Published returns one published flow, or ErrNoFlow.
func (s *Service) Published(ctx context.Context, shop tenant.ShopID, id flow.ID) (Version, error) {
	sh, err := s.shelf(ctx, shop)
	if err != nil {
		return Version{}, err
	}
	def, ok := published(sh.flows, id)
	if !ok {
		return Version{}, ErrNoFlow
	}
	return s.Version(ctx, shop, id, def.Version)
}

// Versions returns at most limit versions of a flow, the newest first, without
// documents. ErrNoFlow when there never was one.
func (s *Service) Versions(ctx context.Context, shop tenant.ShopID, id flow.ID, limit int) ([]Version, error) {
	list, err := s.o.Store.FlowVersions(ctx, shop, id, limit)
	if err == nil && len(list) == 0 {
		err = ErrNoFlow
	}
	return list, err
}

// Rollback publishes what an old version said as a new one. ErrNoFlow, and what
// Publish returns: the world may have changed since.
func (s *Service) Rollback(ctx context.Context, shop tenant.ShopID, id flow.ID, number int, by string) (Version, []flow.Issue, error) {
	old, err := s.Version(ctx, shop, id, number)
	if err != nil {
		return Version{}, nil, err
	}
	current, err := s.Current(ctx, shop)
	if err != nil && !errors.Is(err, ErrNoFlow) {
		return Version{}, nil, err
	}
	if current.Flow == id {
		return s.Publish(ctx, shop, old.Doc, nil, by)
	}
	return s.PublishFurther(ctx, shop, old.Doc, nil, by)
}

// Compiled returns one version compiled, or ErrNoFlow.
func (s *Service) Compiled(ctx context.Context, shop tenant.ShopID, id flow.ID, number int) (*flow.Def, error) {
	sh, err := s.shelf(ctx, shop)
	if err != nil {
		return nil, err
	}
	def, err := s.version(ctx, shop, sh, pin{id, number})
	if err == nil && def == nil {
		err = ErrNoFlow
	}
	return def, err
}
