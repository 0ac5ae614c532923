package auth

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"recado/internal/tenant"
)

// Lifetime of a sign-in: since the last refresh, and in all.
const (
	refreshTTL = 30 * 24 * time.Hour
	loginTTL   = 180 * 24 * time.Hour
)

// Errors of the Service. A *LimitedError, ErrBusy and ErrToken come too.
var (
	ErrCredentials = errors.New("e-mail or password is wrong")
	ErrSetUp       = errors.New("the set-up link is not valid")
)

// Options configure a Service. Store and Key are required.
type Options struct {
	Store      tenant.Store
	Key        ed25519.PrivateKey // KeyFromFile or KeyFromSecret
	Limits     Limits             // default: NewMemory
	HashParams HashParams         // default: DefaultHashParams
	Now        func() time.Time   // default: time.Now
	Rand       io.Reader          // default: crypto/rand
}

// Service signs users in and authenticates tokens.
type Service struct {
	store  tenant.Store
	signer *signer
	limits Limits
	pass   *passwords
	now    func() time.Time
	rand   io.Reader
	setup  setup
}

// New returns a Service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Limits == nil {
		o.Limits = NewMemory(o.Now)
	}
	return &Service{
		store: o.Store, signer: newSigner(o.Key, o.Now), limits: o.Limits,
		pass: newPasswords(o.HashParams, o.Rand), now: o.Now, rand: o.Rand,
	}
}

// Grant is the result of a sign-in or a refresh.
type Grant struct {
	Access       string
	ExpiresAt    time.Time // of Access
	Refresh      string
	RefreshUntil time.Time
	User         tenant.User
	Shops        []tenant.Membership
}

// Login signs a person in. A wrong password and an unknown e-mail are both
// ErrCredentials and take the same time; after repeated failures it is a
// *LimitedError even for the right password.
func (s *Service) Login(ctx context.Context, email, password string, from netip.Addr) (Grant, error) {
	email, err := tenant.ParseEmail(email)
	if err != nil {
		// Counted and hashed like any other, under one account for all.
		email = "not an e-mail"
	}
	pair := bucket{"login:" + network(from) + ":" + email, perAddressAndAccount}
	g := limiter{limits: s.limits}
	if err := g.take(ctx, bucket{"login:" + network(from), perAddress}, pair, bucket{"login:" + email, perAccount}); err != nil {
		return Grant{}, err
	}
	user, shops, err := s.check(ctx, email, password)
	if err != nil {
		if !errors.Is(err, ErrCredentials) {
			err = errors.Join(err, g.refund(ctx)) // not a failed try
		}
		return Grant{}, err
	}
	if err := errors.Join(g.refund(ctx), s.limits.Forget(ctx, pair.key)); err != nil {
		return Grant{}, err
	}
	return s.open(ctx, user, shops)
}

func (s *Service) check(ctx context.Context, email, password string) (tenant.User, []tenant.Membership, error) {
	user, shops, err := s.store.UserByEmail(ctx, email)
	if err != nil && !errors.Is(err, tenant.ErrNotFound) {
		return tenant.User{}, nil, fmt.Errorf("sign in: %w", err)
	}
	if len(password) > tenant.MaxPassword {
		password, user.PasswordHash = "", ""
	}
	ok, err := s.pass.matches(ctx, user.PasswordHash, password)
	if err != nil {
		return tenant.User{}, nil, fmt.Errorf("sign in: %w", err)
	}
	if !ok {
		return tenant.User{}, nil, ErrCredentials
	}
	return user, shops, nil
}

func (s *Service) open(ctx context.Context, user tenant.User, shops []tenant.Membership) (Grant, error) {
	id, err := randomID(s.rand, "", 16)
	if err != nil {
		return Grant{}, err
	}
	secret, err := randomID(s.rand, "", 32)
	if err != nil {
		return Grant{}, err
	}
	now := s.now()
	l := tenant.Login{
		ID: tenant.LoginID(id), User: user.ID, Hash: digest(secret),
		CreatedAt: now, UsedAt: now, ExpiresAt: now.Add(refreshTTL),
	}
	if err := s.store.CreateLogin(ctx, l); err != nil {
		return Grant{}, fmt.Errorf("sign in: %w", err)
	}
	return s.grant(l, secret, user, shops)
}

func (s *Service) grant(l tenant.Login, secret string, user tenant.User, shops []tenant.Membership) (Grant, error) {
	access, expires, err := s.signer.issue(user.ID, l.ID)
	if err != nil {
		return Grant{}, err
	}
	return Grant{
		Access: access, ExpiresAt: expires, Refresh: joinRefresh(l.ID, secret), RefreshUntil: l.ExpiresAt,
		User: user, Shops: shops,
	}, nil
}

// Refresh trades a refresh token for the next one. ErrToken when it is unknown,
// expired, or was used before, which also ends the login it belongs to.
func (s *Service) Refresh(ctx context.Context, token string) (Grant, error) {
	id, old, ok := splitRefresh(token)
	if !ok {
		return Grant{}, ErrToken
	}
	l, err := s.store.Login(ctx, id, s.now())
	if err != nil {
		return Grant{}, tokenError("refresh", err)
	}
	next, err := randomID(s.rand, "", 32)
	if err != nil {
		return Grant{}, err
	}
	now := s.now()
	until := now.Add(refreshTTL)
	if last := l.CreatedAt.Add(loginTTL); until.After(last) {
		until = last
	}
	l, err = s.store.RotateLogin(ctx, id, digest(old), digest(next), now, until)
	if err != nil {
		return Grant{}, tokenError("refresh", err)
	}
	user, shops, err := s.store.User(ctx, l.User)
	if err != nil {
		return Grant{}, tokenError("refresh", err)
	}
	return s.grant(l, next, user, shops)
}

// Logout ends the login of a refresh token and returns its user. A token that is
// not valid is no error; the user is empty then.
func (s *Service) Logout(ctx context.Context, token string) (tenant.UserID, error) {
	id, secret, ok := splitRefresh(token)
	if !ok {
		return "", nil
	}
	// Rotating proves that the caller holds the newest token, or that it was stolen;
	// the login ends in both cases.
	l, err := s.store.RotateLogin(ctx, id, digest(secret), digest(""), s.now(), s.now())
	if err == nil {
		err = s.store.DeleteLogin(ctx, id)
	}
	if err != nil && !errors.Is(err, tenant.ErrNotFound) && !errors.Is(err, tenant.ErrReused) {
		return "", fmt.Errorf("sign out: %w", err)
	}
	return l.User, nil
}

// tokenError returns a store's ErrNotFound and ErrReused as ErrToken.
func tokenError(op string, err error) error {
	if errors.Is(err, tenant.ErrNotFound) || errors.Is(err, tenant.ErrReused) {
		return fmt.Errorf("%w: %w", ErrToken, err)
	}
	return fmt.Errorf("%s: %w", op, err)
}

// Sweep deletes logins that have expired. The caller decides how often.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.store.DeleteExpiredLogins(ctx, s.now()); err != nil {
		return fmt.Errorf("sweep logins: %w", err)
	}
	return nil
}
