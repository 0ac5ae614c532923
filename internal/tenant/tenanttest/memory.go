// Package tenanttest holds the contract of tenant.Store as a test suite, and
// the in-memory store that passes it and that other packages' tests run on.
package tenanttest

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"recado/internal/tenant"
)

// Memory is a tenant.Store that forgets. Its zero value is ready to use.
type Memory struct {
	mu      sync.Mutex
	shops   map[tenant.ShopID]tenant.Shop
	users   map[tenant.UserID]tenant.User
	members map[tenant.UserID]map[tenant.ShopID]tenant.Role
	logins  map[tenant.LoginID]tenant.Login
	keys    map[string]tenant.APIKey
}

var _ tenant.Store = (*Memory)(nil)

func put[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = make(map[K]V)
	}
	(*m)[k] = v
}

// CreateShop implements tenant.Shops.
func (m *Memory) CreateShop(_ context.Context, s tenant.Shop) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.shops[s.ID]; ok {
		return tenant.ErrTaken
	}
	put(&m.shops, s.ID, s)
	return nil
}

// Shop implements tenant.Shops.
func (m *Memory) Shop(_ context.Context, id tenant.ShopID) (tenant.Shop, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.shops[id]
	if !ok {
		return tenant.Shop{}, tenant.ErrNotFound
	}
	return s, nil
}

// RenameShop implements tenant.Shops.
func (m *Memory) RenameShop(_ context.Context, id tenant.ShopID, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.shops[id]
	if !ok {
		return tenant.ErrNotFound
	}
	s.Name = name
	m.shops[id] = s
	return nil
}

// Shops implements tenant.Shops.
func (m *Memory) Shops(_ context.Context, after tenant.ShopID, limit int) ([]tenant.Shop, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var page []tenant.Shop
	for _, id := range slices.Sorted(maps.Keys(m.shops)) {
		if id > after && len(page) < limit {
			page = append(page, m.shops[id])
		}
	}
	return page, nil
}

// SetWhatsApp does what a channel store does to a shop's summary.
func (m *Memory) SetWhatsApp(id tenant.ShopID, w tenant.WhatsApp) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.shops[id]
	s.WhatsApp = w
	put(&m.shops, id, s)
}

// CreateUser implements tenant.Users.
func (m *Memory) CreateUser(_ context.Context, u tenant.User, in ...tenant.Membership) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, ms := range in {
		if _, ok := m.shops[ms.Shop]; !ok {
			return tenant.ErrNotFound
		}
	}
	if err := m.addUser(u); err != nil {
		return err
	}
	for _, ms := range in {
		m.members[u.ID][ms.Shop] = ms.Role
	}
	return nil
}

// CreateFirstAdmin implements tenant.Users.
func (m *Memory) CreateFirstAdmin(_ context.Context, u tenant.User) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, other := range m.users {
		if other.Admin {
			return tenant.ErrTaken
		}
	}
	return m.addUser(u)
}

func (m *Memory) addUser(u tenant.User) error {
	for _, other := range m.users {
		if other.ID == u.ID || other.Email == u.Email {
			return tenant.ErrTaken
		}
	}
	put(&m.users, u.ID, u)
	put(&m.members, u.ID, make(map[tenant.ShopID]tenant.Role))
	return nil
}

// HasAdmin implements tenant.Users.
func (m *Memory) HasAdmin(context.Context) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range m.users {
		if u.Admin {
			return true, nil
		}
	}
	return false, nil
}

// User implements tenant.Users.
func (m *Memory) User(_ context.Context, id tenant.UserID) (tenant.User, []tenant.Membership, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.users[id]
	if !ok {
		return tenant.User{}, nil, tenant.ErrNotFound
	}
	return u, m.memberships(id), nil
}

// UserByEmail implements tenant.Users.
func (m *Memory) UserByEmail(_ context.Context, email string) (tenant.User, []tenant.Membership, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range m.users {
		if u.Email == email {
			return u, m.memberships(u.ID), nil
		}
	}
	return tenant.User{}, nil, tenant.ErrNotFound
}

func (m *Memory) memberships(id tenant.UserID) []tenant.Membership {
	var in []tenant.Membership
	for _, shop := range slices.Sorted(maps.Keys(m.members[id])) {
		in = append(in, tenant.Membership{Shop: shop, Name: m.shops[shop].Name, Role: m.members[id][shop]})
	}
	return in
}

// SetPassword implements tenant.Users.
func (m *Memory) SetPassword(_ context.Context, id tenant.UserID, hash string, keep tenant.LoginID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.users[id]
	if !ok {
		return tenant.ErrNotFound
	}
	u.PasswordHash = hash
	m.users[id] = u
	m.endLogins(id, keep)
	return nil
}

