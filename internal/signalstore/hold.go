package signalstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"recado/internal/signalstore/kv"
)

// hold reserves a value from its read to its write. Two kinds of callers need one. Those without a unit cannot repeat:
// whatsmeow's answers to retry requests and its messages to the own phone come without a context of ours, and a conflict
// would lose them. And a unit that has met a conflict takes holds in its next attempt, or a fast writer could starve a
// slow one: a decryption takes three times as long as an encryption.
//
// A caller who never writes (its encryption failed in between) loses the hold after holdTime. If it writes after that,
// the write is still compared with the version that was read; so is every other, and holds decide only who repeats.
type hold struct {
	version uint64
	until   time.Time
	free    chan struct{} // closed when the hold ends early
}

// holdTime is a thousand times what an encryption takes.
const holdTime = time.Second

// reserve waits until nobody holds ref and holds it.
func (d *Device) reserve(ctx context.Context, ref kv.Ref) (*hold, error) {
	for {
		d.mu.Lock()
		if d.err != nil {
			defer d.mu.Unlock()
			return nil, d.err
		}
		other := d.holds[ref]
		if !other.live() {
			h := &hold{until: time.Now().Add(holdTime), free: make(chan struct{})}
			if d.holds == nil {
				d.holds = make(map[kv.Ref]*hold)
			}
			d.holds[ref] = h
			d.mu.Unlock()
			return h, nil
		}
		d.mu.Unlock()
		if err := other.wait(ctx); err != nil {
			return nil, &Error{Key: d.key, Op: "wait", Err: err}
		}
	}
}

// reserveAll adds holds on refs to held, in an order that all callers share; it leaves out those that are in held.
func (d *Device) reserveAll(ctx context.Context, held map[kv.Ref]*hold, refs []kv.Ref) error {
	refs = slices.Clone(refs)
	slices.SortFunc(refs, func(a, b kv.Ref) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Field, b.Field))
	})
	for _, ref := range refs {
		if held[ref] != nil {
			continue
		}
		h, err := d.reserve(ctx, ref)
		if err != nil {
			return err
		}
		held[ref] = h
	}
	return nil
}

// unheld waits until nobody but u holds any of refs.
func (d *Device) unheld(ctx context.Context, u *unit, refs []kv.Ref) error {
	for _, ref := range refs {
		for {
			d.mu.Lock()
			h := d.holds[ref]
			d.mu.Unlock()
			if !h.live() || u.holds[ref] == h {
				break
			}
			if err := h.wait(ctx); err != nil {
				return u.failed(&Error{Key: d.key, Op: "wait", Err: err})
			}
		}
	}
	return nil
}

// holdOf returns the hold on ref, also one that has run out.
func (d *Device) holdOf(ref kv.Ref) *hold {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.holds[ref]
}

func (d *Device) releaseAll(held map[kv.Ref]*hold) {
	for ref, h := range held {
		d.release(ref, h)
	}
}

// release ends a hold.
func (d *Device) release(ref kv.Ref, h *hold) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.holds[ref] == h {
		delete(d.holds, ref)
	}
	select {
	case <-h.free:
	default:
		close(h.free)
	}
}

// heldAgainst reports whether somebody else than u holds ref. The caller holds mu.
func (d *Device) heldAgainst(u *unit, ref kv.Ref) bool {
	h := d.holds[ref]
	return h.live() && u.holds[ref] != h
}

func (h *hold) live() bool { return h != nil && time.Now().Before(h.until) }

func (h *hold) wait(ctx context.Context) error {
	timer := time.NewTimer(time.Until(h.until))
	defer timer.Stop()
	select {
	case <-h.free:
		return nil
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
