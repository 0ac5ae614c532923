package tenanttest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant"
)

// Run is the contract of tenant.Store. open returns an empty store.
func Run(t *testing.T, open func(t *testing.T) tenant.Store) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, tenant.Store){
		"shops":                 shops,
		"users":                 users,
		"the first admin":       firstAdmin,
		"members":               members,
		"a last shop":           lastShop,
		"logins":                logins,
		"a login rotates once":  rotation,
		"passwords end logins":  passwords,
		"api keys":              apiKeys,
		"api keys stay at home": foreignKeys,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, open(t))
		})
	}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func shop(t *testing.T, s tenant.Store, id tenant.ShopID) {
	t.Helper()
	require.NoError(t, s.CreateShop(t.Context(), tenant.Shop{ID: id, Name: "Shop " + string(id), CreatedAt: noon}))
}

func user(t *testing.T, s tenant.Store, id tenant.UserID, in ...tenant.Membership) tenant.User {
	t.Helper()
	u := tenant.User{ID: id, Email: string(id) + "@example.com", Name: "Name " + string(id), PasswordHash: "$hash", CreatedAt: noon}
	require.NoError(t, s.CreateUser(t.Context(), u, in...))
	return u
}

func shops(t *testing.T, s tenant.Store) {
	ctx := t.Context()
	_, err := s.Shop(ctx, "a")
	require.ErrorIs(t, err, tenant.ErrNotFound)
	require.ErrorIs(t, s.RenameShop(ctx, "a", "x"), tenant.ErrNotFound)
	for _, id := range []tenant.ShopID{"b", "a", "c", "B"} {
		shop(t, s, id)
	}
	require.ErrorIs(t, s.CreateShop(ctx, tenant.Shop{ID: "a", Name: "other"}), tenant.ErrTaken)
	require.NoError(t, s.RenameShop(ctx, "a", "Tacos"))
	got, err := s.Shop(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, tenant.Shop{ID: "a", Name: "Tacos", CreatedAt: noon}, got)

	var ids []tenant.ShopID
	var after tenant.ShopID
	for {
		page, err := s.Shops(ctx, after, 3)
		require.NoError(t, err)
		for _, sh := range page {
			ids = append(ids, sh.ID)
		}
		if len(page) < 3 {
			break
		}
		after = page[len(page)-1].ID
	}
	require.Equal(t, []tenant.ShopID{"B", "a", "b", "c"}, ids)
}

func users(t *testing.T, s tenant.Store) {
	ctx := t.Context()
	shop(t, s, "a")
	shop(t, s, "b")
	_, _, err := s.User(ctx, "u1")
	require.ErrorIs(t, err, tenant.ErrNotFound)
	_, _, err = s.UserByEmail(ctx, "u1@example.com")
	require.ErrorIs(t, err, tenant.ErrNotFound)

	u := user(t, s, "u1", tenant.Membership{Shop: "b", Role: tenant.Viewer}, tenant.Membership{Shop: "a", Role: tenant.Owner})
	want := []tenant.Membership{{Shop: "a", Name: "Shop a", Role: tenant.Owner}, {Shop: "b", Name: "Shop b", Role: tenant.Viewer}}
	got, in, err := s.User(ctx, "u1")
	require.NoError(t, err)
	require.Equal(t, u, got)
	require.Equal(t, want, in)
	got, in, err = s.UserByEmail(ctx, u.Email)
	require.NoError(t, err)
	require.Equal(t, u, got)
	require.Equal(t, want, in)

	require.ErrorIs(t, s.CreateUser(ctx, tenant.User{ID: "u2", Email: u.Email, CreatedAt: noon}), tenant.ErrTaken)
	require.ErrorIs(t, s.CreateUser(ctx, tenant.User{ID: "u1", Email: "z@example.com", CreatedAt: noon}), tenant.ErrTaken)
	err = s.CreateUser(ctx, tenant.User{ID: "u3", Email: "u3@example.com", CreatedAt: noon}, tenant.Membership{Shop: "nowhere", Role: tenant.Agent})
	require.ErrorIs(t, err, tenant.ErrNotFound)
	_, _, err = s.User(ctx, "u3")
	require.ErrorIs(t, err, tenant.ErrNotFound, "a refused user must not stay")
}

func firstAdmin(t *testing.T, s tenant.Store) {
	ctx := t.Context()
	user(t, s, "plain")
	has, err := s.HasAdmin(ctx)
	require.NoError(t, err)
	require.False(t, has)

	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			err := s.CreateFirstAdmin(ctx, tenant.User{
				ID: tenant.UserID(fmt.Sprint("root", i)), Email: fmt.Sprintf("root%d@example.com", i), Admin: true, CreatedAt: noon,
			})
			if err == nil {
				won.Add(1)
			} else {
				require.ErrorIs(t, err, tenant.ErrTaken)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, won.Load())
	has, err = s.HasAdmin(ctx)
	require.NoError(t, err)
	require.True(t, has)
}

