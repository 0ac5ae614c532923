package signalstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"go.mau.fi/whatsmeow/util/keys"

	"recado/internal/signalstore/kv"
)

// maxPreKeyID is the largest id that the wire's three bytes and libsignal (which gives the largest of all a meaning) allow.
const maxPreKeyID = 1<<24 - 2

// refPreKeys holds the counters below. Ids come from a counter and not from the largest stored one: a used key is
// deleted, and an id given twice could decrypt a message with the wrong key.
var refPreKeys = kv.Ref{Kind: kv.KindMeta, Field: "prekeys"}

type preKeyCounters struct {
	next     uint32 // id of the next key
	upTo     uint32 // keys up to this id were uploaded
	uploaded int64  // how many uploaded keys are left
}

func (c preKeyCounters) encode() []byte {
	return newRecord(16).int(int64(c.next)).int(int64(c.upTo)).int(c.uploaded).buf
}

func (s *stores) preKeyCounters(ctx context.Context, u *unit) (preKeyCounters, error) {
	it, err := s.get(ctx, u, refPreKeys)
	if err != nil || it.data == nil {
		return preKeyCounters{next: 1}, err
	}
	r := openRecord(it.data)
	c := preKeyCounters{next: uint32(r.int()), upTo: uint32(r.int()), uploaded: r.int()}
	if s.doubtful(refPreKeys) {
		c.next += skipPreKeys
	}
	return c, s.outcome("read prekey counters", r.err)
}

// preKey is a stored key; single tells that it was uploaded on its own, with a retry request.
type preKey struct {
	*keys.PreKey
	single bool
}

func preKeyRef(id uint32) kv.Ref {
	return kv.Ref{Kind: kv.KindPreKey, Field: strconv.FormatUint(uint64(id), 10)}
}

func (k preKey) encode() []byte { return newRecord(48).flag(k.single).bytes(k.Priv[:]).buf }

func decodePreKey(ref kv.Ref, it item) (preKey, error) {
	id, err := strconv.ParseUint(ref.Field, 10, 32)
	if err != nil {
		return preKey{}, fmt.Errorf("%w: prekey id %q", kv.ErrCorrupt, ref.Field)
	}
	r := openRecord(it.data)
	single := r.flag()
	private := r.array32()
	if r.err != nil {
		return preKey{}, r.err
	}
	return preKey{PreKey: &keys.PreKey{KeyPair: *keys.NewKeyPairFromPrivateKey(private), KeyID: uint32(id)}, single: single}, nil
}

func (c preKeyCounters) isUploaded(id uint32, single bool) bool { return single || id <= c.upTo }

// generate makes the next key and moves the counter. After the last id it starts over: the first keys are long used.
func (c *preKeyCounters) generate(u *unit, single bool) *keys.PreKey {
	if c.next > maxPreKeyID {
		c.next, c.upTo = 1, 0
	}
	key := keys.NewPreKey(c.next)
	c.next++
	if single {
		c.uploaded++
	}
	u.put(preKeyRef(key.KeyID), preKey{PreKey: key, single: single}.encode())
	return key
}

// GetOrGenPreKeys returns count keys that were not uploaded, the oldest first, and makes those that are missing.
func (s *stores) GetOrGenPreKeys(ctx context.Context, count uint32) (batch []*keys.PreKey, err error) {
	err = s.atomically(ctx, func(u *unit) error {
		c, err := s.preKeyCounters(ctx, u)
		if err != nil {
			return err
		}
		batch, err = s.waitingPreKeys(ctx, u, c)
		if err != nil {
			return err
		}
		if uint32(len(batch)) > count {
			batch = batch[:count]
		}
		missing := int(count) - len(batch)
		for range missing {
			batch = append(batch, c.generate(u, false))
		}
		if missing > 0 {
			u.put(refPreKeys, c.encode())
		}
		return nil
	})
	return batch, err
}

// waitingPreKeys returns the keys that were not uploaded, ordered by id.
func (s *stores) waitingPreKeys(ctx context.Context, u *unit, c preKeyCounters) ([]*keys.PreKey, error) {
	found, err := s.scan(ctx, u, kv.Range{Kind: kv.KindPreKey})
	if err != nil {
		return nil, err
	}
	var list []*keys.PreKey
	for ref, it := range found {
		key, err := decodePreKey(ref, it)
		if err != nil {
			return nil, s.outcome("read prekeys", err)
		}
		if !c.isUploaded(key.KeyID, key.single) {
			list = append(list, key.PreKey)
		}
	}
	slices.SortFunc(list, func(a, b *keys.PreKey) int { return cmp.Compare(a.KeyID, b.KeyID) })
	return list, nil
}

// GenOnePreKey makes one key that counts as uploaded: whatsmeow sends it along with a retry request.
func (s *stores) GenOnePreKey(ctx context.Context) (key *keys.PreKey, err error) {
	err = s.atomically(ctx, func(u *unit) error {
		c, err := s.preKeyCounters(ctx, u)
		if err != nil {
			return err
		}
		key = c.generate(u, true)
		u.put(refPreKeys, c.encode())
		return nil
	})
	return key, err
}

// GetPreKey returns a key, nil when it was used or never made.
func (s *stores) GetPreKey(ctx context.Context, id uint32) (*keys.PreKey, error) {
	ref := preKeyRef(id)
	it, err := s.get(ctx, s.unitOf(ctx), ref)
	if err != nil || it.data == nil {
		return nil, err
	}
	key, err := decodePreKey(ref, it)
	return key.PreKey, s.outcome("read prekey", err)
}

// RemovePreKey deletes a key after its one use.
func (s *stores) RemovePreKey(ctx context.Context, id uint32) error {
	return s.atomically(ctx, func(u *unit) error {
		ref := preKeyRef(id)
		it, err := s.get(ctx, u, ref)
		if err != nil || it.data == nil {
			return err
		}
		c, err := s.preKeyCounters(ctx, u)
		if err != nil {
			return err
		}
		r := openRecord(it.data)
		if c.isUploaded(id, r.flag()) {
			c.uploaded--
			u.put(refPreKeys, c.encode())
		}
		u.put(ref, nil)
		return s.outcome("read prekey", r.err)
	})
}

// MarkPreKeysAsUploaded notes that WhatsApp has all keys up to an id.
func (s *stores) MarkPreKeysAsUploaded(ctx context.Context, upTo uint32) error {
	return s.atomically(ctx, func(u *unit) error {
		c, err := s.preKeyCounters(ctx, u)
		if err != nil || upTo <= c.upTo {
			return err
		}
		waiting, err := s.waitingPreKeys(ctx, u, c)
		if err != nil {
			return err
		}
		for _, key := range waiting {
			if key.KeyID <= upTo {
				c.uploaded++
			}
		}
		c.upTo = upTo
		u.put(refPreKeys, c.encode())
		return nil
	})
}

// UploadedPreKeyCount returns how many keys WhatsApp still has to give out.
func (s *stores) UploadedPreKeyCount(ctx context.Context) (int, error) {
	c, err := s.preKeyCounters(ctx, nil)
	return int(c.uploaded), err
}
