package signalstore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"recado/internal/signalstore/kv"
)

type unitMode uint8

const (
	decrypting unitMode = iota // collects everything until its end
	sending                    // collects sessions, identities and sender keys until whatsmeow stores them
)

// unit is a unit of work: what was read, with versions, and what is to be written. It belongs to one goroutine at a
// time, yet whatsmeow may leak its context into others, so it has a mutex of its own. A nil unit has seen nothing.
type unit struct {
	mode    unitMode
	insists bool             // holds what it reads
	soft    bool             // may be lost together with everything that is written later
	holds   map[kv.Ref]*hold // what it holds

	mu         sync.Mutex
	reach      reach
	ended      bool
	conflicted bool
	failure    error
	reads      map[kv.Ref]item
	writes     map[kv.Ref]ride
	drops      []kv.Range
	before     map[kv.Ref][]byte // what the unit has replaced, where somebody wants to know
	after      []func()          // run under the device's mutex when the unit has been applied
	notify     []func()          // run after that without it
}

func newUnit(mode unitMode) *unit {
	return &unit{mode: mode, holds: make(map[kv.Ref]*hold), reads: make(map[kv.Ref]item), writes: make(map[kv.Ref]ride)}
}

// attempts returns fresh units, one for each attempt at the same work; after a conflict they insist.
func (d *Device) attempts(mode unitMode) iter.Seq[*unit] {
	return func(yield func(*unit) bool) {
		for n := range maxAttempts {
			u := newUnit(mode)
			u.insists = n > 0 && !d.options.UnsafeNoCompare
			more := yield(u)
			d.releaseAll(u.holds)
			if !more {
				return
			}
		}
	}
}

type unitKey struct{ *Device } // a context carries at most one unit per device: never one device's unit to another

// withUnit returns a context in which the device's stores take part in u.
func (d *Device) withUnit(ctx context.Context, u *unit) context.Context {
	return context.WithValue(ctx, unitKey{d}, u)
}

// unitOf returns the unit of ctx that collects the ratchet's state, or nil.
func (d *Device) unitOf(ctx context.Context) *unit {
	u, _ := ctx.Value(unitKey{d}).(*unit)
	if u == nil {
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended {
		return nil
	}
	return u
}

// maxAttempts bounds how often a unit is repeated after a conflict. A conflict means that somebody else got ahead, so
// the bound is met by a broken back end only.
const maxAttempts = 100

// atomically runs fn in the decryption's unit that ctx carries, or in one of its own, repeated after conflicts; fn must
// therefore not change anything but what it is given.
func (d *Device) atomically(ctx context.Context, fn func(u *unit) error) error {
	if u := d.unitOf(ctx); u != nil && u.mode == decrypting {
		return fn(u)
	}
	for u := range d.attempts(decrypting) {
		if err := fn(u); err != nil {
			return err
		}
		if err := d.commit(ctx, u); !errors.Is(err, kv.ErrConflict) {
			return err
		}
	}
	return d.fail("write", fmt.Errorf("%w, %d times", kv.ErrConflict, maxAttempts))
}

// SendTxn runs fn, which sends one message through whatsmeow with the context it is given and a fixed message id, so that
// the encryption is one unit of work: the sessions are applied after everything is encrypted and before anything leaves,
// compared with what was read. When a decryption got in between, nothing has left and fn runs again. ErrNotEncrypted
// means that whatsmeow has sent a message that its recipient cannot read.
func (d *Device) SendTxn(ctx context.Context, fn func(ctx context.Context) error) error {
	for u := range d.attempts(sending) {
		err := fn(d.withUnit(ctx, u))
		conflicted := u.end()
		if err == nil {
			return d.leaveBehind(u)
		}
		if !conflicted && !errors.Is(err, kv.ErrConflict) {
			return err
		}
		if d.Err() != nil || ctx.Err() != nil {
			return err
		}
	}
	return d.fail("send", fmt.Errorf("%w, %d times", kv.ErrConflict, maxAttempts))
}

// leaveBehind keeps what a successful send has not stored itself: the identity of a device whose session it did not use.
// A conflict is no failure here, the message has left and somebody knows better. It fails with ErrNotEncrypted when the
// message has left for nobody.
func (d *Device) leaveBehind(u *unit) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, err := d.wait(u); err != nil && !errors.Is(err, kv.ErrConflict) {
		return err
	}
	return u.reach.check(d.whatsmeow.GetJID().SignalAddressUser(), d.whatsmeow.GetLID().SignalAddressUser())
}

func (u *unit) end() (conflicted bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ended = true
	return u.conflicted
}

// failed notes a failure of the store, because what whatsmeow makes of it is not reliable.
func (u *unit) failed(err error) error {
	if u != nil {
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.failure == nil {
			u.failure = err
		}
	}
	return err
}

func (u *unit) failedWith() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.failure
}

// remember notes what the unit has read first.
func (u *unit) remember(ref kv.Ref, it item) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, written := u.writes[ref]; written {
		return
	}
	if _, read := u.reads[ref]; !read {
		u.reads[ref] = it
	}
}

// lookup returns what the unit has written or read.
func (u *unit) lookup(ref kv.Ref) (item, bool) {
	if u == nil {
		return item{}, false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if w, ok := u.writes[ref]; ok && !w.ifAbsent {
		return w.item, true
	}
	it, ok := u.reads[ref]
	return it, ok
}

// overlay adds the unit's writes in the ranges to found.
func (u *unit) overlay(found map[kv.Ref]item, ranges []kv.Range) {
	if u == nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for ref, w := range u.writes {
		if _, stored := found[ref]; kv.InAny(ranges, ref) && (!w.ifAbsent || !stored) {
			found[ref] = w.item
		}
	}
}

// put writes a value, or deletes it when data is nil.
func (u *unit) put(ref kv.Ref, data []byte) { u.set(ref, ride{item: item{data: data}, urgent: true}) }

// putLater writes a value that may ride with a later apply.
func (u *unit) putLater(ref kv.Ref, data []byte) { u.set(ref, ride{item: item{data: data}}) }

// putOnceLater is putLater unless there is a value already.
func (u *unit) putOnceLater(ref kv.Ref, data []byte) {
	u.set(ref, ride{item: item{data: data}, ifAbsent: true})
}

func (u *unit) set(ref kv.Ref, r ride) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if r.ifAbsent {
		if w, ok := u.writes[ref]; ok && w.data != nil {
			return
		}
	}
	u.writes[ref] = r
}

// drop deletes every value in the range that is not written in this unit.
func (u *unit) drop(r kv.Range) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.drops = append(u.drops, r)
}

// then has fn run under the device's mutex once the unit is stored.
func (u *unit) then(fn func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.after = append(u.after, fn)
}

// tell has fn run once the unit is stored.
func (u *unit) tell(fn func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.notify = append(u.notify, fn)
}

// replaced notes what was at ref before the unit and returns that, nil when there was nothing.
func (u *unit) replaced(ref kv.Ref, old item) []byte {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, noted := u.before[ref]; !noted && old.data != nil {
		if u.before == nil {
			u.before = make(map[kv.Ref][]byte)
		}
		u.before[ref] = old.data
	}
	return u.before[ref]
}
