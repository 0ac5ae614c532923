package encrypted

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/conversation"
	"recado/internal/tenant"
	"recado/internal/vault"
)

// Store is a conversation.Store over another one. It is safe for concurrent use
// when that is.
type Store struct {
	inner conversation.Store
	vault *vault.Vault
}

// New returns a Store that seals what is private with the shops' keys in v before it reaches inner.
func New(inner conversation.Store, v *vault.Vault) *Store { return &Store{inner: inner, vault: v} }

var _ conversation.Store = (*Store)(nil)

// sealCodec returns the codec of a verb that writes; it creates the shop's key when there is none.
func (s *Store) sealCodec(ctx context.Context, shop tenant.ShopID) (*codec, error) {
	k, err := s.vault.Keys(ctx, shop, vault.Records)
	if err != nil {
		return nil, fmt.Errorf("seal records of shop %s: %w", shop, err)
	}
	return &codec{keys: k}, nil
}

// openCodec returns the codec of a verb that only reads. Records without a key were shredded.
func (s *Store) openCodec(ctx context.Context, shop tenant.ShopID) (*codec, error) {
	k, err := s.vault.Existing(ctx, shop, vault.Records)
	if errors.Is(err, vault.ErrNoKey) {
		err = fmt.Errorf("%w: %w", vault.ErrCorrupt, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open records of shop %s: %w", shop, err)
	}
	return &codec{keys: k}, nil
}
