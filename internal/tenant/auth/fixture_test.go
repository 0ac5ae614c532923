package auth_test

import (
	"crypto/ed25519"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant"
	"recado/internal/tenant/auth"
	"recado/internal/tenant/tenanttest"
)

var (
	noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	home = netip.MustParseAddr("192.0.2.1")
)

const password = "correct horse battery"

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fixture is a Service over the memory store with one shop, "a", and its owner ana@a.example.
type fixture struct {
	*auth.Service
	t     *testing.T
	store *tenanttest.Memory
	clock *clock
	key   ed25519.PrivateKey
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	key, err := auth.KeyFromSecret([]byte("a secret of the tests"))
	require.NoError(t, err)
	f := &fixture{t: t, store: new(tenanttest.Memory), clock: &clock{now: noon}, key: key}
	f.Service = auth.New(auth.Options{Store: f.store, Key: key, Now: f.clock.Now, HashParams: auth.HashParams{Memory: 64, Passes: 1}})
	require.NoError(t, f.store.CreateShop(t.Context(), tenant.Shop{ID: "a", Name: "A"}))
	_, err = f.CreateMember(t.Context(), "a", tenant.Owner, auth.NewUser{Email: "Ana@A.example", Name: "Ana", Password: password})
	require.NoError(t, err)
	return f
}

func (f *fixture) login() auth.Grant {
	f.t.Helper()
	g, err := f.Login(f.t.Context(), "ana@a.example", password, home)
	require.NoError(f.t, err)
	return g
}
