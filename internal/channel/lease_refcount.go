package channel

import (
	"context"
	"fmt"

	"recado/internal/cluster"
	"recado/internal/tenant"
)

// tenure is this node's ownership of one shop: one lease for all its links.
type tenure struct {
	lease cluster.Lease
	links int
}

// join acquires the shop's lease for one more link.
func (m *Manager) join(ctx context.Context, shop tenant.ShopID) (cluster.Lease, error) {
	defer m.shops.lock(shop)()
	m.mu.Lock()
	t, ok := m.tenures[shop]
	m.mu.Unlock()
	if !ok {
		lease, err := m.leases.Acquire(ctx, shop)
		if err != nil {
			return cluster.Lease{}, fmt.Errorf("acquire lease of %s: %w", shop, err)
		}
		t.lease = lease
		m.host.Own(lease)
	}
	t.links++
	m.mu.Lock()
	m.tenures[shop] = t
	m.mu.Unlock()
	return t.lease, nil
}

// leave gives the lease back with the shop's last link. The link's session is
// closed by then: nothing of ours writes under the lease any more.
func (m *Manager) leave(ctx context.Context, shop tenant.ShopID) error {
	defer m.shops.lock(shop)()
	m.mu.Lock()
	t := m.tenures[shop]
	t.links--
	if t.links > 0 {
		m.tenures[shop] = t
	} else {
		delete(m.tenures, shop)
	}
	m.mu.Unlock()
	if t.links > 0 {
		return nil
	}
	m.host.Disown(shop)
	if err := m.leases.Release(ctx, t.lease); err != nil {
		return fmt.Errorf("release lease of %s: %w", shop, err)
	}
	return nil
}

// owns reports whether this node has the shop.
func (m *Manager) owns(shop tenant.ShopID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.tenures[shop]
	return ok
}
