package txn

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"recado/internal/signalstore/kv"
)

// maxAttempts bounds how often a transaction is repeated after a conflict. A conflict means that another one got ahead, so
// a broken back end alone meets the bound.
const maxAttempts = 100

// attempts returns fresh transactions, one for each attempt at the same work. After a conflict they are exclusive, or a
// fast writer could starve a slow one: a decryption takes three times as long as an encryption.
func (m *Manager) attempts(md mode) iter.Seq[*Txn] {
	return func(yield func(*Txn) bool) {
		for n := range maxAttempts {
			t := begin(md)
			t.exclusive = n > 0 && !m.o.UnsafeNoCompare
			more := yield(t)
			m.reservations.releaseAll(t.reserved)
			if !more {
				return
			}
		}
	}
}

type txnKey struct{ *Manager } // a context carries at most one transaction per device: never another device's

// with returns a context in which the device's stores take part in t.
func (m *Manager) with(ctx context.Context, t *Txn) context.Context {
	return context.WithValue(ctx, txnKey{m}, t)
}

// Of returns the transaction of ctx, or nil.
func (m *Manager) Of(ctx context.Context) *Txn {
	t, _ := ctx.Value(txnKey{m}).(*Txn)
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return nil
	}
	return t
}

// Update runs fn in the decryption that ctx carries, or in a transaction of its own, repeated after conflicts; fn must
// therefore change nothing but its own variables and the transaction.
func (m *Manager) Update(ctx context.Context, fn func(t *Txn) error) error {
	if t := m.Of(ctx); t.Decrypting() {
		return fn(t)
	}
	for t := range m.attempts(commitAtEnd) {
		if err := fn(t); err != nil {
			return err
		}
		if err := m.commit(ctx, t); !errors.Is(err, kv.ErrConflict) {
			return err
		}
	}
	return m.Fail("write", fmt.Errorf("%w, %d times", kv.ErrConflict, maxAttempts))
}

// Write is Update for values that nothing was read for.
func (m *Manager) Write(ctx context.Context, fn func(t *Txn)) error {
	return m.Update(ctx, func(t *Txn) error {
		fn(t)
		return nil
	})
}

// Decrypt runs fn in a transaction: all its writes through its context become durable in one apply, or none does. fn runs
// again after a conflict.
func (m *Manager) Decrypt(ctx context.Context, fn func(context.Context) error) error {
	if t := m.Of(ctx); t.Decrypting() {
		return fn(ctx)
	}
	for t := range m.attempts(commitAtEnd) {
		t.asyncDurable = m.o.AsyncDurable
		err := fn(m.with(ctx, t))
		if _, failure := t.end(); failure != nil {
			return failure // also when fn swallowed it
		}
		if err != nil {
			if m.Replay(ctx) { // fn met a session from the past
				continue
			}
			return err
		}
		if err := m.commit(ctx, t); !errors.Is(err, kv.ErrConflict) {
			return err
		}
	}
	return m.Fail("decrypt", fmt.Errorf("%w, %d times", kv.ErrConflict, maxAttempts))
}

// Send runs fn, which sends one message with the context it is given and a fixed message id. The sessions are applied when
// fn stores them, which whatsmeow does after everything is encrypted and before anything leaves. When a decryption got in
// between, nothing has left and fn runs again. own are the users of the device itself; ErrNotEncrypted means that the
// message has left and its recipient cannot read it.
func (m *Manager) Send(ctx context.Context, own []string, fn func(context.Context) error) error {
	for t := range m.attempts(commitOnStore) {
		err := fn(m.with(ctx, t))
		conflicted, _ := t.end()
		if err == nil {
			return m.endSend(t, own)
		}
		if !conflicted && !errors.Is(err, kv.ErrConflict) {
			return err
		}
		if m.Err() != nil || ctx.Err() != nil {
			return err
		}
	}
	return m.Fail("send", fmt.Errorf("%w, %d times", kv.ErrConflict, maxAttempts))
}

// endSend keeps the writes that a successful send has not stored itself: the identity of a device whose session it did not
// use. A conflict is no failure here: the message has left, and the other writer's value is newer.
func (m *Manager) endSend(t *Txn, own []string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err := m.Pend(t); err != nil && !errors.Is(err, kv.ErrConflict) {
		return err
	}
	return t.recipients.verify(own)
}

// batchSize bounds how many entries of a list become one transaction.
const batchSize = 200

// UpdateBatch runs put for every entry, many of them in a transaction whose reads are fetched together: refs names the
// values that put reads for an entry.
func UpdateBatch[T any](ctx context.Context, m *Manager, entries []T, refs func(T) []kv.Ref, put func(t *Txn, e T) error) error {
	for part := range slices.Chunk(entries, batchSize) {
		var wanted []kv.Ref
		for _, e := range part {
			wanted = append(wanted, refs(e)...)
		}
		err := m.Update(ctx, func(t *Txn) error {
			if _, err := m.GetMany(ctx, t, wanted); err != nil {
				return err
			}
			for _, e := range part {
				if err := put(t, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
