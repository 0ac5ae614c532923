package pipeline

import (
	"context"
	"errors"
	"slices"
	"sync"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// receiptBatcher stores delivery receipts in batches. There are as many as
// messages; stored one by one they would double the writing. A kill loses those
// of the last moments: a tick stays single, nothing else.
type receiptBatcher struct {
	o         *Options
	relays    *relayBatcher
	outcomes  *outcomeBatcher
	publisher publisher
	poke      func()

	mu      sync.Mutex
	pending []message.Update
}

const (
	maxReceipts = 10_000 // that wait for a store that fails; the oldest are dropped
	maxIDs      = 64     // of one update
)

// add takes u, joined with an update that waits of the same channel and status.
func (t *receiptBatcher) add(u message.Update) {
	t.mu.Lock()
	i := slices.IndexFunc(t.pending, func(p message.Update) bool {
		return p.Shop == u.Shop && p.Channel == u.Channel && p.Status == u.Status && len(p.IDs) < maxIDs
	})
	if i >= 0 {
		t.pending[i].IDs = append(slices.Clip(t.pending[i].IDs), u.IDs...)
	} else {
		t.pending = append(t.pending, u)
	}
	t.dropOldest()
	t.mu.Unlock()
	t.poke()
}

// dropOldest bounds what waits. The caller holds t.mu.
func (t *receiptBatcher) dropOldest() {
	if over := len(t.pending) - maxReceipts; over > 0 {
		t.pending = slices.Delete(t.pending, 0, over)
	}
}

func (t *receiptBatcher) waiting() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.pending) > 0
}

// flush stores what waits; false when some of it has to be tried again. A shop
// whose receipts cannot be stored does not delay the others.
func (t *receiptBatcher) flush(ctx context.Context) bool {
	t.mu.Lock()
	batch := t.pending
	t.pending = nil
	t.mu.Unlock()
	var left []message.Update
	failed := make(map[tenant.ShopID]bool)
	for _, u := range batch {
		if failed[u.Shop] {
			left = append(left, u)
			continue
		}
		changed, err := t.store(ctx, u)
		if err != nil {
			t.o.Log.Error("store receipts", "shop", u.Shop, "status", u.Status, "err", err)
			if !errors.Is(err, message.ErrContent) { // which no later attempt could store
				failed[u.Shop], left = true, append(left, u)
			}
			continue
		}
		t.outcomes.discard(u.Shop, u.IDs)
		for _, m := range changed {
			t.publisher.message(ctx, u.Shop, m)
		}
	}
	t.mu.Lock()
	t.pending = append(left, t.pending...)
	t.dropOldest()
	t.mu.Unlock()
	return len(left) == 0
}

func (t *receiptBatcher) store(ctx context.Context, u message.Update) ([]conversation.Message, error) {
	if err := t.relays.flush(ctx, u.Shop); err != nil {
		return nil, err
	}
	return t.o.Store.Update(ctx, u)
}
