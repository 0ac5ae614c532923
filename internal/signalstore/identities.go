package signalstore

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"recado/internal/signalstore/kv"
)

// PutIdentity stores an identity key. libsignal calls it for every message, so an unchanged key is no write.
func (s *stores) PutIdentity(ctx context.Context, address string, key [32]byte) error {
	return s.ratchet(ctx, func(u *unit) error {
		ref := s.addressRef(kv.KindIdentity, address)
		old, err := s.get(ctx, u, ref)
		if err != nil {
			return err
		}
		known, exists, err := decodeIdentity(old)
		if err != nil {
			return s.outcome("read identity", err)
		}
		if exists && known == key {
			return nil
		}
		before := u.replaced(ref, old)
		if before != nil && !bytes.Equal(before, encodeIdentity(key)) {
			s.reportIdentity(u, address)
		}
		u.put(ref, encodeIdentity(key))
		return nil
	})
}

func (s *stores) reportIdentity(u *unit, address string) {
	if report := s.options.OnIdentityChange; report != nil {
		u.tell(func() { report(s.key, address) })
	}
}

// DeleteIdentity forgets the identity key of one address.
func (s *stores) DeleteIdentity(ctx context.Context, address string) error {
	return s.ratchet(ctx, func(u *unit) error {
		return s.forgetIdentity(ctx, u, s.addressRef(kv.KindIdentity, address))
	})
}

func (s *stores) forgetIdentity(ctx context.Context, u *unit, ref kv.Ref) error {
	old, err := s.get(ctx, u, ref)
	if err != nil || old.data == nil {
		return err
	}
	u.replaced(ref, old)
	u.put(ref, nil)
	return nil
}

// DeleteAllIdentities forgets the identity keys of all devices of a user.
func (s *stores) DeleteAllIdentities(ctx context.Context, phone string) error {
	return s.ratchet(ctx, func(u *unit) error { return s.deleteRange(ctx, u, s.userRange(kv.KindIdentity, phone)) })
}

// IsTrustedIdentity reports whether the key is the known one; an unknown address is trusted and stored with its first
// message.
func (s *stores) IsTrustedIdentity(ctx context.Context, address string, key [32]byte) (bool, error) {
	it, err := s.get(ctx, s.unitOf(ctx), s.addressRef(kv.KindIdentity, address))
	if err != nil {
		return false, err
	}
	known, exists, err := decodeIdentity(it)
	if err != nil {
		return false, s.outcome("read identity", err)
	}
	return !exists || known == key, nil
}

func encodeIdentity(key [32]byte) []byte { return newRecord(len(key)).bytes(key[:]).buf }

func decodeIdentity(it item) (key [32]byte, exists bool, err error) {
	if it.data == nil {
		return key, false, nil
	}
	r := openRecord(it.data)
	key = r.array32()
	return key, true, r.err
}

// deleteRange deletes, one by one, what is in a range, so that each value is compared.
func (s *stores) deleteRange(ctx context.Context, u *unit, ranges ...kv.Range) error {
	found, err := s.scan(ctx, u, ranges...)
	for _, ref := range slices.Collect(maps.Keys(found)) {
		u.put(ref, nil)
	}
	return err
}