func members(t *testing.T, s tenant.Store) {
	ctx := t.Context()
	shop(t, s, "a")
	shop(t, s, "b")
	user(t, s, "zoe", tenant.Membership{Shop: "a", Role: tenant.Owner})
	user(t, s, "ana", tenant.Membership{Shop: "b", Role: tenant.Agent})
	require.NoError(t, s.PutMember(ctx, "a", "ana", tenant.Viewer))
	require.NoError(t, s.PutMember(ctx, "a", "ana", tenant.Agent))
	require.ErrorIs(t, s.PutMember(ctx, "nowhere", "ana", tenant.Agent), tenant.ErrNotFound)
	require.ErrorIs(t, s.PutMember(ctx, "a", "nobody", tenant.Agent), tenant.ErrNotFound)

	list, err := s.Members(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, []tenant.Member{
		{User: "ana", Email: "ana@example.com", Name: "Name ana", Role: tenant.Agent},
		{User: "zoe", Email: "zoe@example.com", Name: "Name zoe", Role: tenant.Owner},
	}, list)
	list, err = s.Members(ctx, "nowhere")
	require.NoError(t, err)
	require.Empty(t, list)
}

func lastShop(t *testing.T, s tenant.Store) {
	ctx := t.Context()
	shop(t, s, "a")
	shop(t, s, "b")
	user(t, s, "ana", tenant.Membership{Shop: "a", Role: tenant.Agent}, tenant.Membership{Shop: "b", Role: tenant.Agent})
	require.NoError(t, s.CreateFirstAdmin(ctx, tenant.User{ID: "root", Email: "root@example.com", Admin: true, CreatedAt: noon}))
	require.NoError(t, s.PutMember(ctx, "a", "root", tenant.Owner))
	login(t, s, "l1", "ana")

	require.NoError(t, s.RemoveMember(ctx, "a", "ana"))
	require.ErrorIs(t, s.RemoveMember(ctx, "a", "ana"), tenant.ErrNotFound)
	_, in, err := s.User(ctx, "ana")
	require.NoError(t, err)
	require.Equal(t, []tenant.Membership{{Shop: "b", Name: "Shop b", Role: tenant.Agent}}, in)

	require.NoError(t, s.RemoveMember(ctx, "b", "ana"))
	_, _, err = s.User(ctx, "ana")
	require.ErrorIs(t, err, tenant.ErrNotFound, "the account goes with its last shop")
	_, err = s.Login(ctx, "l1", noon)
	require.ErrorIs(t, err, tenant.ErrNotFound)
	user(t, s, "ana2", tenant.Membership{Shop: "a", Role: tenant.Agent})

	require.NoError(t, s.RemoveMember(ctx, "a", "root"))
	_, _, err = s.User(ctx, "root")
	require.NoError(t, err, "an administrator needs no shop")
}

func login(t *testing.T, s tenant.Store, id tenant.LoginID, u tenant.UserID) tenant.Login {
	t.Helper()
	l := tenant.Login{ID: id, User: u, Hash: []byte("hash-" + string(id)), CreatedAt: noon, UsedAt: noon, ExpiresAt: noon.Add(time.Hour)}
	require.NoError(t, s.CreateLogin(t.Context(), l))
	return l
}

func logins(t *testing.T, s tenant.Store) {
	ctx := t.Context()
	require.ErrorIs(t, s.CreateLogin(ctx, tenant.Login{ID: "l0", User: "nobody", Hash: []byte("x"), ExpiresAt: noon}), tenant.ErrNotFound)
	user(t, s, "ana")
	want := login(t, s, "l1", "ana")
	got, err := s.Login(ctx, "l1", noon)
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, err = s.Login(ctx, "l1", want.ExpiresAt)
	require.ErrorIs(t, err, tenant.ErrNotFound, "expired")
	_, err = s.RotateLogin(ctx, "l1", want.Hash, []byte("n"), want.ExpiresAt, want.ExpiresAt.Add(time.Hour))
	require.ErrorIs(t, err, tenant.ErrNotFound, "expired")

	require.NoError(t, s.DeleteExpiredLogins(ctx, noon))
	_, err = s.Login(ctx, "l1", noon)
	require.NoError(t, err)
	require.NoError(t, s.DeleteExpiredLogins(ctx, want.ExpiresAt))
	_, err = s.Login(ctx, "l1", noon)
	require.ErrorIs(t, err, tenant.ErrNotFound)

	login(t, s, "l2", "ana")
	require.NoError(t, s.DeleteLogin(ctx, "l2"))
	require.NoError(t, s.DeleteLogin(ctx, "l2"))
	_, err = s.Login(ctx, "l2", noon)
	require.ErrorIs(t, err, tenant.ErrNotFound)
}

