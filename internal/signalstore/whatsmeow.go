package signalstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/store"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
	"recado/internal/signalstore/txn"
)

// The files whatsmeow_*.go implement whatsmeow's store interfaces, one type for one or two of them. whatsmeow documents the
// methods; comments here add to its documentation.

// attach gives whatsmeow's device its stores, and loads the names of the messages that the previous owner has not handled.
func (d *Device) attach(ctx context.Context, w *store.Device) error {
	v := d.values
	ratchets := ratchets{values: v, guard: d.guard}
	lids := &lidStore{values: v}
	d.preKeys = &preKeyStore{values: v, guard: d.guard}
	buffer := &eventBuffer{values: v}
	appState, tokens := &appStateStore{v}, &tokenStore{values: v, lids: lids}
	w.Identities = &identityStore{v}
	w.Sessions = &sessionStore{ratchets: ratchets}
	w.PreKeys = d.preKeys
	w.SenderKeys = &senderKeyStore{ratchets: ratchets, device: d}
	w.AppStateKeys, w.AppState = appState, appState
	w.Contacts = &contactStore{v}
	w.ChatSettings = &chatStore{v}
	w.MsgSecrets = &secretStore{values: v, lids: lids}
	w.PrivacyTokens, w.NCTSalt = tokens, tokens
	w.EventBuffer = buffer
	w.LIDs = lids
	w.Container = &container{values: v, device: d}
	w.Log = d.store.options.Log
	w.Initialized = true
	d.whatsmeow = w
	return buffer.restore(ctx)
}

// values is the base of all stores: the device's transactions and the names of its values.
type values struct {
	*txn.Manager
	seal kv.Sealer
	now  func() time.Time
}

// maxNamePart is how long a readable part of a field may be. Strangers choose some of them, message ids for one.
const maxNamePart = 200

// name returns a part of a field as the back end sees it: hidden, and of a size and shape that every back end takes.
func (v *values) name(kind kv.Kind, name string) string {
	if len(name) > maxNamePart || strings.ContainsRune(name, 0) {
		sum := sha256.Sum256([]byte(name))
		name = "#" + hex.EncodeToString(sum[:])
	}
	return v.seal.Name(kind, name)
}

// ref names a value whose whole field is private.
func (v *values) ref(kind kv.Kind, name string) kv.Ref {
	return kv.Ref{Kind: kind, Field: v.name(kind, name)}
}

// addressRef names a value of a Signal address, "user:device". The device stays readable and comes last, so that all
// addresses of a user can be found by their common beginning.
func (v *values) addressRef(kind kv.Kind, address string) kv.Ref {
	user, device, _ := strings.Cut(address, ":")
	return kv.Ref{Kind: kind, Field: v.name(kind, user) + ":" + device}
}

// userRange names all values of a user's addresses.
func (v *values) userRange(kind kv.Kind, user string) kv.Range {
	return kv.Range{Kind: kind, Prefix: v.name(kind, user) + ":"}
}

// unwrap returns the bytes of a value that libsignal has serialized, nil when there is none.
func (v *values) unwrap(it txn.Item) ([]byte, error) {
	data, err := record.Unwrap(it.Data)
	return data, v.FailIfCorrupt("read session", err)
}

// deleteRange deletes the values in a range one by one, so that each is compared.
func (v *values) deleteRange(ctx context.Context, t *txn.Txn, r kv.Range) error {
	found, err := v.Scan(ctx, t, r)
	for ref := range found {
		t.Put(ref, nil)
	}
	return err
}

// get decodes the value at ref as t sees it; t may be nil. found is false when there is none. A damaged record breaks the
// device.
func get[T any](
	ctx context.Context, v *values, t *txn.Txn, ref kv.Ref, decode func(data []byte) (T, error),
) (value T, found bool, err error) {
	it, err := v.Get(ctx, t, ref)
	if err != nil || it.Data == nil {
		return value, false, err
	}
	value, err = decode(it.Data)
	return value, true, v.FailIfCorrupt("read "+ref.Kind.String(), err)
}

// getAll decodes all values of a kind.
func getAll[T any](
	ctx context.Context, v *values, t *txn.Txn, kind kv.Kind, decode func(data []byte) (T, error),
) (map[kv.Ref]T, error) {
	found, err := v.Scan(ctx, t, kv.Range{Kind: kind})
	if err != nil {
		return nil, err
	}
	list := make(map[kv.Ref]T, len(found))
	for ref, it := range found {
		if list[ref], err = decode(it.Data); err != nil {
			return nil, v.FailIfCorrupt("read all "+kind.String(), err)
		}
	}
	return list, nil
}

// getMany decodes the values at refs in their order, nil for one that does not exist.
func getMany[T any](ctx context.Context, v *values, refs []kv.Ref, decode func(data []byte) (T, error)) ([]*T, error) {
	items, err := v.GetMany(ctx, nil, refs)
	if err != nil {
		return nil, err
	}
	list := make([]*T, len(items))
	for i, it := range items {
		if it.Data == nil {
			continue
		}
		value, err := decode(it.Data)
		if err != nil {
			return nil, v.FailIfCorrupt("read "+refs[i].Kind.String(), err)
		}
		list[i] = &value
	}
	return list, nil
}

// Records of a single field.

func decodeBytes(data []byte) ([]byte, error) {
	r := record.Open(data)
	return r.Bytes(), r.Err()
}

func decodeStr(data []byte) (string, error) {
	r := record.Open(data)
	return r.Str(), r.Err()
}

func encodeBytes(b []byte) []byte { return record.New(len(b)).Bytes(b).Done() }
