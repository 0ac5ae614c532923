package signalstore

import (
	"bytes"
	"context"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
	"recado/internal/signalstore/txn"
)

// identityStore implements store.IdentityStore.
type identityStore struct{ *values }

func encodeIdentity(key [32]byte) []byte { return encodeBytes(key[:]) }

func decodeIdentity(data []byte) ([32]byte, error) {
	r := record.Open(data)
	return r.Key32(), r.Err()
}

// PutIdentity stores an identity key. libsignal calls it for every message, so an unchanged key is no write.
func (s *identityStore) PutIdentity(ctx context.Context, address string, key [32]byte) error {
	return s.UpdateRatchet(ctx, func(t *txn.Txn) error {
		ref, stored := s.addressRef(kv.KindIdentity, address), encodeIdentity(key)
		old, err := s.Get(ctx, t, ref)
		if err != nil || bytes.Equal(old.Data, stored) {
			return err
		}
		if _, err := decodeIdentity(old.Data); err != nil && old.Data != nil {
			return s.FailIfCorrupt("read identity", err)
		}
		t.Put(ref, stored)
		return nil
	})
}

func (s *identityStore) DeleteIdentity(ctx context.Context, address string) error {
	return s.UpdateRatchet(ctx, func(t *txn.Txn) error {
		ref := s.addressRef(kv.KindIdentity, address)
		old, err := s.Get(ctx, t, ref)
		if err != nil || old.Data == nil {
			return err
		}
		t.Put(ref, nil)
		return nil
	})
}

func (s *identityStore) DeleteAllIdentities(ctx context.Context, phone string) error {
	return s.UpdateRatchet(ctx, func(t *txn.Txn) error { return s.deleteRange(ctx, t, s.userRange(kv.KindIdentity, phone)) })
}

// IsTrustedIdentity reports whether the key is the known one; an unknown address is trusted and stored with its first
// message.
func (s *identityStore) IsTrustedIdentity(ctx context.Context, address string, key [32]byte) (bool, error) {
	known, found, err := get(ctx, s.values, s.Of(ctx), s.addressRef(kv.KindIdentity, address), decodeIdentity)
	return err == nil && (!found || known == key), err
}