func rotation(t *testing.T, s tenant.Store) {
	ctx := t.Context()
	user(t, s, "ana")
	l := login(t, s, "l1", "ana")
	other := login(t, s, "l2", "ana")
	at, until := noon.Add(time.Minute), noon.Add(2*time.Hour)

	_, err := s.RotateLogin(ctx, "l9", l.Hash, []byte("n"), at, until)
	require.ErrorIs(t, err, tenant.ErrNotFound)
	got, err := s.RotateLogin(ctx, "l1", l.Hash, []byte("second"), at, until)
	require.NoError(t, err)
	require.Equal(t, tenant.Login{ID: "l1", User: "ana", Hash: []byte("second"), CreatedAt: noon, UsedAt: at, ExpiresAt: until}, got)

	_, err = s.RotateLogin(ctx, "l1", l.Hash, []byte("third"), at, until)
	require.ErrorIs(t, err, tenant.ErrReused)
	_, err = s.RotateLogin(ctx, "l1", []byte("second"), []byte("third"), at, until)
	require.ErrorIs(t, err, tenant.ErrNotFound, "the family is gone")

	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if _, err := s.RotateLogin(context.WithoutCancel(ctx), "l2", other.Hash, fmt.Append(nil, "n", i), at, until); err == nil {
				won.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, won.Load(), "one of many at once wins")
	_, err = s.Login(ctx, "l2", noon)
	require.ErrorIs(t, err, tenant.ErrNotFound, "the others ended the login")
}

func passwords(t *testing.T, s tenant.Store) {
	ctx := t.Context()
	require.ErrorIs(t, s.SetPassword(ctx, "nobody", "$new", ""), tenant.ErrNotFound)
	user(t, s, "ana")
	user(t, s, "zoe")
	login(t, s, "kept", "ana")
	login(t, s, "ended", "ana")
	login(t, s, "zoes", "zoe")
	require.NoError(t, s.SetPassword(ctx, "ana", "$new", "kept"))
	u, _, err := s.User(ctx, "ana")
	require.NoError(t, err)
	require.Equal(t, "$new", u.PasswordHash)
	for id, want := range map[tenant.LoginID]error{"kept": nil, "zoes": nil, "ended": tenant.ErrNotFound} {
		_, err := s.Login(ctx, id, noon)
		require.ErrorIs(t, err, want)
	}
	require.NoError(t, s.SetPassword(ctx, "ana", "$newer", ""))
	_, err = s.Login(ctx, "kept", noon)
	require.ErrorIs(t, err, tenant.ErrNotFound)
}

func apiKey(id string, in tenant.ShopID, at time.Time) tenant.APIKey {
	return tenant.APIKey{
		ID: id, Shop: in, Name: "till", Role: tenant.Agent, Prefix: "rk_" + id, Hash: []byte("hash-" + id),
		CreatedBy: "ana", CreatedAt: at,
	}
}

func apiKeys(t *testing.T, s tenant.Store) {
	ctx := t.Context()
	shop(t, s, "a")
	require.ErrorIs(t, s.CreateAPIKey(ctx, apiKey("k0", "nowhere", noon)), tenant.ErrNotFound)
	first, second := apiKey("k1", "a", noon), apiKey("k2", "a", noon.Add(time.Second))
	require.NoError(t, s.CreateAPIKey(ctx, first))
	require.NoError(t, s.CreateAPIKey(ctx, second))
	require.ErrorIs(t, s.CreateAPIKey(ctx, first), tenant.ErrTaken)
	_, err := s.APIKeyByHash(ctx, []byte("unknown"))
	require.ErrorIs(t, err, tenant.ErrNotFound)

	used := noon.Add(time.Minute)
	require.NoError(t, s.TouchAPIKey(ctx, "k1", used))
	require.NoError(t, s.TouchAPIKey(ctx, "gone", used))
	first.LastUsedAt = used
	got, err := s.APIKeyByHash(ctx, first.Hash)
	require.NoError(t, err)
	require.Equal(t, first, got)
	list, err := s.APIKeys(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, []tenant.APIKey{second, first}, list)

	require.NoError(t, s.DeleteAPIKey(ctx, "a", "k1"))
	require.ErrorIs(t, s.DeleteAPIKey(ctx, "a", "k1"), tenant.ErrNotFound)
	_, err = s.APIKeyByHash(ctx, first.Hash)
	require.ErrorIs(t, err, tenant.ErrNotFound)
}

func foreignKeys(t *testing.T, s tenant.Store) {
	ctx := t.Context()
	shop(t, s, "a")
	shop(t, s, "b")
	k := apiKey("k1", "a", noon)
	require.NoError(t, s.CreateAPIKey(ctx, k))
	require.ErrorIs(t, s.DeleteAPIKey(ctx, "b", "k1"), tenant.ErrNotFound)
	list, err := s.APIKeys(ctx, "b")
	require.NoError(t, err)
	require.Empty(t, list)
	_, err = s.APIKeyByHash(ctx, k.Hash)
	require.NoError(t, err)
}
