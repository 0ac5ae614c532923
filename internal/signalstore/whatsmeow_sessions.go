package signalstore

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
	"recado/internal/signalstore/recovery"
	"recado/internal/signalstore/txn"
)

// ratchets reads the values that move with every message; a stale one skips ahead before its first use.
type ratchets struct {
	*values
	guard *recovery.Guard
}

func (s *ratchets) decode(ref kv.Ref, it txn.Item) ([]byte, error) {
	session, err := s.unwrap(it)
	if err != nil || session == nil || !s.guard.IsStale(ref) {
		return session, err
	}
	if session, err = recovery.SkipAhead(session, s.guard.SkipDistance()); err != nil {
		return nil, s.Fail("read session", fmt.Errorf("%w: %w", kv.ErrCorrupt, err))
	}
	return session, nil
}

// sessionStore implements store.SessionStore.
type sessionStore struct {
	ratchets

	mu       sync.Mutex
	migrated map[string]struct{} // users whose values are under their LID
}

func (s *sessionStore) sessionRef(address string) kv.Ref {
	return s.addressRef(kv.KindSession, address)
}

// GetSession returns the Signal session with an address, nil when there is none. Outside a transaction it reserves the
// session for the write that follows.
func (s *sessionStore) GetSession(ctx context.Context, address string) ([]byte, error) {
	ref := s.sessionRef(address)
	items, err := s.GetRatchets(ctx, []kv.Ref{ref})
	if err != nil {
		return nil, err
	}
	return s.decode(ref, items[0])
}

func (s *sessionStore) HasSession(ctx context.Context, address string) (bool, error) {
	t, ref := s.Of(ctx), s.sessionRef(address)
	if err := s.WaitForReservations(ctx, t, ref); err != nil {
		return false, err
	}
	it, err := s.Get(ctx, t, ref)
	return it.Data != nil, err
}

// GetManySessions returns the sessions with the addresses, nil for those without one. The identity keys are fetched along
// with them, because libsignal asks for each of them next.
func (s *sessionStore) GetManySessions(ctx context.Context, addresses []string) (map[string][]byte, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	refs := make([]kv.Ref, 0, 2*len(addresses))
	for _, address := range addresses {
		refs = append(refs, s.sessionRef(address))
	}
	for _, address := range addresses {
		refs = append(refs, s.addressRef(kv.KindIdentity, address))
	}
	items, err := s.GetRatchets(ctx, refs)
	if err != nil {
		return nil, err
	}
	s.Of(ctx).WantSessions(addresses)
	sessions := make(map[string][]byte, len(addresses))
	for i, address := range addresses {
		if sessions[address], err = s.decode(refs[i], items[i]); err != nil {
			return nil, err
		}
	}
	return sessions, nil
}

// PutSession stores a session, compared with the version that was read. One that was used to decrypt is repaired before.
func (s *sessionStore) PutSession(ctx context.Context, address string, session []byte) error {
	ref := s.sessionRef(address)
	if t := s.Of(ctx); t.Decrypting() && recovery.NeedsRepair(session) {
		it, _ := t.Lookup(ref)
		before, err := s.decode(ref, it)
		if err != nil {
			return err
		}
		if session, err = recovery.RepairSession(before, session); err != nil {
			return s.Fail("repair session", fmt.Errorf("%w: %w", kv.ErrCorrupt, err))
		}
	}
	return s.PutRatchets(ctx, map[kv.Ref][]byte{ref: record.Wrap(session)})
}

func (s *sessionStore) PutManySessions(ctx context.Context, sessions map[string][]byte) error {
	values := make(map[kv.Ref][]byte, len(sessions))
	for address, session := range sessions {
		values[s.sessionRef(address)] = record.Wrap(session)
	}
	s.Of(ctx).StoreSessions(sessions)
	return s.PutRatchets(ctx, values)
}

func (s *sessionStore) DeleteSession(ctx context.Context, address string) error {
	return s.PutRatchets(ctx, map[kv.Ref][]byte{s.sessionRef(address): nil})
}

func (s *sessionStore) DeleteAllSessions(ctx context.Context, phone string) error {
	return s.UpdateRatchet(ctx, func(t *txn.Txn) error { return s.deleteRange(ctx, t, s.userRange(kv.KindSession, phone)) })
}

// maxMigrated bounds the memory of users that need no second look.
const maxMigrated = 4096

// MigratePNToLID moves the sessions, identity keys and sender keys of a phone number to its LID. whatsmeow asks before
// every message of such a contact; one look per number is enough while this device is open, because nothing is stored
// under a number whose LID is known.
func (s *sessionStore) MigratePNToLID(ctx context.Context, pn, lid types.JID) error {
	from, to := pn.SignalAddressUser(), lid.SignalAddressUser()
	s.mu.Lock()
	_, done := s.migrated[from]
	s.mu.Unlock()
	if done {
		return s.Err()
	}
	return s.Update(ctx, func(t *txn.Txn) error {
		if err := s.migrate(ctx, t, from, to); err != nil {
			return err
		}
		t.OnApply(func() { s.markMigrated(from) })
		return nil
	})
}

func (s *sessionStore) migrate(ctx context.Context, t *txn.Txn, from, to string) error {
	found, err := s.Scan(ctx, t, s.userRange(kv.KindSession, from), s.userRange(kv.KindIdentity, from), s.userRange(kv.KindSenderKey, from))
	for ref, it := range found {
		_, suffix, _ := strings.Cut(ref.Field, ":")
		t.Put(kv.Ref{Kind: ref.Kind, Field: s.userRange(ref.Kind, to).Prefix + suffix}, it.Data)
		t.Put(ref, nil)
	}
	return err
}

func (s *sessionStore) markMigrated(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.migrated == nil || len(s.migrated) >= maxMigrated {
		s.migrated = make(map[string]struct{})
	}
	s.migrated[user] = struct{}{}
}
