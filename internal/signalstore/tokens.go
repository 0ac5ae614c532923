package signalstore

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
)

func encodeToken(t store.PrivacyToken) []byte {
	r := newRecord(32 + len(t.Token)).bytes(t.Token).int(t.Timestamp.Unix())
	if t.SenderTimestamp.IsZero() {
		return r.int(0).buf
	}
	return r.int(t.SenderTimestamp.Unix()).buf
}

func decodeToken(user types.JID, it item) (store.PrivacyToken, error) {
	r := openRecord(it.data)
	t := store.PrivacyToken{User: user, Token: r.bytes(), Timestamp: time.Unix(r.int(), 0)}
	if sent := r.int(); sent != 0 {
		t.SenderTimestamp = time.Unix(sent, 0)
	}
	return t, r.err
}

// PutPrivacyTokens stores tokens, each unless a newer one is stored; a known sender timestamp stays when the new token
// has none.
func (s *stores) PutPrivacyTokens(ctx context.Context, tokens ...store.PrivacyToken) error {
	refs := func(t store.PrivacyToken) []kv.Ref { return []kv.Ref{s.ref(kv.KindToken, t.User.ToNonAD().String())} }
	return putMany(ctx, s, tokens, refs, func(u *unit, t store.PrivacyToken) error {
		ref := refs(t)[0]
		it, err := s.get(ctx, u, ref)
		if err != nil {
			return err
		}
		if it.data != nil {
			old, err := decodeToken(t.User, it)
			if err != nil || t.Timestamp.Unix() < old.Timestamp.Unix() {
				return s.outcome("read privacy token", err)
			}
			if t.SenderTimestamp.IsZero() {
				t.SenderTimestamp = old.SenderTimestamp
			}
		}
		u.putLater(ref, encodeToken(t))
		return nil
	})
}

// GetPrivacyToken returns the newest token stored under either name of a contact, nil when there is none.
func (s *stores) GetPrivacyToken(ctx context.Context, user types.JID) (*store.PrivacyToken, error) {
	user = user.ToNonAD()
	names, err := s.names(ctx, user)
	if err != nil {
		return nil, err
	}
	refs := make([]kv.Ref, len(names))
	for i, name := range names {
		refs[i] = s.ref(kv.KindToken, name.String())
	}
	items, err := s.getMany(ctx, nil, refs)
	if err != nil {
		return nil, err
	}
	var newest *store.PrivacyToken
	for _, it := range items {
		if it.data == nil {
			continue
		}
		t, err := decodeToken(user, it)
		if err != nil {
			return nil, s.outcome("read privacy token", err)
		}
		if newest == nil || t.Timestamp.After(newest.Timestamp) {
			newest = &t
		}
	}
	return newest, nil
}

// DeleteExpiredPrivacyTokens deletes tokens older than cutoff and returns how many.
func (s *stores) DeleteExpiredPrivacyTokens(ctx context.Context, cutoff time.Time) (deleted int64, err error) {
	err = s.atomically(ctx, func(u *unit) error {
		deleted = 0
		found, err := s.scan(ctx, u, kv.Range{Kind: kv.KindToken})
		if err != nil {
			return err
		}
		for ref, it := range found {
			t, err := decodeToken(types.EmptyJID, it)
			if err != nil {
				return s.outcome("read privacy tokens", err)
			}
			if t.Timestamp.Unix() < cutoff.Unix() {
				u.putLater(ref, nil)
				deleted++
			}
		}
		return nil
	})
	return deleted, err
}

var refSalt = kv.Ref{Kind: kv.KindMeta, Field: "salt"}

// PutNCTSalt stores the salt of the tokens for contacts who have none.
func (s *stores) PutNCTSalt(ctx context.Context, salt []byte) error {
	return s.atomically(ctx, func(u *unit) error {
		u.putLater(refSalt, newRecord(len(salt)).bytes(salt).buf)
		return nil
	})
}

// GetNCTSalt returns the salt, nil when there is none.
func (s *stores) GetNCTSalt(ctx context.Context) ([]byte, error) {
	it, err := s.get(ctx, nil, refSalt)
	if err != nil || it.data == nil {
		return nil, err
	}
	r := openRecord(it.data)
	return r.bytes(), s.outcome("read salt", r.err)
}

// DeleteNCTSalt forgets the salt.
func (s *stores) DeleteNCTSalt(ctx context.Context) error {
	return s.atomically(ctx, func(u *unit) error {
		u.putLater(refSalt, nil)
		return nil
	})
}
