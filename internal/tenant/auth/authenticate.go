package auth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"recado/internal/tenant"
)

// Identity is a Principal and the expiry of its token.
type Identity struct {
	tenant.Principal
	ExpiresAt time.Time // zero: an API key lasts until it is deleted
}

// maxToken bounds a token, in bytes; ours have about 350.
const maxToken = 2048

// touchEvery is the resolution of an API key's last use.
const touchEvery = time.Minute

// lookupTimeout bounds the store's lookup of a token: a request that hangs would
// hold its connection without a chance of an answer.
const lookupTimeout = 5 * time.Second

// Authenticate returns the principal of an access token or an API key, with its
// present roles. ErrToken.
func (s *Service) Authenticate(ctx context.Context, token string) (Identity, error) {
	if len(token) > maxToken {
		return Identity{}, ErrToken
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	if strings.HasPrefix(token, keyPrefix) {
		return s.authenticateKey(ctx, token)
	}
	return s.authenticateUser(ctx, token)
}

func (s *Service) authenticateUser(ctx context.Context, token string) (Identity, error) {
	id, login, expires, err := s.signer.read(token)
	if err != nil {
		return Identity{}, err
	}
	l, err := s.store.Login(ctx, login, s.now())
	if err != nil {
		return Identity{}, tokenError("look up login", err)
	}
	if l.User != id {
		return Identity{}, fmt.Errorf("%w: the login belongs to another user", ErrToken)
	}
	user, shops, err := s.store.User(ctx, id)
	if err != nil {
		return Identity{}, tokenError("look up user", err)
	}
	p := tenant.Principal{User: id, Login: login, Admin: user.Admin, Shops: make(map[tenant.ShopID]tenant.Role, len(shops))}
	for _, m := range shops {
		p.Shops[m.Shop] = m.Role
	}
	return Identity{Principal: p, ExpiresAt: expires}, nil
}

func (s *Service) authenticateKey(ctx context.Context, token string) (Identity, error) {
	k, err := s.store.APIKeyByHash(ctx, digest(token))
	if err != nil {
		return Identity{}, tokenError("look up API key", err)
	}
	if now := s.now(); now.Sub(k.LastUsedAt) >= touchEvery {
		if err := s.store.TouchAPIKey(ctx, k.ID, now); err != nil {
			return Identity{}, fmt.Errorf("note use of API key: %w", err)
		}
	}
	return Identity{Principal: tenant.Principal{Key: k.ID, Shops: map[tenant.ShopID]tenant.Role{k.Shop: k.Role}}}, nil
}
