// Package cluster says which node serves a shop. A shop's channels,
// conversations, outbox and timers are worked on by one node only; what that
// node writes carries the epoch of its lease, and stores refuse an older one.
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

// Lease is the right to serve a shop. It is lost when Lost is closed; whoever
// holds it must then stop at once and write nothing more.
type Lease struct {
	Shop  tenant.ShopID
	Node  string
	Epoch Epoch
	Lost  <-chan struct{}

	// Watch is the owner's own clock. A process that stalled is not sure of its
	// leases any more, before anybody could close Lost; nil is always sure.
	Watch Watch

	// NotBefore is when the owner may connect the shop for the first time, after
	// an earlier owner did so a moment ago; zero is at once.
	NotBefore time.Time
}

// Watch tells whether a node's leases hold by its own clock.
type Watch interface{ Sure() bool }

// Holds reports whether the lease is neither lost nor about to be.
func (l Lease) Holds() bool {
	select {
	case <-l.Lost:
		return false
	default:
		return l.Watch == nil || l.Watch.Sure()
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

// Spacer is what Leases of many nodes also are: two owners of one shop do not
// connect it within seconds of each other, which WhatsApp would take for a fault.
type Spacer interface {
	// Connecting notes that the owner is about to connect the shop. ErrOwned
	// says that it is not the owner any more and must not.
	Connecting(ctx context.Context, l Lease) error
}

// Epochs is the memory of epochs: NextEpoch returns max(last+1, atLeast) and
// has stored it.
type Epochs interface {
	NextEpoch(ctx context.Context, shop tenant.ShopID, atLeast Epoch) (Epoch, error)
}

// Single is the Leases of a program that runs alone on its store.
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

// NewSingle returns a Single that names itself node.
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
