package signalstore

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/store"

	"recado/internal/signalstore/kv"
)

// buffer knows which messages are decrypted but not handled. WhatsApp delivers such a message again, and it cannot be
// decrypted again, so it is stored in the apply that advanced the session.
//
// All pending hashes are in memory, so a new message costs no question to the back end. A handled message is deleted, not
// kept as a marker: delivered again it is recognized from done, and if that has forgotten it, by its old counter, which
// whatsmeow treats in the same way. (Upstream's store keeps a row per message for two weeks.)
type buffer struct {
	pending map[[32]byte]bufferTimes
	done    map[[32]byte]bufferTimes
	order   [][32]byte // of done, the oldest first
}

type bufferTimes struct {
	inserted int64 // unix ms
	server   int64 // unix s
}

const (
	maxDone = 128

	// maxPendingAge is how long WhatsApp keeps a message for a device that does not fetch it.
	maxPendingAge = 14 * 24 * time.Hour
)

func pendingRef(hash [32]byte) kv.Ref {
	return kv.Ref{Kind: kv.KindPending, Field: hex.EncodeToString(hash[:])}
}

// restoreBuffer finds out what the previous owner has left unhandled.
func (d *Device) restoreBuffer(ctx context.Context) error {
	found, err := d.scanBackend(ctx, []kv.Range{{Kind: kv.KindPending}})
	if err != nil {
		return err
	}
	for ref, it := range found {
		hash, err := hex.DecodeString(ref.Field)
		if err != nil || len(hash) != 32 {
			return fmt.Errorf("%w: name of a buffered message", kv.ErrCorrupt)
		}
		_, times, err := decodePending(it)
		if err != nil {
			return fmt.Errorf("buffered message: %w", err)
		}
		d.buffer.add([32]byte(hash), times)
	}
	return nil
}

func (b *buffer) add(hash [32]byte, times bufferTimes) {
	if b.pending == nil {
		b.pending = make(map[[32]byte]bufferTimes)
	}
	b.pending[hash] = times
}

func (b *buffer) finish(hash [32]byte) {
	times, ok := b.pending[hash]
	if !ok {
		return
	}
	delete(b.pending, hash)
	if b.done == nil {
		b.done = make(map[[32]byte]bufferTimes)
	}
	b.done[hash] = times
	b.order = append(b.order, hash)
	if len(b.order) > maxDone {
		delete(b.done, b.order[0])
		b.order = append(b.order[:0], b.order[1:]...)
	}
}

func decodePending(it item) (plaintext []byte, times bufferTimes, err error) {
	r := openRecord(it.data)
	times = bufferTimes{inserted: r.int(), server: r.int()}
	plaintext = r.bytes()
	return plaintext, times, r.err
}

func (t bufferTimes) event(plaintext []byte) *store.BufferedEvent {
	return &store.BufferedEvent{
		Plaintext: plaintext, InsertTime: time.UnixMilli(t.inserted), ServerTime: time.Unix(t.server, 0),
	}
}

// GetBufferedEvent returns a message that was decrypted before, without its plaintext when it was also handled, or nil.
func (s *stores) GetBufferedEvent(ctx context.Context, hash [32]byte) (*store.BufferedEvent, error) {
	s.mu.Lock()
	err := s.err
	_, pending := s.buffer.pending[hash]
	times, done := s.buffer.done[hash]
	s.mu.Unlock()
	switch {
	case err != nil:
		return nil, err
	case done:
		return times.event(nil), nil
	case !pending:
		return nil, nil
	}
	it, err := s.get(ctx, nil, pendingRef(hash))
	if err == nil && it.data == nil && s.restored(ctx) {
		it, err = s.get(ctx, nil, pendingRef(hash))
	}
	if err == nil && it.data == nil { // to decrypt it again would fail, and lose it
		err = s.fail("read buffered message", kv.ErrRollback)
	}
	if err != nil {
		return nil, err
	}
	plaintext, times, err := decodePending(it)
	if err != nil {
		return nil, s.outcome("read buffered message", err)
	}
	return times.event(plaintext), nil
}

// PutBufferedEvent keeps a decrypted message until ClearBufferedEventPlaintext.
func (s *stores) PutBufferedEvent(ctx context.Context, hash [32]byte, plaintext []byte, serverTimestamp time.Time) error {
	return s.atomically(ctx, func(u *unit) error {
		times := bufferTimes{inserted: s.now().UnixMilli(), server: serverTimestamp.Unix()}
		u.put(pendingRef(hash), newRecord(32+len(plaintext)).int(times.inserted).int(times.server).bytes(plaintext).buf)
		u.then(func() { s.buffer.add(hash, times) })
		return nil
	})
}

// ClearBufferedEventPlaintext notes that a message was handled. If a kill comes before the next apply, the message is
// handled once more, which the inbox refuses as a duplicate.
func (s *stores) ClearBufferedEventPlaintext(ctx context.Context, hash [32]byte) error {
	return s.atomically(ctx, func(u *unit) error {
		s.mu.Lock()
		_, pending := s.buffer.pending[hash]
		s.mu.Unlock()
		if pending {
			u.putLater(pendingRef(hash), nil)
			u.then(func() { s.buffer.finish(hash) })
		}
		return nil
	})
}

// DeleteOldBufferedHashes forgets messages that WhatsApp does not deliver any more, and old message secrets with them.
func (s *stores) DeleteOldBufferedHashes(ctx context.Context) error {
	return s.atomically(ctx, func(u *unit) error {
		for _, hash := range s.pendingBefore(s.now().Add(-maxPendingAge)) {
			u.putLater(pendingRef(hash), nil)
			u.then(func() { delete(s.buffer.pending, hash) })
		}
		s.dropOldSecrets(u)
		return nil
	})
}

func (s *stores) pendingBefore(t time.Time) (old [][32]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for hash, times := range s.buffer.pending {
		if times.inserted < t.UnixMilli() {
			old = append(old, hash)
		}
	}
	return old
}

// DoDecryptionTxn runs fn as a unit of work: what it reads and writes through its context becomes durable in one apply,
// or not at all. fn runs again when somebody else was faster.
func (s *stores) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	if u := s.unitOf(ctx); u != nil && u.mode == decrypting {
		return fn(ctx)
	}
	for u := range s.attempts(decrypting) {
		u.soft = s.options.OneLog
		err := fn(s.withUnit(ctx, u))
		u.end()
		if failure := u.failedWith(); failure != nil {
			return failure // whatever fn has made of it
		}
		if err != nil {
			if s.restored(ctx) { // it met a session from the past
				continue
			}
			return err
		}
		if err := s.commit(ctx, u); !errors.Is(err, kv.ErrConflict) {
			return err
		}
	}
	return s.fail("decrypt", fmt.Errorf("%w, %d times", kv.ErrConflict, maxAttempts))
}
