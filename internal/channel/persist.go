package channel

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"recado/internal/bus"
)

// recorder makes a channel's transition known: in the record store, in the live
// states and on the bus. A store that fails must not hide the transition, so it is
// shown and published anyway, and stored later by retryUnstored.
type recorder struct {
	store      Store
	liveStates LiveStates
	bus        bus.Bus
	log        *slog.Logger

	mu       sync.Mutex
	unstored map[Key]State // the store refused these so far
	failed   chan struct{} // signals an addition to unstored
}

// recordWait is how long the store may delay a transition, and after it the live
// states and the bus together.
const recordWait = 3 * time.Second

// record makes the transition from old to next known.
func (r *recorder) record(ctx context.Context, old, next State) {
	ctx = context.WithoutCancel(ctx)
	if next.Channel != old.Channel {
		r.persist(ctx, next)
	}
	ctx, cancel := context.WithTimeout(ctx, recordWait)
	defer cancel()
	if err := r.liveStates.Put(ctx, next); err != nil {
		r.log.Error("show channel state", "shop", next.Shop, "type", next.Type, "err", err)
	}
	if err := next.announce(ctx, r.bus, old); err != nil {
		r.log.Error("announce channel state", "shop", next.Shop, "type", next.Type, "err", err)
	}
}

func (r *recorder) persist(ctx context.Context, s State) {
	ctx, cancel := context.WithTimeout(ctx, recordWait)
	defer cancel()
	err := r.store.PutChannel(ctx, s.Channel)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		delete(r.unstored, s.Key())
		return
	}
	r.log.Error("store channel", "shop", s.Shop, "type", s.Type, "err", err)
	r.unstored[s.Key()] = s
	select {
	case r.failed <- struct{}{}:
	default:
	}
}

// retryUnstored stores the states that the store refused at first, until ctx ends.
func (r *recorder) retryUnstored(ctx context.Context) {
	const pause = time.Second
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.failed:
		}
		timer.Reset(pause)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		r.mu.Lock()
		unstored := maps.Clone(r.unstored)
		r.mu.Unlock()
		for _, s := range unstored {
			if !r.dropSuperseded(ctx, s) {
				r.persist(ctx, s)
			}
		}
	}
}

// dropSuperseded forgets the unstored s when the store has a newer state of the
// channel, which is the next owner's: a late write must not replace it.
func (r *recorder) dropSuperseded(ctx context.Context, s State) bool {
	ctx, cancel := context.WithTimeout(ctx, recordWait)
	defer cancel()
	c, err := r.store.Channel(ctx, s.Key())
	if err != nil || !c.UpdatedAt.After(s.UpdatedAt) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.unstored[s.Key()].UpdatedAt.Equal(s.UpdatedAt) {
		delete(r.unstored, s.Key())
	}
	return true
}

// replaced reports whether the store has a state of the channel that is neither s,
// the last one recorded here, nor older: another node has stored it.
func (r *recorder) replaced(ctx context.Context, s State) bool {
	ctx, cancel := context.WithTimeout(ctx, recordWait)
	defer cancel()
	c, err := r.store.Channel(ctx, s.Key())
	if err != nil { // then no other node could store one either
		return false
	}
	r.mu.Lock()
	_, unstored := r.unstored[s.Key()]
	r.mu.Unlock()
	return !unstored && !c.UpdatedAt.Truncate(time.Millisecond).Equal(s.UpdatedAt.Truncate(time.Millisecond))
}
