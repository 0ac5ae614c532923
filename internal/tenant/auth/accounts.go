package auth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"recado/internal/tenant"
)

// NewUser is the input of a new account; the Service validates it.
type NewUser struct {
	Email    string
	Name     string
	Password string
}

// user validates n and returns it as a tenant.User.
func (s *Service) user(ctx context.Context, n NewUser) (tenant.User, error) {
	email, err := tenant.ParseEmail(n.Email)
	if err != nil {
		return tenant.User{}, err
	}
	name, err := tenant.ParseName(n.Name)
	if err != nil {
		return tenant.User{}, err
	}
	if err := tenant.CheckPassword(n.Password); err != nil {
		return tenant.User{}, err
	}
	id, err := randomID(s.rand, "usr_", 16)
	if err != nil {
		return tenant.User{}, err
	}
	hash, err := s.pass.hash(ctx, n.Password)
	if err != nil {
		return tenant.User{}, err
	}
	return tenant.User{ID: tenant.UserID(id), Email: email, Name: name, PasswordHash: hash, CreatedAt: s.now()}, nil
}

// CreateMember creates a user of one shop. tenant.ErrEmail, ErrName, ErrPassword;
// tenant.ErrTaken when the e-mail has an account.
func (s *Service) CreateMember(ctx context.Context, shop tenant.ShopID, role tenant.Role, n NewUser) (tenant.Member, error) {
	u, err := s.user(ctx, n)
	if err != nil {
		return tenant.Member{}, fmt.Errorf("create member: %w", err)
	}
	if err := s.store.CreateUser(ctx, u, tenant.Membership{Shop: shop, Role: role}); err != nil {
		return tenant.Member{}, fmt.Errorf("create member: %w", err)
	}
	return tenant.Member{User: u.ID, Email: u.Email, Name: u.Name, Role: role}, nil
}

// EnsureAdmin creates the first administrator, unless there is one already.
func (s *Service) EnsureAdmin(ctx context.Context, email, password string) error {
	has, err := s.store.HasAdmin(ctx)
	if err != nil || has {
		return wrap("look for an administrator", err)
	}
	_, err = s.createAdmin(ctx, NewUser{Email: email, Name: "Admin", Password: password})
	return err
}

func (s *Service) createAdmin(ctx context.Context, n NewUser) (tenant.User, error) {
	u, err := s.user(ctx, n)
	if err != nil {
		return tenant.User{}, fmt.Errorf("create administrator: %w", err)
	}
	u.Admin = true
	if err := s.store.CreateFirstAdmin(ctx, u); err != nil {
		return tenant.User{}, fmt.Errorf("create administrator: %w", err)
	}
	return u, nil
}

// ChangePassword replaces the caller's own password and ends their other logins.
// ErrCredentials when current is wrong, which is limited like a sign-in.
func (s *Service) ChangePassword(ctx context.Context, p tenant.Principal, current, next string, from netip.Addr) error {
	if err := tenant.CheckPassword(next); err != nil {
		return err
	}
	g := limiter{limits: s.limits}
	if err := g.take(ctx, bucket{"password:" + network(from) + ":" + p.ID(), perAddressAndAccount}); err != nil {
		return err
	}
	u, _, err := s.store.User(ctx, p.User)
	if err != nil {
		return tokenError("change password", err)
	}
	ok, err := s.pass.matches(ctx, u.PasswordHash, current)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	if !ok {
		return ErrCredentials
	}
	hash, err := s.pass.hash(ctx, next)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	return errors.Join(g.refund(ctx), wrap("change password", s.store.SetPassword(ctx, p.User, hash, p.Login)))
}

// CreateAPIKey creates a key of one shop. secret is the key itself; only its hash
// is stored.
func (s *Service) CreateAPIKey(ctx context.Context, by tenant.Principal, shop tenant.ShopID, name string, role tenant.Role) (k tenant.APIKey, secret string, err error) {
	name, err = tenant.ParseName(name)
	if err != nil {
		return tenant.APIKey{}, "", err
	}
	id, err := randomID(s.rand, "key_", 16)
	if err != nil {
		return tenant.APIKey{}, "", err
	}
	secret, err = randomID(s.rand, keyPrefix, 32)
	if err != nil {
		return tenant.APIKey{}, "", err
	}
	k = tenant.APIKey{
		ID: id, Shop: shop, Name: name, Role: role, Prefix: secret[:visibleKeyChars], Hash: digest(secret),
		CreatedBy: by.User, CreatedAt: s.now(),
	}
	if err := s.store.CreateAPIKey(ctx, k); err != nil {
		return tenant.APIKey{}, "", fmt.Errorf("create API key: %w", err)
	}
	return k, secret, nil
}

func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", op, err)
}
