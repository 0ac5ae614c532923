package auth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"recado/internal/tenant"
)

// Identity is a Principal and how long its token lasts.
type Identity struct {
	tenant.Principal
	ExpiresAt time.Time // zero: an API key lasts until it is deleted
}

// maxToken bounds what is looked at; ours have about 350 bytes.
const maxToken = 2048

// touchEvery is how exact an API key's last use is.
const touchEvery = time.Minute

// lookupWait is how long the store may take to know a token: without it nobody
// can be answered, and saying so at once is better than a request that hangs.
const lookupWait = 5 * time.Second

// Authenticate tells who an access token or an API key stands for and what they
// may see now. ErrToken when nobody.
func (s *Service) Authenticate(ctx context.Context, token string) (Identity, error) {
	if len(token) > maxToken {
		return Identity{}, ErrToken
	}
	ctx, cancel := context.WithTimeout(ctx, lookupWait)
	defer cancel()
	if strings.HasPrefix(token, keyPrefix) {
		return s.program(ctx, token)
	}
	return s.person(ctx, token)
}

func (s *Service) person(ctx context.Context, token string) (Identity, error) {
	id, login, expires, err := s.signer.read(token)
	if err != nil {
		return Identity{}, err
	}
	l, err := s.store.Login(ctx, login, s.now())
	if err != nil {
		return Identity{}, refused("look up login", err)
	}
	if l.User != id {
		return Identity{}, fmt.Errorf("%w: somebody else's login", ErrToken)
	}
	user, shops, err := s.store.User(ctx, id)
	if err != nil {
		return Identity{}, refused("look up user", err)
	}
	p := tenant.Principal{User: id, Login: login, Admin: user.Admin, Shops: make(map[tenant.ShopID]tenant.Role, len(shops))}
	for _, m := range shops {
		p.Shops[m.Shop] = m.Role
	}
	return Identity{Principal: p, ExpiresAt: expires}, nil
}

func (s *Service) program(ctx context.Context, token string) (Identity, error) {
	k, err := s.store.APIKeyByHash(ctx, digest(token))
	if err != nil {
		return Identity{}, refused("look up API key", err)
	}
	if now := s.now(); now.Sub(k.LastUsedAt) >= touchEvery {
		if err := s.store.TouchAPIKey(ctx, k.ID, now); err != nil {
			return Identity{}, fmt.Errorf("note use of API key: %w", err)
		}
	}
	return Identity{Principal: tenant.Principal{Key: k.ID, Shops: map[tenant.ShopID]tenant.Role{k.Shop: k.Role}}}, nil
}
