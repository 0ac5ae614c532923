package signalstore

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"go.mau.fi/whatsmeow/store"

	"recado/internal/signalstore/kv"
)

type appKey struct {
	id []byte
	store.AppStateSyncKey
}

func (k appKey) encode() []byte {
	return newRecord(len(k.id) + len(k.Data) + len(k.Fingerprint)).
		bytes(k.id).bytes(k.Data).bytes(k.Fingerprint).int(k.Timestamp).buf
}

func decodeAppKey(it item) (appKey, error) {
	r := openRecord(it.data)
	k := appKey{id: r.bytes()}
	k.Data, k.Fingerprint, k.Timestamp = r.bytes(), r.bytes(), r.int()
	return k, r.err
}

func appKeyRef(id []byte) kv.Ref { return kv.Ref{Kind: kv.KindAppKey, Field: hex.EncodeToString(id)} }

// PutAppStateSyncKey stores a key unless the stored one is as new.
func (s *stores) PutAppStateSyncKey(ctx context.Context, id []byte, key store.AppStateSyncKey) error {
	return s.atomically(ctx, func(u *unit) error {
		ref := appKeyRef(id)
		it, err := s.get(ctx, u, ref)
		if err != nil {
			return err
		}
		if it.data != nil {
			old, err := decodeAppKey(it)
			if err != nil || old.Timestamp >= key.Timestamp {
				return s.outcome("read app state key", err)
			}
		}
		u.put(ref, appKey{id: id, AppStateSyncKey: key}.encode())
		return nil
	})
}

// GetAppStateSyncKey returns a key, nil when it is unknown.
func (s *stores) GetAppStateSyncKey(ctx context.Context, id []byte) (*store.AppStateSyncKey, error) {
	it, err := s.get(ctx, nil, appKeyRef(id))
	if err != nil || it.data == nil {
		return nil, err
	}
	k, err := decodeAppKey(it)
	return &k.AppStateSyncKey, s.outcome("read app state key", err)
}

// appKeys returns all keys, the newest first.
func (s *stores) appKeys(ctx context.Context) ([]appKey, error) {
	found, err := s.scan(ctx, nil, kv.Range{Kind: kv.KindAppKey})
	if err != nil {
		return nil, err
	}
	list := make([]appKey, 0, len(found))
	for _, it := range found {
		k, err := decodeAppKey(it)
		if err != nil {
			return nil, s.outcome("read app state keys", err)
		}
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b appKey) int { return cmp.Compare(b.Timestamp, a.Timestamp) })
	return list, nil
}

// GetLatestAppStateSyncKeyID returns the id of the newest key, nil when there is none.
func (s *stores) GetLatestAppStateSyncKeyID(ctx context.Context) ([]byte, error) {
	list, err := s.appKeys(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0].id, nil
}

// GetAllAppStateSyncKeys returns all keys, the newest first.
func (s *stores) GetAllAppStateSyncKeys(ctx context.Context) ([]*store.AppStateSyncKey, error) {
	list, err := s.appKeys(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([]*store.AppStateSyncKey, len(list))
	for i := range list {
		keys[i] = &list[i].AppStateSyncKey
	}
	return keys, nil
}

// Collection names are WhatsApp's own ("critical_block", …): nothing to hide.
func appVersionRef(name string) kv.Ref { return kv.Ref{Kind: kv.KindAppVersion, Field: name} }

func appMACRef(name string, index []byte) kv.Ref {
	return kv.Ref{Kind: kv.KindAppMAC, Field: name + ":" + hex.EncodeToString(index)}
}

// PutAppStateVersion stores how far a collection is synchronized.
func (s *stores) PutAppStateVersion(ctx context.Context, name string, version uint64, hash [128]byte) error {
	return s.atomically(ctx, func(u *unit) error {
		u.put(appVersionRef(name), newRecord(160).int(int64(version)).bytes(hash[:]).buf)
		return nil
	})
}

// GetAppStateVersion returns how far a collection is synchronized, zero when not at all.
func (s *stores) GetAppStateVersion(ctx context.Context, name string) (version uint64, hash [128]byte, err error) {
	it, err := s.get(ctx, nil, appVersionRef(name))
	if err != nil || it.data == nil {
		return 0, hash, err
	}
	r := openRecord(it.data)
	version = uint64(r.int())
	if n := copy(hash[:], r.bytes()); n != len(hash) || version == 0 {
		r.err = fmt.Errorf("%w: app state version", kv.ErrCorrupt)
	}
	return version, hash, s.outcome("read app state version", r.err)
}

// DeleteAppStateVersion forgets a collection with all its MACs.
func (s *stores) DeleteAppStateVersion(ctx context.Context, name string) error {
	return s.atomically(ctx, func(u *unit) error {
		u.put(appVersionRef(name), nil)
		u.drop(kv.Range{Kind: kv.KindAppMAC, Prefix: name + ":"})
		return nil
	})
}

// PutAppStateMutationMACs stores MACs of a collection. Only the latest of an index is ever asked for, so it is the only
// one kept.
func (s *stores) PutAppStateMutationMACs(ctx context.Context, name string, _ uint64, mutations []store.AppStateMutationMAC) error {
	if len(mutations) == 0 {
		return nil
	}
	return s.atomically(ctx, func(u *unit) error {
		for _, m := range mutations {
			u.put(appMACRef(name, m.IndexMAC), newRecord(len(m.ValueMAC)).bytes(m.ValueMAC).buf)
		}
		return nil
	})
}

// DeleteAppStateMutationMACs forgets MACs of a collection.
func (s *stores) DeleteAppStateMutationMACs(ctx context.Context, name string, indexMACs [][]byte) error {
	if len(indexMACs) == 0 {
		return nil
	}
	return s.atomically(ctx, func(u *unit) error {
		for _, index := range indexMACs {
			u.put(appMACRef(name, index), nil)
		}
		return nil
	})
}

// GetAppStateMutationMAC returns the MAC of an index, nil when it is unknown.
func (s *stores) GetAppStateMutationMAC(ctx context.Context, name string, indexMAC []byte) ([]byte, error) {
	it, err := s.get(ctx, nil, appMACRef(name, indexMAC))
	if err != nil || it.data == nil {
		return nil, err
	}
	r := openRecord(it.data)
	return r.bytes(), s.outcome("read app state MAC", r.err)
}
