package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/netip"
	"sync"

	"recado/internal/tenant"
)

// setup is the one-time secret of the set-up link. It lives in memory: a
// restart prints a new link.
type setup struct {
	mu     sync.Mutex
	secret string
}

// SetUpToken returns the secret of the set-up link; needed is false when there
// is an administrator and no link is to be shown. Calling again returns the
// same secret until it is used.
func (s *Service) SetUpToken(ctx context.Context) (token string, needed bool, err error) {
	has, err := s.store.HasAdmin(ctx)
	if err != nil || has {
		return "", false, wrap("look for an administrator", err)
	}
	s.setup.mu.Lock()
	defer s.setup.mu.Unlock()
	if s.setup.secret == "" {
		if s.setup.secret, err = randomID(s.rand, "", 32); err != nil {
			return "", false, err
		}
	}
	return s.setup.secret, true, nil
}

// SetUpNeeded reports whether there is no administrator yet.
func (s *Service) SetUpNeeded(ctx context.Context) (bool, error) {
	has, err := s.store.HasAdmin(ctx)
	return !has, wrap("look for an administrator", err)
}

// SetUp creates the first administrator, who holds the link's secret, and signs
// them in. ErrSetUp when the secret is wrong, used, or no longer needed.
func (s *Service) SetUp(ctx context.Context, token string, n NewUser, from netip.Addr) (Grant, error) {
	g := limiter{limits: s.limits}
	if err := g.take(ctx, bucket{"setup:" + network(from), perAddressAndAccount}); err != nil {
		return Grant{}, err
	}
	s.setup.mu.Lock()
	defer s.setup.mu.Unlock()
	if s.setup.secret == "" || subtle.ConstantTimeCompare([]byte(token), []byte(s.setup.secret)) != 1 {
		return Grant{}, ErrSetUp
	}
	u, err := s.createAdmin(ctx, n)
	if err := g.refund(ctx); err != nil {
		return Grant{}, err
	}
	if errors.Is(err, tenant.ErrTaken) {
		return Grant{}, fmt.Errorf("%w: %w", ErrSetUp, err)
	}
	if err != nil {
		return Grant{}, err
	}
	s.setup.secret = ""
	return s.open(ctx, u, nil)
}
