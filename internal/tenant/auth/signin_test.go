package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant"
	"recado/internal/tenant/auth"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	g, err := f.Login(t.Context(), " ANA@a.example ", password, home)
	require.NoError(t, err)
	require.Equal(t, "Ana", g.User.Name)
	require.Equal(t, []tenant.Membership{{Shop: "a", Name: "A", Role: tenant.Owner}}, g.Shops)
	require.Equal(t, noon.Add(30*24*time.Hour), g.RefreshUntil)
	for _, c := range [][2]string{
		{"ana@a.example", "wrong"},
		{"ana@a.example", ""},
		{"ana@a.example", password + "\x00"},
		{"ana@a.example", strings.Repeat("x", 1<<20)},
		{"bob@a.example", password},
		{"", ""},
		{"ana", password},
		{"ana@a.example\n", "wrong"},
	} {
		f.clock.Advance(time.Hour)
		_, err := f.Login(t.Context(), c[0], c[1], home)
		require.ErrorIs(t, err, auth.ErrCredentials, "%q", c[0])
	}
}

func TestLoginLimits(t *testing.T) {
	t.Parallel()
	try := func(f *fixture, email, pass, from string) error {
		_, err := f.Login(t.Context(), email, pass, netip.MustParseAddr(from))
		return err
	}
	limited := func(t *testing.T, err error) time.Duration {
		t.Helper()
		e, ok := errors.AsType[*auth.LimitedError](err)
		require.True(t, ok, "%v", err)
		require.Positive(t, e.After)
		return e.After
	}
	t.Run("one visitor, one account", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		for range 5 {
			require.ErrorIs(t, try(f, "ana@a.example", "wrong", "192.0.2.9"), auth.ErrCredentials)
		}
		wait := limited(t, try(f, "ana@a.example", password, "192.0.2.9"))
		limited(t, try(f, "ANA@a.example", password, "::ffff:192.0.2.9"))
		require.NoError(t, try(f, "ana@a.example", password, "192.0.2.10"), "the owner elsewhere is not locked out")
		f.clock.Advance(wait)
		require.NoError(t, try(f, "ana@a.example", password, "192.0.2.9"))
		for range 4 {
			require.ErrorIs(t, try(f, "ana@a.example", "wrong", "192.0.2.9"), auth.ErrCredentials, "a success forgets the failures")
		}
	})
	t.Run("one visitor, many accounts", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		for i := range 30 {
			require.ErrorIs(t, try(f, fmt.Sprintf("u%d@a.example", i), "wrong", "2001:db8::1"), auth.ErrCredentials)
		}
		limited(t, try(f, "ana@a.example", password, "2001:db8::1"))
		limited(t, try(f, "ana@a.example", password, "2001:db8::ffff:1"))
		require.NoError(t, try(f, "ana@a.example", password, "2001:db8:0:1::1"))
	})
	t.Run("many visitors, one account", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		for i := range 100 {
			require.ErrorIs(t, try(f, "ana@a.example", "wrong", fmt.Sprintf("198.51.100.%d", i)), auth.ErrCredentials)
		}
		limited(t, try(f, "ana@a.example", password, "192.0.2.77"))
	})
	t.Run("successes are free", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		for range 50 {
			require.NoError(t, try(f, "ana@a.example", password, "192.0.2.9"))
		}
	})
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.login()
	f.clock.Advance(time.Hour)
	second, err := f.Refresh(t.Context(), first.Refresh)
	require.NoError(t, err)
	require.NotEqual(t, first.Refresh, second.Refresh)
	require.Equal(t, f.clock.Now().Add(30*24*time.Hour), second.RefreshUntil)

	_, err = f.Refresh(t.Context(), first.Refresh)
	require.ErrorIs(t, err, auth.ErrToken)
	_, err = f.Refresh(t.Context(), second.Refresh)
	require.ErrorIs(t, err, auth.ErrToken, "reuse ends the family")
	_, err = f.Authenticate(t.Context(), second.Access)
	require.ErrorIs(t, err, auth.ErrToken, "and its access tokens")
	_, err = f.Authenticate(t.Context(), f.login().Access)
	require.NoError(t, err, "other logins live on")
}

func TestRefreshEnds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	idle := f.login()
	f.clock.Advance(30*24*time.Hour + time.Second)
	_, err := f.Refresh(t.Context(), idle.Refresh)
	require.ErrorIs(t, err, auth.ErrToken)
	require.NoError(t, f.Sweep(t.Context()))

	g := f.login()
	began := f.clock.Now()
	for f.clock.Now().Before(began.Add(179 * 24 * time.Hour)) {
		f.clock.Advance(20 * 24 * time.Hour)
		next, err := f.Refresh(t.Context(), g.Refresh)
		if err != nil {
			break
		}
		g = next
	}
	require.Equal(t, began.Add(180*24*time.Hour), g.RefreshUntil, "no login lasts for ever")
	for _, bad := range []string{"", "rt_", "rt_x", "rt_x_", "rt__x", g.Access, strings.Repeat("x", 1<<16), "rt_" + strings.Repeat("x_", 1000)} {
		_, err := f.Refresh(t.Context(), bad)
		require.ErrorIs(t, err, auth.ErrToken, bad)
	}
}

