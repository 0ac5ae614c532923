package signalstore

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"go.mau.fi/whatsmeow/util/keys"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
	"recado/internal/signalstore/recovery"
	"recado/internal/signalstore/txn"
)

// preKeyStore implements store.PreKeyStore. Ids come from a counter and not from the largest stored one: a used key is
// deleted, and an id given twice could decrypt a message with the wrong key.
type preKeyStore struct {
	*values
	guard *recovery.Guard
}

// maxPreKeyID is the largest id that the wire's three bytes and libsignal (which gives the largest of all a meaning) allow.
const maxPreKeyID = 1<<24 - 2

type preKeyCounters struct {
	next     uint32 // id of the next key
	upTo     uint32 // keys up to this id were uploaded
	uploaded int64  // how many uploaded keys are left
}

func (c preKeyCounters) encode() []byte {
	return record.New(16).Int(int64(c.next)).Int(int64(c.upTo)).Int(c.uploaded).Done()
}

func decodePreKeyCounters(data []byte) (preKeyCounters, error) {
	r := record.Open(data)
	return preKeyCounters{next: uint32(r.Int()), upTo: uint32(r.Int()), uploaded: r.Int()}, r.Err()
}

func (s *preKeyStore) counters(ctx context.Context, t *txn.Txn) (preKeyCounters, error) {
	c, found, err := get(ctx, s.values, t, recovery.RefPreKeys, decodePreKeyCounters)
	switch {
	case !found:
		c.next = 1
	case s.guard.IsStale(recovery.RefPreKeys):
		c.next += recovery.SkipPreKeys
	}
	return c, err
}

// updateCounters changes the counters, and stores them when change says so.
func (s *preKeyStore) updateCounters(ctx context.Context, change func(t *txn.Txn, c *preKeyCounters) (changed bool, err error)) error {
	return s.Update(ctx, func(t *txn.Txn) error {
		c, err := s.counters(ctx, t)
		if err != nil {
			return err
		}
		changed, err := change(t, &c)
		if changed {
			t.Put(recovery.RefPreKeys, c.encode())
		}
		return err
	})
}

// skip leaves out ids that may have been given out since the counters were stored.
func (s *preKeyStore) skip(ctx context.Context, t *txn.Txn) error {
	c, err := s.counters(ctx, t)
	c.next += recovery.SkipPreKeys
	t.Put(recovery.RefPreKeys, c.encode())
	return err
}

// preKey is a stored key; single is one that was uploaded on its own, with a retry request.
type preKey struct {
	private [32]byte
	single  bool
}

func preKeyRef(id uint32) kv.Ref {
	return kv.Ref{Kind: kv.KindPreKey, Field: strconv.FormatUint(uint64(id), 10)}
}

func (k preKey) encode() []byte { return record.New(48).Flag(k.single).Bytes(k.private[:]).Done() }

func decodePreKey(data []byte) (preKey, error) {
	r := record.Open(data)
	return preKey{single: r.Flag(), private: r.Key32()}, r.Err()
}

func (k preKey) withID(id uint32) *keys.PreKey {
	return &keys.PreKey{KeyPair: *keys.NewKeyPairFromPrivateKey(k.private), KeyID: id}
}

func (c *preKeyCounters) isUploaded(id uint32, single bool) bool { return single || id <= c.upTo }

// generate makes the next key and moves the counter. After the last id it starts over: the first keys are long used.
func (c *preKeyCounters) generate(t *txn.Txn, single bool) *keys.PreKey {
	if c.next > maxPreKeyID {
		c.next, c.upTo = 1, 0
	}
	key := keys.NewPreKey(c.next)
	c.next++
	if single {
		c.uploaded++
	}
	t.Put(preKeyRef(key.KeyID), preKey{private: *key.Priv, single: single}.encode())
	return key
}

// GetOrGenPreKeys returns count keys that were not uploaded, the oldest first, and makes those that are missing.
func (s *preKeyStore) GetOrGenPreKeys(ctx context.Context, count uint32) (batch []*keys.PreKey, err error) {
	err = s.updateCounters(ctx, func(t *txn.Txn, c *preKeyCounters) (bool, error) {
		if batch, err = s.notUploaded(ctx, t, c); err != nil {
			return false, err
		}
		batch = batch[:min(len(batch), int(count))]
		missing := int(count) - len(batch)
		for range missing {
			batch = append(batch, c.generate(t, false))
		}
		return missing > 0, nil
	})
	return batch, err
}

// notUploaded returns the keys that were not uploaded, ordered by id.
func (s *preKeyStore) notUploaded(ctx context.Context, t *txn.Txn, c *preKeyCounters) ([]*keys.PreKey, error) {
	found, err := getAll(ctx, s.values, t, kv.KindPreKey, decodePreKey)
	if err != nil {
		return nil, err
	}
	var list []*keys.PreKey
	for ref, key := range found {
		id, err := strconv.ParseUint(ref.Field, 10, 32)
		if err != nil {
			return nil, s.Fail("read prekeys", kv.ErrCorrupt)
		}
		if !c.isUploaded(uint32(id), key.single) {
			list = append(list, key.withID(uint32(id)))
		}
	}
	slices.SortFunc(list, func(a, b *keys.PreKey) int { return cmp.Compare(a.KeyID, b.KeyID) })
	return list, nil
}

// GenOnePreKey makes one key that counts as uploaded: whatsmeow sends it along with a retry request.
func (s *preKeyStore) GenOnePreKey(ctx context.Context) (key *keys.PreKey, err error) {
	err = s.updateCounters(ctx, func(t *txn.Txn, c *preKeyCounters) (bool, error) {
		key = c.generate(t, true)
		return true, nil
	})
	return key, err
}

func (s *preKeyStore) GetPreKey(ctx context.Context, id uint32) (*keys.PreKey, error) {
	key, found, err := get(ctx, s.values, s.Of(ctx), preKeyRef(id), decodePreKey)
	if err != nil || !found {
		return nil, err
	}
	return key.withID(id), nil
}

// RemovePreKey deletes a key after its one use.
func (s *preKeyStore) RemovePreKey(ctx context.Context, id uint32) error {
	return s.updateCounters(ctx, func(t *txn.Txn, c *preKeyCounters) (uploaded bool, err error) {
		key, found, err := get(ctx, s.values, t, preKeyRef(id), decodePreKey)
		if err != nil || !found {
			return false, err
		}
		t.Put(preKeyRef(id), nil)
		if uploaded = c.isUploaded(id, key.single); uploaded {
			c.uploaded--
		}
		return uploaded, nil
	})
}

// MarkPreKeysAsUploaded stores that WhatsApp has all keys up to an id.
func (s *preKeyStore) MarkPreKeysAsUploaded(ctx context.Context, upTo uint32) error {
	return s.updateCounters(ctx, func(t *txn.Txn, c *preKeyCounters) (bool, error) {
		if upTo <= c.upTo {
			return false, nil
		}
		waiting, err := s.notUploaded(ctx, t, c)
		if err != nil {
			return false, err
		}
		for _, key := range waiting {
			if key.KeyID <= upTo {
				c.uploaded++
			}
		}
		c.upTo = upTo
		return true, nil
	})
}

func (s *preKeyStore) UploadedPreKeyCount(ctx context.Context) (int, error) {
	c, err := s.counters(ctx, nil)
	return int(c.uploaded), err
}
