package channel

import (
	"context"
	"fmt"
	"sync"

	"recado/internal/cluster"
	"recado/internal/tenant"
)

// leaseRefs holds this node's leases: one for each shop, however many of the
// shop's channels live under it. The last reference releases the lease.
type leaseRefs struct {
	leases cluster.Leases
	host   Host

	transitions keyedMutex[tenant.ShopID] // one acquire or release at a time per shop

	mu   sync.Mutex
	refs map[tenant.ShopID]leaseRef
}

type leaseRef struct {
	lease cluster.Lease
	count int
}

// acquire returns the shop's lease with one more reference. cluster.ErrOwned says
// that another node has it.
func (r *leaseRefs) acquire(ctx context.Context, shop tenant.ShopID) (cluster.Lease, error) {
	defer r.transitions.lock(shop)()
	ref, ok := r.get(shop)
	if !ok {
		lease, err := r.leases.Acquire(ctx, shop)
		if err != nil {
			return cluster.Lease{}, fmt.Errorf("acquire lease of %s: %w", shop, err)
		}
		ref.lease = lease
		r.host.Own(lease)
	}
	ref.count++
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refs[shop] = ref
	return ref.lease, nil
}

// release drops one reference. The session that held it must be closed: after the
// last one another node may write at once.
func (r *leaseRefs) release(ctx context.Context, shop tenant.ShopID) error {
	defer r.transitions.lock(shop)()
	ref, _ := r.get(shop)
	ref.count--
	r.mu.Lock()
	if ref.count > 0 {
		r.refs[shop] = ref
	} else {
		delete(r.refs, shop)
	}
	r.mu.Unlock()
	if ref.count > 0 {
		return nil
	}
	r.host.Disown(shop)
	if err := r.leases.Release(ctx, ref.lease); err != nil {
		return fmt.Errorf("release lease of %s: %w", shop, err)
	}
	return nil
}

func (r *leaseRefs) get(shop tenant.ShopID) (ref leaseRef, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ref, ok = r.refs[shop]
	return ref, ok
}
