// Package cluster decides which node serves a shop. One node at a time works on
// the channels, conversations, outbox and timers of a shop; its writes carry the
// epoch of its lease, and stores refuse an older epoch.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"recado/internal/tenant"
)

// Epoch numbers the ownerships of one shop; it only grows.
type Epoch int64

// Lease is the right to serve a shop. It is lost when Lost is closed; its holder
// must then stop at once and write nothing more.
type Lease struct {
	Shop  tenant.ShopID
	Node  string
	Epoch Epoch
	Lost  <-chan struct{}

	// Clock invalidates the lease by local time: a process that stalled must stop
	// writing before anything could close Lost. Nil never does.
	Clock LeaseClock

	// NotBefore is the earliest time of the owner's first connection: WhatsApp takes
	// two within seconds for a fault, and an earlier owner may just have made one.
	// Zero is at once.
	NotBefore time.Time
}

// LeaseClock reports whether a node's leases are unexpired by the node's own
// clock, with a margin.
type LeaseClock interface{ Valid() bool }

// Valid reports whether the lease is neither lost nor expired by its clock.
func (l Lease) Valid() bool {
	select {
	case <-l.Lost:
		return false
	default:
		return l.Clock == nil || l.Clock.Valid()
	}
}

// ErrOwned says that another node serves the shop.
var ErrOwned = errors.New("the shop is served by another node")

// Leases grants and takes back leases.
type Leases interface {
	// Acquire returns the node's lease on the shop, the same one as long as it
	// lives, or ErrOwned.
	Acquire(ctx context.Context, shop tenant.ShopID) (Lease, error)
	// Release gives the lease up; another node may have it at once.
	Release(ctx context.Context, l Lease) error
}

// ConnectGate is an optional ability of Leases. It keeps two successive owners of
// a shop from connecting within seconds of each other; see Lease.NotBefore.
type ConnectGate interface {
	// BeforeConnect records that the owner connects the shop now. It returns
	// ErrOwned when l is not the current lease; the caller must not connect then.
	BeforeConnect(ctx context.Context, l Lease) error
}

// Epochs stores the last epoch of each shop. NextEpoch stores and returns
// max(last+1, atLeast).
type Epochs interface {
	NextEpoch(ctx context.Context, shop tenant.ShopID, atLeast Epoch) (Epoch, error)
}

// Single implements Leases for a program that is alone on its store.
type Single struct {
	node   string
	epochs Epochs
	now    func() time.Time

	mu   sync.Mutex
	held map[tenant.ShopID]held
}

type held struct {
	lease Lease
	lost  chan struct{}
}

// NewSingle returns a Single whose leases name node as their holder.
func NewSingle(node string, epochs Epochs, now func() time.Time) *Single {
	return &Single{node: node, epochs: epochs, now: now, held: make(map[tenant.ShopID]held)}
}

// Acquire implements Leases.
func (s *Single) Acquire(ctx context.Context, shop tenant.ShopID) (Lease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h, ok := s.held[shop]; ok {
		return h.lease, nil
	}
	epoch, err := s.epochs.NextEpoch(ctx, shop, Epoch(s.now().UnixMilli()))
	if err != nil {
		return Lease{}, fmt.Errorf("next epoch of %s: %w", shop, err)
	}
	lost := make(chan struct{})
	h := held{lease: Lease{Shop: shop, Node: s.node, Epoch: epoch, Lost: lost}, lost: lost}
	s.held[shop] = h
	return h.lease, nil
}

// Release implements Leases.
func (s *Single) Release(_ context.Context, l Lease) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h, ok := s.held[l.Shop]; ok && h.lease.Epoch == l.Epoch {
		delete(s.held, l.Shop)
		close(h.lost)
	}
	return nil
}

var _ Leases = (*Single)(nil)
