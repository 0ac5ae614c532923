package signalstore

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/signalstore/kv"
)

// commit ends a unit: it applies it with everything that waits, or lets it wait when none of it is urgent. ErrConflict
// means that something the unit has read and wants to write has changed; then nothing has happened.
func (d *Device) commit(ctx context.Context, u *unit) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.writes) == 0 && len(u.drops) == 0 && len(u.after) == 0 {
		return nil
	}
	urgent := u.urgent()
	if urgent && d.Paired() {
		return d.apply(ctx, u)
	}
	full, err := d.wait(u)
	if err == nil && (full || urgent && d.Paired()) { // it may have been paired meanwhile
		err = d.Flush(ctx)
	}
	return err
}

func (u *unit) urgent() bool {
	for _, w := range u.writes {
		if w.urgent {
			return true
		}
	}
	return len(u.drops) > 0
}

// changed reports whether something that u has read and writes is known to have changed, is being changed, or is held by
// somebody else. What is unknown here is left to the back end's comparison. The caller holds mu.
func (d *Device) changed(u *unit) bool {
	if d.options.UnsafeNoCompare {
		return false
	}
	for ref := range u.writes {
		read, ok := u.reads[ref]
		if !ok {
			continue
		}
		if _, busy := d.inflight[ref]; busy || d.heldAgainst(u, ref) {
			return true
		}
		if now, known := d.known(ref); known && now.version != read.version {
			return true
		}
	}
	return false
}

// apply stores the unit together with everything that waits.
func (d *Device) apply(ctx context.Context, u *unit) error {
	if err := ctx.Err(); err != nil {
		return &Error{Key: d.key, Op: "write", Err: err}
	}
	d.io.Lock()
	defer d.io.Unlock()
	return d.applyExclusive(ctx, u, false)
}

// applyExclusive is apply for a caller who holds io. With reset the unit takes the place of all that was stored.
func (d *Device) applyExclusive(ctx context.Context, u *unit, reset bool) error {
	b, err := d.begin(u, reset)
	if err != nil {
		return err
	}
	ctx, cancel := d.uninterrupted(ctx)
	defer cancel()
	if err := d.deliver(ctx, b.apply); err != nil {
		return d.applyFailed(b, err)
	}
	for _, tell := range d.settle(u, b) {
		tell()
	}
	return nil
}

// batch is an apply on its way: what it writes, opened, and which waiting values it takes along.
type batch struct {
	apply kv.Apply
	sent  map[kv.Ref]ride
	seq   uint64 // waiting values numbered up to this are in the batch or replaced by it
}

// begin builds the apply and marks its values as being on their way.
func (d *Device) begin(u *unit, reset bool) (*batch, error) {
	d.mu.Lock()
	err := d.err
	if err == nil && d.changed(u) {
		err = kv.ErrConflict
	}
	if err != nil {
		d.mu.Unlock()
		return nil, err
	}
	b := d.collect(u, reset)
	err = d.sealInto(b)
	if err == nil {
		d.inflight = b.sent
	}
	d.mu.Unlock()
	if err != nil {
		return nil, d.fail("seal", err)
	}
	return b, nil
}

func (d *Device) collect(u *unit, reset bool) *batch {
	b := &batch{sent: make(map[kv.Ref]ride, len(u.writes)+len(d.riding)), seq: d.rideSeq}
	b.apply = kv.Apply{Epoch: d.epoch, Rev: d.rev, Next: d.rev + 1, Reset: reset, Drops: u.drops}
	if u.soft {
		b.apply.Lost = func(err error) { _ = d.fail("write", err) } // nobody waits for it any more
	}
	for ref, r := range d.riding {
		if !kv.InAny(u.drops, ref) {
			b.sent[ref] = r
		}
	}
	for ref, w := range u.writes {
		b.sent[ref] = w
		read, ok := u.reads[ref]
		if ok && !read.riding() && !reset && !d.options.UnsafeNoCompare {
			b.apply.Compare = append(b.apply.Compare, kv.Compare{Ref: ref, Version: read.version})
		}
	}
	return b
}

func (d *Device) sealInto(b *batch) error {
	b.apply.Writes = make([]kv.Write, 0, len(b.sent)+1)
	if d.dataKey != nil {
		b.apply.Writes = append(b.apply.Writes, kv.Write{Ref: refDataKey, Data: d.dataKey})
	}
	for ref, r := range b.sent {
		w := kv.Write{Ref: ref, IfAbsent: r.ifAbsent}
		if r.data != nil {
			var err error
			if w.Data, err = d.seal.Seal(ref, r.data); err != nil {
				return fmt.Errorf("seal %s: %w", ref.Kind, err)
			}
		}
		b.apply.Writes = append(b.apply.Writes, w)
	}
	return nil
}

// applyFailed takes the marks off again. After a conflict the compared values are forgotten, so that the next attempt
// reads them; anything else breaks the device, because the apply may or may not have happened.
func (d *Device) applyFailed(b *batch, err error) error {
	conflict := errors.Is(err, kv.ErrConflict)
	if !conflict && d.options.MayLose > 0 {
		d.unsure = &b.apply
	}
	d.mu.Lock()
	d.inflight = nil
	if conflict {
		for _, c := range b.apply.Compare {
			d.cache.forget(c.Ref)
		}
	}
	d.mu.Unlock()
	if conflict {
		return kv.ErrConflict
	}
	return d.fail("write", err)
}

// settle makes memory agree with what has been applied and returns who is to be told.
func (d *Device) settle(u *unit, b *batch) []func() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inflight, d.dataKey = nil, nil
	d.rev, d.paired = b.apply.Next, true
	if d.options.MayLose > 0 {
		d.recent.keep(b.apply, d.now(), d.options.MayLose)
	}
	for ref, r := range d.riding {
		if r.seq() <= b.seq {
			d.unride(ref)
		}
	}
	for _, r := range b.apply.Drops {
		d.cache.forgetRange(r)
	}
	for ref, r := range b.sent {
		if r.ifAbsent {
			d.cache.forget(ref) // which of two values has won is for the next read to tell
			continue
		}
		it := item{data: r.data}
		if r.data != nil {
			it.version = b.apply.Next
		}
		d.cache.put(ref, it)
		d.renew(ref)
		u.settled(ref, it)
	}
	return u.stored()
}

// settled turns a write of the unit into something it has read, so that a unit can go on after an apply.
func (u *unit) settled(ref kv.Ref, it item) {
	if _, own := u.writes[ref]; own {
		u.reads[ref] = it
	}
}

// stored runs what had to wait for this and returns who is to be told.
func (u *unit) stored() []func() {
	for _, fn := range u.after {
		fn()
	}
	tell := u.notify
	clear(u.writes)
	u.drops, u.after, u.notify = nil, nil, nil
	return tell
}
