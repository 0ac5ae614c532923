package pipeline

import (
	"context"
	"time"

	"recado/internal/tenant"
)

// flusher decides when the batches are stored: a moment after the first item,
// at once when there are many. The order is relays, receipts, outcomes: a message
// that a receipt has spoken of needs no outcome any more.
type flusher struct {
	o        *Options
	relays   *relayBatcher
	receipts *receiptBatcher
	outcomes *outcomeBatcher
	wake     chan struct{}
}

// poke says that something waits.
func (f *flusher) poke() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// run stores batches until ctx ends, and then what is left, until storing ends.
func (f *flusher) run(ctx, storing context.Context) {
	timer := time.NewTimer(f.o.OutcomeDelay)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			f.flushAll(storing)
			return
		case <-f.wake:
		}
		delay := f.o.OutcomeDelay
		for f.relays.waiting() || f.receipts.waiting() || f.outcomes.waiting() > 0 {
			f.waitForMore(ctx, timer, delay)
			if delay = f.o.OutcomeDelay; !f.flushAll(storing) {
				delay = f.o.RetryBase
			}
			if ctx.Err() != nil {
				break
			}
		}
	}
}

// flushAll stores everything that waits; false when something still does.
func (f *flusher) flushAll(ctx context.Context) bool {
	relayed := f.relays.flushAll(ctx)
	received := f.receipts.flush(ctx)
	return f.outcomes.flushAll(ctx) && relayed && received
}

// flushShop stores the relays and outcomes of a shop that is given away.
func (f *flusher) flushShop(id tenant.ShopID) {
	ctx, cancel := context.WithTimeout(context.Background(), f.o.Grace)
	defer cancel()
	if err := f.relays.flush(ctx, id); err != nil { // the next owner does it
		f.o.Log.Error("relay commits", "shop", id, "err", err)
	}
	f.outcomes.flush(ctx, id)
}

// waitForMore waits for d, or until there are many outcomes; after a failure for
// all of d.
func (f *flusher) waitForMore(ctx context.Context, timer *time.Timer, d time.Duration) {
	timer.Reset(d)
	for {
		select {
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		case <-f.wake:
			if d == f.o.OutcomeDelay && f.outcomes.waiting() >= maxOutcomes {
				return
			}
		}
	}
}
