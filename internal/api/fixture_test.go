package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"recado/internal/api"
	"recado/internal/bus"
	"recado/internal/conversation"
	"recado/internal/settings"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
	"recado/internal/tenant/tenanttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const password = "correct horse battery"

// fixture is an API over fakes with two shops, "a" and "b", each with an owner,
// an agent and a viewer, and one administrator.
type fixture struct {
	t        testing.TB
	handler  http.Handler
	store    *tenanttest.Memory
	auth     *auth.Service
	channels *channels
	flows    *flows
	inbox    *inbox
	assets   *assets
	chats    *testChats
	settings *settingsStore
	bus      *bus.Local
	log      *lockedBuffer
	clock    *clock
}

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

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func newFixture(t testing.TB, change ...func(*api.Options)) *fixture {
	t.Helper()
	key, err := auth.KeyFromSecret([]byte("a secret of the tests"))
	require.NoError(t, err)
	f := &fixture{
		t: t, store: new(tenanttest.Memory), channels: new(channels), flows: new(flows),
		inbox:  &inbox{has: map[tenant.ShopID]conversation.ID{"a": "cv_a", "b": "cv_b"}},
		assets: new(assets), bus: new(bus.Local), log: new(lockedBuffer), clock: &clock{now: noon},
	}
	f.chats, f.settings = new(testChats), new(settingsStore)
	f.auth = auth.New(auth.Options{Store: f.store, Key: key, Now: f.clock.Now, HashParams: auth.HashParams{Memory: 64, Passes: 1}})
	o := api.Options{
		Store: f.store, Auth: f.auth, Channels: f.channels, Conversations: f.inbox, Flows: f.flows, Assets: f.assets,
		Automation: automation{f.inbox}, TestChats: f.chats, Settings: settings.New(settings.Options{Store: f.settings}),
		Bus: f.bus, Log: slog.New(slog.NewTextHandler(f.log, nil)), Now: f.clock.Now, QRWait: 50 * time.Millisecond,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up 1\n") }),
	}
	for _, c := range change {
		c(&o)
	}
	f.handler = api.New(o)

	require.NoError(t, f.auth.EnsureAdmin(t.Context(), "root@example.com", password))
	for _, shop := range []tenant.ShopID{"a", "b"} {
		require.NoError(t, f.store.CreateShop(t.Context(), tenant.Shop{ID: shop, Name: "Shop " + string(shop), CreatedAt: noon}))
		for _, role := range []tenant.Role{tenant.Owner, tenant.Agent, tenant.Viewer} {
			_, err := f.auth.CreateMember(t.Context(), shop, role, auth.NewUser{
				Email: string(role) + "@" + string(shop) + ".example", Name: string(role) + " of " + string(shop), Password: password,
			})
			require.NoError(t, err)
		}
	}
	return f
}

// token signs in as "owner@a", "root" and the like.
func (f *fixture) token(who string) string {
	f.t.Helper()
	email := who + ".example"
	if who == "root" {
		email = "root@example.com"
	}
	g, err := f.auth.Login(f.t.Context(), email, password, addr)
	require.NoError(f.t, err)
	return g.Access
}

func (f *fixture) userID(email string) string {
	f.t.Helper()
	u, _, err := f.store.UserByEmail(f.t.Context(), email)
	require.NoError(f.t, err)
	return string(u.ID)
}

// call is one request. Body is sent as it is when it is a string, as JSON else.
type call struct {
	method, path string
	token        string
	body         any
	header       map[string]string
}

type reply struct {
	t      testing.TB
	Code   int
	Header http.Header
	Text   string
}

func (f *fixture) do(c call) *reply {
	f.t.Helper()
	var body io.Reader
	switch b := c.body.(type) {
	case nil:
	case string:
		body = strings.NewReader(b)
	case io.Reader:
		body = b
	default:
		data, err := json.Marshal(b)
		require.NoError(f.t, err)
		body = bytes.NewReader(data)
	}
	r := httptest.NewRequestWithContext(context.WithoutCancel(f.t.Context()), c.method, c.path, body)
	r.RemoteAddr = "192.0.2.7:1234"
	r.Host = "panel.example"
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	return &reply{t: f.t, Code: w.Code, Header: w.Header(), Text: w.Body.String()}
}

// json decodes the body into a generic value.
func (r *reply) json() map[string]any {
	r.t.Helper()
	var v map[string]any
	require.NoError(r.t, json.Unmarshal([]byte(r.Text), &v), "%d %s", r.Code, r.Text)
	return v
}

// problem asserts an RFC 9457 answer.
func (r *reply) problem(status int, code string) map[string]any {
	r.t.Helper()
	require.Equal(r.t, status, r.Code, r.Text)
	require.Equal(r.t, "application/problem+json", r.Header.Get("Content-Type"), r.Text)
	p := r.json()
	require.Equal(r.t, code, p["code"], r.Text)
	require.EqualValues(r.t, status, p["status"])
	require.Equal(r.t, http.StatusText(status), p["title"])
	require.NotEmpty(r.t, p["detail"])
	return p
}

func (r *reply) ok(status int) map[string]any {
	r.t.Helper()
	require.Equal(r.t, status, r.Code, r.Text)
	if status == http.StatusNoContent {
		require.Empty(r.t, r.Text)
		return nil
	}
	require.Equal(r.t, "application/json", r.Header.Get("Content-Type"))
	return r.json()
}