func (m *Memory) endLogins(id tenant.UserID, keep tenant.LoginID) {
	maps.DeleteFunc(m.logins, func(l tenant.LoginID, login tenant.Login) bool { return login.User == id && l != keep })
}

// PutMember implements tenant.Members.
func (m *Memory) PutMember(_ context.Context, shop tenant.ShopID, user tenant.UserID, role tenant.Role) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, hasShop := m.shops[shop]
	_, hasUser := m.users[user]
	if !hasShop || !hasUser {
		return tenant.ErrNotFound
	}
	m.members[user][shop] = role
	return nil
}

// RemoveMember implements tenant.Members.
func (m *Memory) RemoveMember(_ context.Context, shop tenant.ShopID, user tenant.UserID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.members[user][shop]; !ok {
		return tenant.ErrNotFound
	}
	delete(m.members[user], shop)
	if len(m.members[user]) == 0 && !m.users[user].Admin {
		m.endLogins(user, "")
		delete(m.users, user)
		delete(m.members, user)
	}
	return nil
}

// Members implements tenant.Members.
func (m *Memory) Members(_ context.Context, shop tenant.ShopID) ([]tenant.Member, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []tenant.Member
	for id, in := range m.members {
		if role, ok := in[shop]; ok {
			u := m.users[id]
			list = append(list, tenant.Member{User: id, Email: u.Email, Name: u.Name, Role: role})
		}
	}
	slices.SortFunc(list, func(a, b tenant.Member) int { return cmp.Compare(a.Email, b.Email) })
	return list, nil
}

// CreateLogin implements tenant.Logins.
func (m *Memory) CreateLogin(_ context.Context, l tenant.Login) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.users[l.User]; !ok {
		return tenant.ErrNotFound
	}
	put(&m.logins, l.ID, l)
	return nil
}

// Login implements tenant.Logins.
func (m *Memory) Login(_ context.Context, id tenant.LoginID, now time.Time) (tenant.Login, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, ok := m.logins[id]
	if !ok || !now.Before(l.ExpiresAt) {
		return tenant.Login{}, tenant.ErrNotFound
	}
	return l, nil
}

// RotateLogin implements tenant.Logins.
func (m *Memory) RotateLogin(_ context.Context, id tenant.LoginID, old, next []byte, at, until time.Time) (tenant.Login, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, ok := m.logins[id]
	switch {
	case !ok || !at.Before(l.ExpiresAt):
		return tenant.Login{}, tenant.ErrNotFound
	case !bytes.Equal(l.Hash, old):
		delete(m.logins, id)
		return tenant.Login{}, tenant.ErrReused
	}
	l.Hash, l.UsedAt, l.ExpiresAt = next, at, until
	m.logins[id] = l
	return l, nil
}

// DeleteLogin implements tenant.Logins.
func (m *Memory) DeleteLogin(_ context.Context, id tenant.LoginID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.logins, id)
	return nil
}

// DeleteExpiredLogins implements tenant.Logins.
func (m *Memory) DeleteExpiredLogins(_ context.Context, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.logins, func(_ tenant.LoginID, l tenant.Login) bool { return !now.Before(l.ExpiresAt) })
	return nil
}

// CreateAPIKey implements tenant.APIKeys.
func (m *Memory) CreateAPIKey(_ context.Context, k tenant.APIKey) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.shops[k.Shop]; !ok {
		return tenant.ErrNotFound
	}
	for _, other := range m.keys {
		if other.ID == k.ID || bytes.Equal(other.Hash, k.Hash) {
			return tenant.ErrTaken
		}
	}
	put(&m.keys, k.ID, k)
	return nil
}

// APIKeyByHash implements tenant.APIKeys.
func (m *Memory) APIKeyByHash(_ context.Context, hash []byte) (tenant.APIKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.keys {
		if bytes.Equal(k.Hash, hash) {
			return k, nil
		}
	}
	return tenant.APIKey{}, tenant.ErrNotFound
}

// APIKeys implements tenant.APIKeys.
func (m *Memory) APIKeys(_ context.Context, shop tenant.ShopID) ([]tenant.APIKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []tenant.APIKey
	for _, k := range m.keys {
		if k.Shop == shop {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b tenant.APIKey) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// DeleteAPIKey implements tenant.APIKeys.
func (m *Memory) DeleteAPIKey(_ context.Context, shop tenant.ShopID, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.keys[id]; !ok || k.Shop != shop {
		return tenant.ErrNotFound
	}
	delete(m.keys, id)
	return nil
}

// TouchAPIKey implements tenant.APIKeys.
func (m *Memory) TouchAPIKey(_ context.Context, id string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.keys[id]; ok {
		k.LastUsedAt = at
		m.keys[id] = k
	}
	return nil
}
