package pipeline

import (
	"context"
	"errors"
	"slices"
	"sync"

	"recado/internal/conversation"
	"recado/internal/tenant"
)

// outcomeBatcher stores outcomes of sent messages in batches. After a crash
// before a batch is stored its messages are sent again under the same ids, so
// there is no hurry.
type outcomeBatcher struct {
	o         *Options
	owners    *owners
	relays    *relayBatcher
	publisher publisher
	poke      func()

	mu      sync.Mutex
	pending map[tenant.ShopID]*outcomeBatch
	count   int
}

// outcomeBatch is the outcomes of one ownership of a shop.
type outcomeBatch struct {
	sh       *ownedShop
	outcomes []conversation.Outcome
	items    []conversation.OutboxItem // of the outcomes, one each
}

// maxOutcomes is the number of outcomes that does not wait for more.
const maxOutcomes = 64

func newOutcomeBatcher(o *Options, owners *owners, relays *relayBatcher, p publisher, poke func()) *outcomeBatcher {
	return &outcomeBatcher{o: o, owners: owners, relays: relays, publisher: p, poke: poke, pending: make(map[tenant.ShopID]*outcomeBatch)}
}

func (t *outcomeBatcher) add(sh *ownedShop, item conversation.OutboxItem, outcome conversation.Outcome) {
	t.mu.Lock()
	b := t.pending[sh.id]
	if b != nil && b.sh != sh && b.sh.lease.Epoch > sh.lease.Epoch {
		t.mu.Unlock()
		return // stale: the newer ownership has sent it, too
	}
	if b == nil || b.sh != sh {
		t.remove(b)
		b = &outcomeBatch{sh: sh}
		t.pending[sh.id] = b
	}
	b.outcomes, b.items = append(b.outcomes, outcome), append(b.items, item)
	t.count++
	first, full := t.count == 1, t.count >= maxOutcomes
	t.mu.Unlock()
	if first || full {
		t.poke()
	}
}

// discard drops outcomes that need not be stored: a receipt said more, and is stored.
func (t *outcomeBatcher) discard(id tenant.ShopID, messages []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.pending[id]
	if b == nil {
		return
	}
	for i, outcome := range slices.Backward(b.outcomes) {
		if slices.Contains(messages, outcome.MessageID) {
			b.outcomes, b.items = slices.Delete(b.outcomes, i, i+1), slices.Delete(b.items, i, i+1)
			t.count--
		}
	}
}

func (t *outcomeBatcher) waiting() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.count
}

// flush stores what waits for one shop.
func (t *outcomeBatcher) flush(ctx context.Context, id tenant.ShopID) {
	t.mu.Lock()
	b := t.pending[id]
	t.remove(b)
	t.mu.Unlock()
	t.store(ctx, b)
}

// flushAll stores everything that waits; false when something still does. The
// shops go side by side, so that they share the store's group commit.
func (t *outcomeBatcher) flushAll(ctx context.Context) bool {
	t.mu.Lock()
	all := make([]*outcomeBatch, 0, len(t.pending))
	for _, b := range t.pending {
		all = append(all, b)
		t.remove(b)
	}
	t.mu.Unlock()
	if len(all) == 1 {
		return t.store(ctx, all[0])
	}
	var wg sync.WaitGroup
	stored := make([]bool, len(all))
	for i, b := range all {
		wg.Go(func() { stored[i] = t.store(ctx, b) })
	}
	wg.Wait()
	return !slices.Contains(stored, false)
}

// remove takes b from what waits. The caller holds t.mu.
func (t *outcomeBatcher) remove(b *outcomeBatch) {
	if b != nil {
		t.count -= len(b.outcomes)
		delete(t.pending, b.sh.id)
	}
}

// store stores b and publishes it, or puts it back and returns false.
func (t *outcomeBatcher) store(ctx context.Context, b *outcomeBatch) bool {
	if b == nil || len(b.outcomes) == 0 {
		return true
	}
	err := t.relays.flush(ctx, b.sh.id)
	if err == nil {
		err = t.o.Store.Settle(ctx, b.sh.lease, b.outcomes)
	}
	if errors.Is(err, conversation.ErrStale) {
		t.owners.drop(b.sh)
		return true // the next owner sends them again, under the same ids
	}
	if err != nil {
		t.o.Log.Error("settle outbox", "shop", b.sh.id, "outcomes", len(b.outcomes), "err", err)
		t.putBack(b)
		return false
	}
	if t.o.Crash(CrashSettled) != nil {
		return true
	}
	for i, item := range b.items {
		t.publisher.message(ctx, b.sh.id, item.Message(b.outcomes[i].Status, b.outcomes[i].Code))
	}
	return true
}

func (t *outcomeBatcher) putBack(b *outcomeBatch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	newer := t.pending[b.sh.id]
	if newer != nil && newer.sh != b.sh {
		return
	}
	t.count += len(b.outcomes)
	if newer != nil {
		b.outcomes, b.items = append(b.outcomes, newer.outcomes...), append(b.items, newer.items...)
	}
	t.pending[b.sh.id] = b
}
