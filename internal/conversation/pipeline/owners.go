package pipeline

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"recado/internal/cluster"
	"recado/internal/tenant"
)

// owners is the shops of this node and everything that is under way for them.
type owners struct {
	log  *slog.Logger
	pool *goroutinePool

	mu      sync.Mutex                        // also of every ownedShop and activeConversation
	withCtx func(f func(ctx context.Context)) // runs f with the context of work under way; nil unless Service.Run runs
	work    sync.WaitGroup
	shops   map[tenant.ShopID]*ownedShop
}

// of returns the shop, or nil when this node does not own it.
func (o *owners) of(id tenant.ShopID) *ownedShop {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.shops[id]
}

// spawn starts f unless the service or the shop is stopping. The caller holds o.mu.
func (o *owners) spawn(sh *ownedShop, f func(ctx context.Context)) bool {
	if o.withCtx == nil || sh.closed {
		return false
	}
	withCtx := o.withCtx
	o.work.Add(1)
	sh.work.Add(1)
	o.pool.run(func() {
		defer o.work.Done()
		defer sh.work.Done()
		withCtx(f)
	})
	return true
}

// stopping reports whether no further work may be taken up. The caller holds o.mu.
func (o *owners) stopping(sh *ownedShop) bool { return o.withCtx == nil || sh.closed }

// add makes the lease's shop owned; nil when it is already, under the same epoch.
// The caller holds o.mu.
func (o *owners) add(l cluster.Lease) *ownedShop {
	sh, old := newOwnedShop(l), o.shops[l.Shop]
	if old != nil {
		if old.lease.Epoch == l.Epoch {
			return nil
		}
		old.close()
		sh.up = old.up
	}
	o.shops[l.Shop] = sh
	return sh
}

// remove closes the shop and returns it, or nil when it is not owned.
func (o *owners) remove(id tenant.ShopID) *ownedShop {
	o.mu.Lock()
	defer o.mu.Unlock()
	sh := o.shops[id]
	if sh != nil {
		delete(o.shops, id)
		sh.close()
	}
	return sh
}

// drop closes a shop that a newer owner has.
func (o *owners) drop(sh *ownedShop) {
	o.log.Warn("another node owns the shop", "shop", sh.id, "epoch", sh.lease.Epoch)
	o.mu.Lock()
	defer o.mu.Unlock()
	sh.close()
	if o.shops[sh.id] == sh {
		delete(o.shops, sh.id)
	}
}

// start lets work begin with the given contexts; stop ends it.
func (o *owners) start(withCtx func(f func(ctx context.Context)), each func(*ownedShop)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.withCtx = withCtx
	for _, sh := range o.shops {
		each(sh)
	}
}

// stop takes up no further work and returns when nothing is under way.
func (o *owners) stop() {
	o.mu.Lock()
	o.withCtx = nil
	for _, sh := range o.shops {
		sh.close()
	}
	o.mu.Unlock()
	o.work.Wait()
	o.pool.stop()
}

// goroutinePool runs functions side by side, on goroutines that wait for the next
// one. Decrypting, storing and sending need deep stacks; a plain go statement
// would grow one again for every message (ADR 13).
type goroutinePool struct {
	next chan func()
	done chan struct{}
	idle atomic.Int32
	all  sync.WaitGroup
}

// maxIdle is how many goroutines wait; each keeps its stack, some ten kilobytes.
const maxIdle = 16

func newGoroutinePool() *goroutinePool {
	return &goroutinePool{next: make(chan func()), done: make(chan struct{})}
}

// run runs f at once. It must not be called during stop, or after.
func (p *goroutinePool) run(f func()) {
	select {
	case p.next <- f:
	default:
		p.all.Go(func() { p.work(f) })
	}
}

func (p *goroutinePool) work(f func()) {
	for {
		f()
		if p.idle.Add(1) > maxIdle {
			p.idle.Add(-1)
			return
		}
		select {
		case f = <-p.next:
			p.idle.Add(-1)
		case <-p.done:
			return
		}
	}
}

// stop returns when nothing runs any more.
func (p *goroutinePool) stop() {
	close(p.done)
	p.all.Wait()
}
