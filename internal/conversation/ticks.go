package conversation

import (
	"context"
	"errors"
	"slices"
	"sync"

	"recado/internal/message"
	"recado/internal/tenant"
)

// ticks stores in batches what phones tell of our messages. Receipts are as
// many as messages; stored one by one they would double the writing. A kill
// loses those of the last moments: a tick that stays single, and nothing else.
type ticks struct {
	s *Service

	mu      sync.Mutex
	pending []message.Update
}

// maxTicks bounds what waits for a store that fails; the oldest go.
const maxTicks = 10_000

func (t *ticks) init(s *Service) { t.s = s }

// add takes u, joined with what waits of the same channel and status.
func (t *ticks) add(u message.Update) {
	t.mu.Lock()
	i := slices.IndexFunc(t.pending, func(p message.Update) bool {
		return p.Shop == u.Shop && p.Channel == u.Channel && p.Status == u.Status && len(p.IDs) < maxSettle
	})
	if i >= 0 {
		t.pending[i].IDs = append(slices.Clip(t.pending[i].IDs), u.IDs...)
	} else {
		t.pending = append(t.pending, u)
	}
	t.trim()
	t.mu.Unlock()
	t.s.settler.poke()
}

// trim lets the oldest go. The caller holds t.mu.
func (t *ticks) trim() {
	if over := len(t.pending) - maxTicks; over > 0 {
		t.pending = slices.Delete(t.pending, 0, over)
	}
}

func (t *ticks) some() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.pending) > 0
}

// flush stores what waits; false when some of it has to be tried again. A shop
// whose receipts cannot be stored does not hold up the others.
func (t *ticks) flush(ctx context.Context) bool {
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
			t.s.o.Log.Error("store receipts", "shop", u.Shop, "status", u.Status, "err", err)
			if !errors.Is(err, message.ErrContent) { // which no later attempt makes right
				failed[u.Shop], left = true, append(left, u)
			}
			continue
		}
		t.s.settler.known(u.Shop, u.IDs)
		for _, m := range changed {
			t.s.publish(ctx, u.Shop, EventMessage, m.Event())
		}
	}
	t.mu.Lock()
	t.pending = append(left, t.pending...)
	t.trim()
	t.mu.Unlock()
	return len(left) == 0
}

func (t *ticks) store(ctx context.Context, u message.Update) ([]Message, error) {
	if err := t.s.relays.flush(ctx, u.Shop); err != nil {
		return nil, err
	}
	return t.s.o.Store.Update(ctx, u)
}
