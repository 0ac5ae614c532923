package txn

import (
	"context"
	"errors"
	"slices"

	"recado/internal/signalstore/kv"
)

// Ratchets are sessions and sender keys: the values that an encryption and a decryption of one address both move on.
//
// A decryption applies them at its end. A send applies them when whatsmeow stores them, because the message leaves next.
// A caller without a transaction reserves the sessions it reads, and its write is compared with that read.

// UpdateRatchet runs fn in the transaction of ctx, whichever kind it is, or in one of its own.
func (m *Manager) UpdateRatchet(ctx context.Context, fn func(t *Txn) error) error {
	if t := m.Of(ctx); t != nil {
		return fn(t)
	}
	return m.Update(ctx, fn)
}

// WaitForReservations waits, in a transaction, until no other caller has reserved ref.
func (m *Manager) WaitForReservations(ctx context.Context, t *Txn, refs ...kv.Ref) error {
	if t == nil {
		return nil
	}
	if err := m.reservations.waitFor(ctx, t, refs); err != nil {
		return t.fail(m.waitFailed(err))
	}
	return nil
}

// GetRatchets reads values for writing: in a transaction it waits for reservations of others, outside it reserves the
// sessions among them.
func (m *Manager) GetRatchets(ctx context.Context, refs []kv.Ref) ([]Item, error) {
	if t := m.Of(ctx); t != nil {
		if err := m.WaitForReservations(ctx, t, refs...); err != nil {
			return nil, err
		}
		return m.GetMany(ctx, t, refs)
	}
	sessions := slices.DeleteFunc(slices.Clone(refs), func(ref kv.Ref) bool { return ref.Kind != kv.KindSession })
	own := make(map[kv.Ref]*reservation, len(sessions))
	err := m.reservations.reserveAll(ctx, own, sessions)
	if err != nil {
		err = m.waitFailed(err)
	}
	var items []Item
	if err == nil {
		items, err = m.GetMany(ctx, nil, refs)
	}
	if err != nil {
		m.reservations.releaseAll(own)
		return nil, err
	}
	m.reservations.setVersions(own, refs, items)
	return items, nil
}

// PutRatchets writes values; nil data deletes.
func (m *Manager) PutRatchets(ctx context.Context, values map[kv.Ref][]byte) error {
	t := m.Of(ctx)
	if t == nil {
		return m.putReserved(ctx, values)
	}
	t.PutAll(values)
	if t.mode == commitAtEnd {
		return nil
	}
	err := m.commit(ctx, t)
	if errors.Is(err, kv.ErrConflict) {
		t.markConflict()
	}
	return err
}

func (m *Manager) putReserved(ctx context.Context, values map[kv.Ref][]byte) error {
	t := Begin()
	t.PutAll(values)
	for ref := range values {
		if r, version := m.reservations.take(ref); r != nil {
			t.reserved[ref] = r
			t.reads[ref] = Item{version: version}
		}
	}
	defer m.reservations.releaseAll(t.reserved)
	return m.commit(ctx, t)
}

func (t *Txn) markConflict() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.conflicted = true
}
