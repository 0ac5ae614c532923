package signalstore

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
	"recado/internal/signalstore/txn"
)

// tokenStore implements store.PrivacyTokenStore and store.NCTSaltStore.
type tokenStore struct {
	*values
	lids *lidStore
}

func (s *tokenStore) tokenRef(user types.JID) kv.Ref {
	return s.ref(kv.KindToken, user.ToNonAD().String())
}

func encodeToken(t store.PrivacyToken) []byte {
	r := record.New(32 + len(t.Token)).Bytes(t.Token).Int(t.Timestamp.Unix())
	if t.SenderTimestamp.IsZero() {
		return r.Int(0).Done()
	}
	return r.Int(t.SenderTimestamp.Unix()).Done()
}

func decodeToken(data []byte) (store.PrivacyToken, error) {
	r := record.Open(data)
	t := store.PrivacyToken{Token: r.Bytes(), Timestamp: time.Unix(r.Int(), 0)}
	if sent := r.Int(); sent != 0 {
		t.SenderTimestamp = time.Unix(sent, 0)
	}
	return t, r.Err()
}

// PutPrivacyTokens stores tokens, each unless a newer one is stored; a known sender timestamp stays when the new token
// has none.
func (s *tokenStore) PutPrivacyTokens(ctx context.Context, tokens ...store.PrivacyToken) error {
	refs := func(token store.PrivacyToken) []kv.Ref { return []kv.Ref{s.tokenRef(token.User)} }
	return txn.UpdateBatch(ctx, s.Manager, tokens, refs, func(t *txn.Txn, token store.PrivacyToken) error {
		ref := s.tokenRef(token.User)
		old, found, err := get(ctx, s.values, t, ref, decodeToken)
		if err != nil || found && token.Timestamp.Unix() < old.Timestamp.Unix() {
			return err
		}
		if token.SenderTimestamp.IsZero() {
			token.SenderTimestamp = old.SenderTimestamp
		}
		t.PutLater(ref, encodeToken(token))
		return nil
	})
}

// GetPrivacyToken returns the newest token stored under either name of a contact, nil when there is none.
func (s *tokenStore) GetPrivacyToken(ctx context.Context, user types.JID) (*store.PrivacyToken, error) {
	user = user.ToNonAD()
	names, err := s.lids.names(ctx, user)
	if err != nil {
		return nil, err
	}
	refs := make([]kv.Ref, len(names))
	for i, name := range names {
		refs[i] = s.tokenRef(name)
	}
	tokens, err := getMany(ctx, s.values, refs, decodeToken)
	var newest *store.PrivacyToken
	for _, token := range tokens {
		if token != nil && (newest == nil || token.Timestamp.After(newest.Timestamp)) {
			token.User, newest = user, token
		}
	}
	return newest, err
}

func (s *tokenStore) DeleteExpiredPrivacyTokens(ctx context.Context, cutoff time.Time) (deleted int64, err error) {
	err = s.Update(ctx, func(t *txn.Txn) error {
		deleted = 0
		found, err := getAll(ctx, s.values, t, kv.KindToken, decodeToken)
		for ref, token := range found {
			if err == nil && token.Timestamp.Unix() < cutoff.Unix() {
				t.PutLater(ref, nil)
				deleted++
			}
		}
		return err
	})
	return deleted, err
}

var refSalt = kv.Ref{Kind: kv.KindMeta, Field: "salt"}

// PutNCTSalt stores the salt of the tokens for contacts who have none.
func (s *tokenStore) PutNCTSalt(ctx context.Context, salt []byte) error {
	return s.Write(ctx, func(t *txn.Txn) { t.PutLater(refSalt, encodeBytes(salt)) })
}

func (s *tokenStore) GetNCTSalt(ctx context.Context) ([]byte, error) {
	salt, _, err := get(ctx, s.values, nil, refSalt, decodeBytes)
	return salt, err
}

func (s *tokenStore) DeleteNCTSalt(ctx context.Context) error {
	return s.Write(ctx, func(t *txn.Txn) { t.PutLater(refSalt, nil) })
}
