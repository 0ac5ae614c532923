package realtime_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"recado/internal/bus"
	"recado/internal/channel"
	"recado/internal/message"
	"recado/internal/realtime"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
	"recado/internal/tenant/tenanttest"
	"recado/test/socketio"
)

// TestMain ignores the library's timers: those of a closed connection that are not
// stopped fire within half a minute. TestNoLeak counts them.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/zishang520/socket.io/v3/pkg/utils.SetTimeout.func1"))
}

const password = "correct horse battery"

// channels is a fake of realtime.Channels.
type channels struct {
	bus bus.Bus

	mu       sync.Mutex
	states   map[channel.Key]channel.State
	commands []string
	panics   bool
}

func (c *channels) record(format string, args ...any) {
	c.commands = append(c.commands, fmt.Sprintf(format, args...))
}

func (c *channels) recorded() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.commands...)
}

func (c *channels) at(shop tenant.ShopID, t channel.Type) channel.State {
	if t == "" {
		t = message.WhatsAppBaileys
	}
	if s, ok := c.states[channel.Key{Shop: shop, Type: t}]; ok {
		return s
	}
	return channel.State{Channel: channel.Channel{Shop: shop, Type: t, Status: channel.Inactive}}
}

func (c *channels) Activate(_ context.Context, shop tenant.ShopID, t channel.Type) (channel.Activation, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.panics {
		panic("the fake panics")
	}
	c.record("activate %s %s", shop, t)
	if t == message.WhatsAppCloud {
		return channel.Activation{}, channel.ErrNotConfigured
	}
	s := c.at(shop, t)
	if s.Status == channel.Active {
		return channel.Activation{State: s, AlreadyActive: true}, nil
	}
	s.Status = channel.Connecting
	c.states[s.Key()] = s
	return channel.Activation{State: s}, nil
}

func (c *channels) Deactivate(_ context.Context, shop tenant.ShopID, t channel.Type, logout bool) (channel.State, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.record("deactivate %s %s %v", shop, t, logout)
	s := c.at(shop, t)
	s.Status, s.Reason, s.QR = channel.Inactive, channel.Deactivated, ""
	c.states[s.Key()] = s
	return s, nil
}

func (c *channels) State(_ context.Context, shop tenant.ShopID, t channel.Type) (channel.State, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at(shop, t), nil
}

func (c *channels) set(s channel.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.states[s.Key()] = s
}

// fixture is a gateway with two shops, "a" and "b", each with an owner, an agent
// and a viewer, an administrator, and Node to connect from.
type fixture struct {
	t        *testing.T
	url      string
	node     *socketio.Node
	store    *tenanttest.Memory
	auth     *auth.Service
	channels *channels
	bus      *bus.Local
	gateway  *realtime.Gateway
	clock    *clock
	stop     context.CancelFunc
}

type clock struct {
	mu    sync.Mutex
	shift time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.shift)
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shift += d
}

func newFixture(t *testing.T, change ...func(*realtime.Options)) *fixture {
	t.Helper()
	key, err := auth.KeyFromSecret([]byte("a secret of the tests"))
	require.NoError(t, err)
	f := &fixture{t: t, store: new(tenanttest.Memory), bus: new(bus.Local), clock: new(clock)}
	f.channels = &channels{bus: f.bus, states: make(map[channel.Key]channel.State)}
	f.auth = auth.New(auth.Options{Store: f.store, Key: key, Now: f.clock.Now, HashParams: auth.HashParams{Memory: 64, Passes: 1}})
	require.NoError(t, f.auth.EnsureAdmin(t.Context(), "root@example.com", password))
	for _, shop := range []tenant.ShopID{"a", "b"} {
		require.NoError(t, f.store.CreateShop(t.Context(), tenant.Shop{ID: shop, Name: string(shop)}))
		for _, role := range []tenant.Role{tenant.Owner, tenant.Agent, tenant.Viewer} {
			_, err := f.auth.CreateMember(t.Context(), shop, role, auth.NewUser{
				Email: string(role) + "@" + string(shop) + ".example", Name: string(role), Password: password,
			})
			require.NoError(t, err)
		}
	}
	o := realtime.Options{
		Auth: f.auth, Channels: f.channels, Shops: f.store, Bus: f.bus, Now: f.clock.Now,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	}
	for _, c := range change {
		c(&o)
	}
	f.gateway, err = realtime.New(o)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle(realtime.Path, f.gateway)
	server := httptest.NewServer(mux)
	f.url = server.URL
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	f.stop = cancel
	ended := make(chan error, 1)
	go func() { ended <- f.gateway.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
		server.Close()
	})
	f.node = socketio.Start(t)
	return f
}

func (f *fixture) login(who string) auth.Grant {
	f.t.Helper()
	email := who + ".example"
	if who == "root" {
		email = "root@example.com"
	}
	g, err := f.auth.Login(f.t.Context(), email, password, addr)
	require.NoError(f.t, err)
	return g
}

func (f *fixture) token(who string) string { return f.login(who).Access }

// open connects as "owner@a", "root" and the like and waits for the connection.
func (f *fixture) open(name, who string, more ...map[string]any) *socketio.Client {
	f.t.Helper()
	auth := map[string]any{"token": f.token(who)}
	for _, m := range more {
		maps.Copy(auth, m)
	}
	c := f.node.Connect(name, f.url, map[string]any{"transports": []string{"websocket"}, "auth": auth})
	c.Wait("connect")
	return c
}

func (f *fixture) publish(shop tenant.ShopID, name string, payload any) {
	f.t.Helper()
	e, err := bus.NewEvent(shop, name, payload)
	require.NoError(f.t, err)
	require.NoError(f.t, f.bus.Publish(f.t.Context(), e))
}

func (f *fixture) qr(shop tenant.ShopID, code string) {
	f.t.Helper()
	s := channel.State{
		Channel: channel.Channel{Shop: shop, Type: message.WhatsAppBaileys, Status: channel.Connecting},
		QR:      code, QRExpiresAt: f.clock.Now().Add(time.Minute).UTC().Truncate(time.Second),
	}
	f.channels.set(s)
	p, _ := s.QRPayload()
	f.publish(shop, channel.EventQR, p)
}

// settle publishes a mark and waits until all clients have received it: they have
// received every event before it.
func (f *fixture) settle(shop tenant.ShopID, mark string, clients ...*socketio.Client) {
	f.t.Helper()
	f.publish(shop, "conversation", map[string]any{"mark": mark})
	for _, c := range clients {
		for n := 1; ; n++ {
			var got struct{ Mark string }
			c.Event("conversation", n, &got)
			if got.Mark == mark {
				break
			}
		}
	}
}
