package signalstore

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"go.mau.fi/whatsmeow/store"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
	"recado/internal/signalstore/txn"
)

// appStateStore implements store.AppStateSyncKeyStore and store.AppStateStore.
type appStateStore struct{ *values }

type appKey struct {
	id []byte
	store.AppStateSyncKey
}

func (k appKey) encode() []byte {
	return record.New(len(k.id) + len(k.Data) + len(k.Fingerprint)).
		Bytes(k.id).Bytes(k.Data).Bytes(k.Fingerprint).Int(k.Timestamp).Done()
}

func decodeAppKey(data []byte) (appKey, error) {
	r := record.Open(data)
	k := appKey{id: r.Bytes()}
	k.Data, k.Fingerprint, k.Timestamp = r.Bytes(), r.Bytes(), r.Int()
	return k, r.Err()
}

func appKeyRef(id []byte) kv.Ref { return kv.Ref{Kind: kv.KindAppKey, Field: hex.EncodeToString(id)} }

// PutAppStateSyncKey stores a key unless the stored one is as new.
func (s *appStateStore) PutAppStateSyncKey(ctx context.Context, id []byte, key store.AppStateSyncKey) error {
	return s.Update(ctx, func(t *txn.Txn) error {
		old, found, err := get(ctx, s.values, t, appKeyRef(id), decodeAppKey)
		if err == nil && (!found || old.Timestamp < key.Timestamp) {
			t.Put(appKeyRef(id), appKey{id: id, AppStateSyncKey: key}.encode())
		}
		return err
	})
}

func (s *appStateStore) GetAppStateSyncKey(ctx context.Context, id []byte) (*store.AppStateSyncKey, error) {
	k, found, err := get(ctx, s.values, nil, appKeyRef(id), decodeAppKey)
	if err != nil || !found {
		return nil, err
	}
	return &k.AppStateSyncKey, nil
}

// appKeys returns all keys, the newest first.
func (s *appStateStore) appKeys(ctx context.Context) ([]appKey, error) {
	found, err := getAll(ctx, s.values, nil, kv.KindAppKey, decodeAppKey)
	return slices.SortedFunc(maps.Values(found), func(a, b appKey) int { return cmp.Compare(b.Timestamp, a.Timestamp) }), err
}

func (s *appStateStore) GetLatestAppStateSyncKeyID(ctx context.Context) ([]byte, error) {
	list, err := s.appKeys(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0].id, nil
}

func (s *appStateStore) GetAllAppStateSyncKeys(ctx context.Context) ([]*store.AppStateSyncKey, error) {
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

type appVersion struct {
	version uint64
	hash    [128]byte
}

func decodeAppVersion(data []byte) (v appVersion, err error) {
	r := record.Open(data)
	v.version = uint64(r.Int())
	if n := copy(v.hash[:], r.Bytes()); n != len(v.hash) || v.version == 0 {
		return v, fmt.Errorf("%w: app state version", kv.ErrCorrupt)
	}
	return v, r.Err()
}

func (s *appStateStore) PutAppStateVersion(ctx context.Context, name string, version uint64, hash [128]byte) error {
	return s.Write(ctx, func(t *txn.Txn) {
		t.Put(appVersionRef(name), record.New(160).Int(int64(version)).Bytes(hash[:]).Done())
	})
}

// GetAppStateVersion returns how far a collection is synchronized, zero when not at all.
func (s *appStateStore) GetAppStateVersion(ctx context.Context, name string) (version uint64, hash [128]byte, err error) {
	v, _, err := get(ctx, s.values, nil, appVersionRef(name), decodeAppVersion)
	return v.version, v.hash, err
}

// DeleteAppStateVersion forgets a collection with all its MACs.
func (s *appStateStore) DeleteAppStateVersion(ctx context.Context, name string) error {
	return s.Write(ctx, func(t *txn.Txn) {
		t.Put(appVersionRef(name), nil)
		t.Drop(kv.Range{Kind: kv.KindAppMAC, Prefix: name + ":"})
	})
}

// PutAppStateMutationMACs stores MACs of a collection. Only the latest of an index is ever asked for, so it is the only
// one kept.
func (s *appStateStore) PutAppStateMutationMACs(ctx context.Context, name string, _ uint64, mutations []store.AppStateMutationMAC) error {
	return s.Write(ctx, func(t *txn.Txn) {
		for _, m := range mutations {
			t.Put(appMACRef(name, m.IndexMAC), encodeBytes(m.ValueMAC))
		}
	})
}

func (s *appStateStore) DeleteAppStateMutationMACs(ctx context.Context, name string, indexMACs [][]byte) error {
	return s.Write(ctx, func(t *txn.Txn) {
		for _, index := range indexMACs {
			t.Put(appMACRef(name, index), nil)
		}
	})
}

func (s *appStateStore) GetAppStateMutationMAC(ctx context.Context, name string, indexMAC []byte) ([]byte, error) {
	mac, _, err := get(ctx, s.values, nil, appMACRef(name, indexMAC), decodeBytes)
	return mac, err
}
