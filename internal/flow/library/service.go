package library

import (
	"context"
	"sync"
	"time"

	"recado/internal/flow"
	"recado/internal/tenant"
)

// Options configure a Service.
type Options struct {
	Store Store
	// Registry resolves the external references of the shop's flows.
	Registry func(ctx context.Context, shop tenant.ShopID) flow.Registry
	Now      func() time.Time
	// Upgrade converts a document of an older format; nil: flow.Upgrade.
	Upgrade  func(doc []byte) ([]byte, error)
	MaxShops int // shops whose flows are kept compiled; 0 = 4096
	// Changed is called after a change of the shop's flows, so that other nodes Forget them; may be nil.
	Changed func(ctx context.Context, shop tenant.ShopID)
}

// Service publishes flows and serves them compiled. It is safe for concurrent use.
type Service struct {
	o Options

	mu        sync.Mutex
	shops     map[tenant.ShopID]*compiledFlows
	forgotten int // calls of Forget: a read that one has overtaken is not cached
}

// New returns a Service with an empty cache.
func New(o Options) *Service {
	if o.MaxShops == 0 {
		o.MaxShops = 4096
	}
	if o.Upgrade == nil {
		o.Upgrade = flow.Upgrade
	}
	return &Service{o: o, shops: make(map[tenant.ShopID]*compiledFlows)}
}