func TestLogout(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	g, other := f.login(), f.login()
	who, err := f.Logout(t.Context(), g.Refresh)
	require.NoError(t, err)
	require.Equal(t, g.User.ID, who)
	_, err = f.Refresh(t.Context(), g.Refresh)
	require.ErrorIs(t, err, auth.ErrToken)
	_, err = f.Authenticate(t.Context(), g.Access)
	require.ErrorIs(t, err, auth.ErrToken)
	for _, again := range []string{g.Refresh, "", "rt_a_b"} {
		who, err := f.Logout(t.Context(), again)
		require.NoError(t, err)
		require.Empty(t, who)
	}
	_, err = f.Refresh(t.Context(), other.Refresh)
	require.NoError(t, err)
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	mine, other := f.login(), f.login()
	id, err := f.Authenticate(t.Context(), mine.Access)
	require.NoError(t, err)
	require.ErrorIs(t, f.ChangePassword(t.Context(), id.Principal, "wrong", "another password", home), auth.ErrCredentials)
	require.ErrorIs(t, f.ChangePassword(t.Context(), id.Principal, password, "short", home), tenant.ErrPassword)
	require.NoError(t, f.ChangePassword(t.Context(), id.Principal, password, "another password", home))
	_, err = f.Authenticate(t.Context(), mine.Access)
	require.NoError(t, err)
	_, err = f.Authenticate(t.Context(), other.Access)
	require.ErrorIs(t, err, auth.ErrToken)
	for range 5 {
		err = f.ChangePassword(t.Context(), id.Principal, "wrong", "another password", home)
	}
	_, isLimited := errors.AsType[*auth.LimitedError](err)
	require.True(t, isLimited, "guessing the password with a stolen token is limited too")
}

func TestSetUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	root := auth.NewUser{Email: "root@example.com", Name: "Root", Password: password}
	_, err := f.SetUp(t.Context(), "", root, home)
	require.ErrorIs(t, err, auth.ErrSetUp, "no link was made yet")
	token, needed, err := f.SetUpToken(t.Context())
	require.NoError(t, err)
	require.True(t, needed)
	again, _, err := f.SetUpToken(t.Context())
	require.NoError(t, err)
	require.Equal(t, token, again)

	_, err = f.SetUp(t.Context(), token+"x", root, home)
	require.ErrorIs(t, err, auth.ErrSetUp)
	_, err = f.SetUp(t.Context(), token, auth.NewUser{Email: "root@example.com", Name: "Root", Password: "short"}, home)
	require.ErrorIs(t, err, tenant.ErrPassword, "a typing error does not use the link up")
	g, err := f.SetUp(t.Context(), token, root, home)
	require.NoError(t, err)
	require.True(t, g.User.Admin)
	id, err := f.Authenticate(t.Context(), g.Access)
	require.NoError(t, err)
	require.True(t, id.Admin)

	_, err = f.SetUp(t.Context(), token, auth.NewUser{Email: "eve@example.com", Name: "Eve", Password: password}, home)
	require.ErrorIs(t, err, auth.ErrSetUp, "it is good once")
	_, needed, err = f.SetUpToken(t.Context())
	require.NoError(t, err)
	require.False(t, needed)
	needed, err = f.SetUpNeeded(t.Context())
	require.NoError(t, err)
	require.False(t, needed)
}

func TestSetUpGuessesAreLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, _, err := f.SetUpToken(t.Context())
	require.NoError(t, err)
	for range 6 {
		_, err = f.SetUp(t.Context(), "guess", auth.NewUser{}, home)
	}
	_, isLimited := errors.AsType[*auth.LimitedError](err)
	require.True(t, isLimited)
}

func TestEnsureAdmin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	require.NoError(t, f.EnsureAdmin(t.Context(), "Root@Example.com", password))
	require.NoError(t, f.EnsureAdmin(t.Context(), "root@example.com", "a password that changed"))
	_, err := f.Login(t.Context(), "root@example.com", password, home)
	require.NoError(t, err, "the settings make the first administrator and touch none after")
	g := newFixture(t)
	require.ErrorIs(t, g.EnsureAdmin(t.Context(), "ana@a.example", password), tenant.ErrTaken)
	require.ErrorIs(t, g.EnsureAdmin(t.Context(), "root@example.com", "x"), tenant.ErrPassword)
}

func TestManyLoginsAtOnceAreQueuedOrRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := f.Login(ctx, "ana@a.example", password, home)
	if err != nil {
		require.ErrorIs(t, err, context.Canceled)
	}
	require.NotErrorIs(t, err, auth.ErrCredentials, "who gave up was not refused")
}
