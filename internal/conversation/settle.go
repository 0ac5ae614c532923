package conversation

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"recado/internal/tenant"
)

// settler stores outcomes in batches: a crash before a batch is stored means
// that its messages are sent again under the same ids, so there is no hurry. At the
// same moments it has commits relayed and receipts stored, in that order: what a
// phone has told already need not be settled any more.
type settler struct {
	s    *Service
	wake chan struct{}

	mu      sync.Mutex
	pending map[tenant.ShopID]*settlement
	count   int
}

// settlement is what waits to be stored for one ownership of a shop.
type settlement struct {
	sh       *shop
	outcomes []Outcome
	items    []OutboxItem
}

// maxSettle is the number of outcomes that does not wait for more.
const maxSettle = 64

func (t *settler) init(s *Service) {
	t.s, t.wake, t.pending = s, make(chan struct{}, 1), make(map[tenant.ShopID]*settlement)
}

func (t *settler) add(sh *shop, item OutboxItem, o Outcome) {
	t.mu.Lock()
	p := t.pending[sh.id]
	if p != nil && p.sh != sh && p.sh.lease.Epoch > sh.lease.Epoch {
		t.mu.Unlock()
		return // stale: the newer ownership has sent it, too
	}
	if p == nil || p.sh != sh {
		t.take(p)
		p = &settlement{sh: sh}
		t.pending[sh.id] = p
	}
	p.outcomes, p.items = append(p.outcomes, o), append(p.items, item)
	t.count++
	first, full := t.count == 1, t.count >= maxSettle
	t.mu.Unlock()
	if first || full {
		t.poke()
	}
}

// poke says that something waits.
func (t *settler) poke() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// known drops what need not be settled any more: it was delivered, and stored so.
func (t *settler) known(id tenant.ShopID, messages []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.pending[id]
	if p == nil {
		return
	}
	for i, o := range slices.Backward(p.outcomes) {
		if slices.Contains(messages, o.MessageID) {
			p.outcomes, p.items = slices.Delete(p.outcomes, i, i+1), slices.Delete(p.items, i, i+1)
			t.count--
		}
	}
}

// run stores batches until ctx ends, and then what is left, until storing ends.
func (t *settler) run(ctx, storing context.Context) {
	timer := time.NewTimer(t.s.o.Linger)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			t.everything(storing)
			return
		case <-t.wake:
		}
		pause := t.s.o.Linger
		for t.some() {
			t.linger(ctx, timer, pause)
			if pause = t.s.o.Linger; !t.everything(storing) {
				pause = t.s.o.RetryBase
			}
			if ctx.Err() != nil {
				break
			}
		}
	}
}

func (t *settler) some() bool {
	t.mu.Lock()
	some := t.count > 0
	t.mu.Unlock()
	return some || t.s.relays.some() || t.s.ticks.some()
}

// everything stores what waits, of whatever kind; false when something still does.
func (t *settler) everything(ctx context.Context) bool {
	relayed := t.s.relays.flushAll(ctx)
	ticked := t.s.ticks.flush(ctx)
	return t.flushAll(ctx) && relayed && ticked
}

// linger waits for more outcomes, unless there are plenty.
func (t *settler) linger(ctx context.Context, timer *time.Timer, d time.Duration) {
	timer.Reset(d)
	for {
		select {
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		case <-t.wake:
			t.mu.Lock()
			full := t.count >= maxSettle
			t.mu.Unlock()
			if full && d == t.s.o.Linger {
				return
			}
		}
	}
}

// flush stores what waits for one shop.
func (t *settler) flush(id tenant.ShopID) {
	ctx, cancel := context.WithTimeout(context.Background(), t.s.o.Grace)
	defer cancel()
	if err := t.s.relays.flush(ctx, id); err != nil { // the next owner does it
		t.s.o.Log.Error("relay commits", "shop", id, "err", err)
	}
	t.mu.Lock()
	p := t.pending[id]
	t.take(p)
	t.mu.Unlock()
	t.store(ctx, p)
}

// flushAll stores everything that waits; false when something still does. The
// shops go side by side, so that they share the store's group commit.
func (t *settler) flushAll(ctx context.Context) bool {
	t.mu.Lock()
	all := make([]*settlement, 0, len(t.pending))
	for _, p := range t.pending {
		all = append(all, p)
		t.take(p)
	}
	t.mu.Unlock()
	if len(all) == 1 {
		return t.store(ctx, all[0])
	}
	ok := make([]bool, len(all))
	var wg sync.WaitGroup
	for i, p := range all {
		wg.Go(func() { ok[i] = t.store(ctx, p) })
	}
	wg.Wait()
	for _, one := range ok {
		if !one {
			return false
		}
	}
	return true
}

// take removes p from what waits. The caller holds t.mu.
func (t *settler) take(p *settlement) {
	if p != nil {
		t.count -= len(p.outcomes)
		delete(t.pending, p.sh.id)
	}
}

// store stores p and announces it, or puts it back.
func (t *settler) store(ctx context.Context, p *settlement) bool {
	if p == nil || len(p.outcomes) == 0 {
		return true
	}
	err := t.s.relays.flush(ctx, p.sh.id)
	if err == nil {
		err = t.s.o.Store.Settle(ctx, p.sh.lease, p.outcomes)
	}
	if errors.Is(err, ErrStale) {
		t.s.lost(p.sh)
		return true // the next owner sends them again, under the same ids
	}
	if err != nil {
		t.s.o.Log.Error("settle outbox", "shop", p.sh.id, "outcomes", len(p.outcomes), "err", err)
		t.putBack(p)
		return false
	}
	if t.s.o.Crash(CrashSettled) != nil {
		return true
	}
	for i, item := range p.items {
		o := p.outcomes[i]
		t.s.publish(ctx, p.sh.id, EventMessage, item.message(o.Status, o.Code).Event())
	}
	return true
}

func (t *settler) putBack(p *settlement) {
	t.mu.Lock()
	defer t.mu.Unlock()
	newer := t.pending[p.sh.id]
	if newer != nil && newer.sh != p.sh {
		return
	}
	t.count += len(p.outcomes)
	if newer != nil {
		p.outcomes, p.items = append(p.outcomes, newer.outcomes...), append(p.items, newer.items...)
	}
	t.pending[p.sh.id] = p
}
