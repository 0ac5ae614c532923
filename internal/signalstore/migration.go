package signalstore

import (
	"context"
	"strings"

	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
)

// maxMigrated bounds the memory of numbers that need no second look.
const maxMigrated = 4096

// MigratePNToLID moves the sessions, identity keys and sender keys of a phone number to its LID. whatsmeow asks before
// every message of such a contact; one look per number is enough while this device is open, because nothing is stored
// under a number whose LID is known.
func (s *stores) MigratePNToLID(ctx context.Context, pn, lid types.JID) error {
	from, to := pn.SignalAddressUser(), lid.SignalAddressUser()
	s.mu.Lock()
	_, done := s.migrated[from]
	s.mu.Unlock()
	if done {
		return nil
	}
	return s.atomically(ctx, func(u *unit) error {
		if err := s.migrate(ctx, u, from, to); err != nil {
			return err
		}
		u.then(func() { s.markMigrated(from) })
		return nil
	})
}

func (s *stores) migrate(ctx context.Context, u *unit, from, to string) error {
	kinds := []kv.Kind{kv.KindSession, kv.KindIdentity, kv.KindSenderKey}
	ranges := make([]kv.Range, len(kinds))
	for i, kind := range kinds {
		ranges[i] = s.userRange(kind, from)
	}
	found, err := s.scan(ctx, u, ranges...)
	if err != nil {
		return err
	}
	for ref, it := range found {
		_, suffix, _ := strings.Cut(ref.Field, ":")
		u.put(kv.Ref{Kind: ref.Kind, Field: s.userRange(ref.Kind, to).Prefix + suffix}, it.data)
		u.put(ref, nil)
	}
	return nil
}

// markMigrated runs under the device's mutex.
func (s *stores) markMigrated(user string) {
	if s.migrated == nil || len(s.migrated) >= maxMigrated {
		s.migrated = make(map[string]struct{})
	}
	s.migrated[user] = struct{}{}
}
