package txn

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/signalstore/kv"
)

// commit ends a transaction: it applies it with everything pending, or makes it pending when none of it is urgent.
// kv.ErrConflict means that something the transaction has read and wants to write has changed; then nothing has happened.
func (m *Manager) commit(ctx context.Context, t *Txn) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.writes) == 0 && len(t.drops) == 0 && len(t.onApply) == 0 {
		return nil
	}
	urgent := t.urgent()
	if urgent && m.Paired() {
		return m.Apply(ctx, t)
	}
	full, err := m.Pend(t)
	if err == nil && (full || urgent && m.Paired()) { // it may have been paired meanwhile
		err = m.Flush(ctx)
	}
	return err
}

// Flush applies the pending writes.
func (m *Manager) Flush(ctx context.Context) error {
	m.mu.Lock()
	nothing := m.err == nil && (len(m.pending.byRef) == 0 || !m.paired)
	m.mu.Unlock()
	if nothing {
		return nil
	}
	return m.Apply(ctx, Begin())
}

// Apply stores a transaction together with everything pending. The caller holds the transaction's mutex or is its only
// user; so it is with Replace and Pend.
func (m *Manager) Apply(ctx context.Context, t *Txn) error {
	if err := ctx.Err(); err != nil {
		return &Error{Key: m.o.Key, Op: "write", Err: err}
	}
	m.io.Lock()
	defer m.io.Unlock()
	return m.applyExclusive(ctx, t, false)
}

// Replace stores a transaction and everything pending in place of all that was stored: the pairing of a device.
func (m *Manager) Replace(ctx context.Context, t *Txn) error {
	m.io.Lock()
	defer m.io.Unlock()
	return m.applyExclusive(ctx, t, true)
}

// changed reports whether something that t has read and writes is known to have changed, is being changed, or is reserved
// by another caller. The back end compares the versions that are unknown here. The caller holds mu.
func (m *Manager) changed(t *Txn) bool {
	if m.o.UnsafeNoCompare {
		return false
	}
	for ref := range t.writes {
		read, ok := t.reads[ref]
		if !ok {
			continue
		}
		if _, busy := m.inFlight[ref]; busy || m.reservations.againstOthers(t, ref) {
			return true
		}
		if now, known := m.inMemory(ref); known && now.version != read.version {
			return true
		}
	}
	return false
}

// applyExclusive is Apply, or with reset Replace, for a caller that holds io.
func (m *Manager) applyExclusive(ctx context.Context, t *Txn, reset bool) error {
	b, err := m.prepare(t, reset)
	if err != nil {
		return err
	}
	ctx, cancel := m.uninterrupted(ctx)
	defer cancel()
	replayed, err := m.o.Applier.Apply(ctx, b.apply)
	if replayed {
		m.clearCache()
	}
	if err != nil {
		return m.applyFailed(b, err)
	}
	m.applied(t, b)
	return nil
}

// batch is an apply in flight: its writes, unsealed, and which pending writes it takes along.
type batch struct {
	apply  kv.Apply
	writes map[kv.Ref]pendingWrite
	seq    uint64 // pending writes numbered up to this are in the batch or replaced by it
}

// prepare builds the apply and marks its values as in flight.
func (m *Manager) prepare(t *Txn, reset bool) (*batch, error) {
	m.mu.Lock()
	err := m.err
	if err == nil && m.changed(t) {
		err = kv.ErrConflict
	}
	if err != nil {
		m.mu.Unlock()
		return nil, err
	}
	b := m.collect(t, reset)
	err = m.sealInto(b)
	if err == nil {
		m.inFlight = b.writes
	}
	m.mu.Unlock()
	if err != nil {
		return nil, m.Fail("seal", err)
	}
	return b, nil
}

func (m *Manager) collect(t *Txn, reset bool) *batch {
	b := &batch{writes: make(map[kv.Ref]pendingWrite, len(t.writes)+len(m.pending.byRef)), seq: m.pending.seq}
	b.apply = kv.Apply{Epoch: m.o.Epoch, Rev: m.rev, Next: m.rev + 1, Reset: reset, Drops: t.drops}
	if t.asyncDurable {
		b.apply.Lost = func(err error) { _ = m.Fail("write", err) } // no caller waits for it any more
	}
	for ref, w := range m.pending.byRef {
		if !kv.InAny(t.drops, ref) {
			b.writes[ref] = w
		}
	}
	for ref, w := range t.writes {
		b.writes[ref] = w
		read, ok := t.reads[ref]
		if ok && !read.pending() && !reset && !m.o.UnsafeNoCompare {
			b.apply.Compare = append(b.apply.Compare, kv.Compare{Ref: ref, Version: read.version})
		}
	}
	return b
}

func (m *Manager) sealInto(b *batch) error {
	b.apply.Writes = make([]kv.Write, 0, len(b.writes)+1)
	if m.dataKey != nil {
		b.apply.Writes = append(b.apply.Writes, kv.Write{Ref: RefDataKey, Data: m.dataKey})
	}
	for ref, p := range b.writes {
		w := kv.Write{Ref: ref, IfAbsent: p.ifAbsent}
		if p.Data != nil {
			var err error
			if w.Data, err = m.o.Sealer.Seal(ref, p.Data); err != nil {
				return fmt.Errorf("seal %s: %w", ref.Kind, err)
			}
		}
		b.apply.Writes = append(b.apply.Writes, w)
	}
	return nil
}

// applyFailed takes the marks off again. After a conflict the compared values are forgotten, so that the next attempt
// reads them; anything else breaks the manager, because the apply may or may not have happened.
func (m *Manager) applyFailed(b *batch, err error) error {
	conflict := errors.Is(err, kv.ErrConflict)
	m.mu.Lock()
	m.inFlight = nil
	if conflict {
		for _, c := range b.apply.Compare {
			m.cache.forget(c.Ref)
		}
	}
	m.mu.Unlock()
	if conflict {
		return kv.ErrConflict
	}
	return m.Fail("write", err)
}

// applied makes memory agree with a batch that was applied, and the transaction's writes into its reads, so that it can
// go on.
func (m *Manager) applied(t *Txn, b *batch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight, m.dataKey = nil, nil
	m.rev, m.paired = b.apply.Next, true
	m.pending.applied(b.seq)
	for _, r := range b.apply.Drops {
		m.cache.forgetRange(r)
	}
	for ref, w := range b.writes {
		if w.ifAbsent {
			m.cache.forget(ref) // the next read finds out which of two values has won
			continue
		}
		it := Item{Data: w.Data}
		if w.Data != nil {
			it.version = b.apply.Next
		}
		m.cache.put(ref, it)
		if _, own := t.writes[ref]; own {
			t.reads[ref] = it
		}
	}
	t.applied()
}
