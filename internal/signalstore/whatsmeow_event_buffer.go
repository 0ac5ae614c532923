package signalstore

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
	"recado/internal/signalstore/txn"
)

// eventBuffer implements store.EventBuffer: which messages are decrypted but not handled. WhatsApp delivers such a message
// again, and it cannot be decrypted again, so it is stored in the apply that advanced the session.
//
// All unhandled hashes are in memory, so a new message costs no question to the back end. A handled message is deleted, not
// kept as a marker: delivered again it is recognized in handled, and if that has forgotten it, by its old counter, which
// whatsmeow treats in the same way. (Upstream's store keeps a row per message for two weeks.)
type eventBuffer struct {
	*values

	mu        sync.Mutex
	unhandled map[[32]byte]eventTimes
	handled   map[[32]byte]eventTimes
	order     [][32]byte // of handled, the oldest first
}

type eventTimes struct {
	inserted int64 // unix ms
	server   int64 // unix s
}

const (
	maxHandled = 128

	// maxUnhandledAge is how long WhatsApp keeps a message for a device that does not fetch it.
	maxUnhandledAge = 14 * 24 * time.Hour
)

func eventRef(hash [32]byte) kv.Ref {
	return kv.Ref{Kind: kv.KindPending, Field: hex.EncodeToString(hash[:])}
}

func decodeEvent(data []byte) (*store.BufferedEvent, error) {
	r := record.Open(data)
	times := eventTimes{inserted: r.Int(), server: r.Int()}
	return times.event(r.Bytes()), r.Err()
}

func (t eventTimes) event(plaintext []byte) *store.BufferedEvent {
	return &store.BufferedEvent{
		Plaintext: plaintext, InsertTime: time.UnixMilli(t.inserted), ServerTime: time.Unix(t.server, 0),
	}
}

// restore loads the hashes of the messages that the previous owner has not handled.
func (s *eventBuffer) restore(ctx context.Context) error {
	found, err := s.Scan(ctx, nil, kv.Range{Kind: kv.KindPending})
	if err != nil {
		return err
	}
	for ref, it := range found {
		hash, err := hex.DecodeString(ref.Field)
		if err != nil || len(hash) != 32 {
			return fmt.Errorf("%w: name of a buffered message", kv.ErrCorrupt)
		}
		e, err := decodeEvent(it.Data)
		if err != nil {
			return fmt.Errorf("buffered message: %w", err)
		}
		s.add([32]byte(hash), eventTimes{inserted: e.InsertTime.UnixMilli(), server: e.ServerTime.Unix()})
	}
	return nil
}

func (s *eventBuffer) add(hash [32]byte, times eventTimes) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unhandled == nil {
		s.unhandled = make(map[[32]byte]eventTimes)
	}
	s.unhandled[hash] = times
}

func (s *eventBuffer) finish(hash [32]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	times, ok := s.unhandled[hash]
	if !ok {
		return
	}
	delete(s.unhandled, hash)
	if s.handled == nil {
		s.handled = make(map[[32]byte]eventTimes)
	}
	s.handled[hash] = times
	s.order = append(s.order, hash)
	if len(s.order) > maxHandled {
		delete(s.handled, s.order[0])
		s.order = append(s.order[:0], s.order[1:]...)
	}
}

func (s *eventBuffer) forget(hash [32]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.unhandled, hash)
}

func (s *eventBuffer) lookup(hash [32]byte) (times eventTimes, unhandled, handled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, unhandled = s.unhandled[hash]
	times, handled = s.handled[hash]
	return times, unhandled, handled
}

// GetBufferedEvent returns a message that was decrypted before, without its plaintext when it was also handled, or nil.
func (s *eventBuffer) GetBufferedEvent(ctx context.Context, hash [32]byte) (*store.BufferedEvent, error) {
	times, unhandled, handled := s.lookup(hash)
	switch err := s.Err(); {
	case err != nil:
		return nil, err
	case handled:
		return times.event(nil), nil
	case !unhandled:
		return nil, nil
	}
	e, found, err := get(ctx, s.values, nil, eventRef(hash), decodeEvent)
	if err == nil && !found && s.Replay(ctx) {
		e, found, err = get(ctx, s.values, nil, eventRef(hash), decodeEvent)
	}
	if err == nil && !found { // to decrypt it again would fail, and lose it
		err = s.Fail("read buffered message", kv.ErrRollback)
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

// PutBufferedEvent keeps a decrypted message until ClearBufferedEventPlaintext.
func (s *eventBuffer) PutBufferedEvent(ctx context.Context, hash [32]byte, plaintext []byte, serverTimestamp time.Time) error {
	return s.Write(ctx, func(t *txn.Txn) {
		times := eventTimes{inserted: s.now().UnixMilli(), server: serverTimestamp.Unix()}
		t.Put(eventRef(hash), record.New(32+len(plaintext)).Int(times.inserted).Int(times.server).Bytes(plaintext).Done())
		t.OnApply(func() { s.add(hash, times) })
	})
}

// ClearBufferedEventPlaintext records that a message was handled. If a kill comes before the next apply, the message is
// handled once more, which the inbox refuses as a duplicate.
func (s *eventBuffer) ClearBufferedEventPlaintext(ctx context.Context, hash [32]byte) error {
	return s.Write(ctx, func(t *txn.Txn) {
		if _, unhandled, _ := s.lookup(hash); unhandled {
			t.PutLater(eventRef(hash), nil)
			t.OnApply(func() { s.finish(hash) })
		}
	})
}

// DeleteOldBufferedHashes forgets messages that WhatsApp does not deliver any more, and old message secrets with them.
func (s *eventBuffer) DeleteOldBufferedHashes(ctx context.Context) error {
	return s.Write(ctx, func(t *txn.Txn) {
		for _, hash := range s.unhandledBefore(s.now().Add(-maxUnhandledAge)) {
			t.PutLater(eventRef(hash), nil)
			t.OnApply(func() { s.forget(hash) })
		}
		dropOldSecrets(t, s.now())
	})
}

func (s *eventBuffer) unhandledBefore(t time.Time) (old [][32]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for hash, times := range s.unhandled {
		if times.inserted < t.UnixMilli() {
			old = append(old, hash)
		}
	}
	return old
}

func (s *eventBuffer) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	return s.Decrypt(ctx, fn)
}

// errNoRetryStore answers for whatsmeow's store of sent messages (UseRetryMessageStore), which stays off: retries are
// answered from Recado's outbox.
var errNoRetryStore = errors.New("sent messages are kept in the outbox")

func (s *eventBuffer) AddOutgoingEvent(context.Context, types.JID, types.MessageID, string, []byte) error {
	return errNoRetryStore
}

func (s *eventBuffer) GetOutgoingEvent(context.Context, types.JID, types.JID, types.MessageID) (string, []byte, error) {
	return "", nil, errNoRetryStore
}

func (s *eventBuffer) DeleteOldOutgoingEvents(context.Context) error { return errNoRetryStore }
