package realtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"recado/internal/api/clientaddr"
	"recado/internal/bus"
	"recado/internal/channel"
	"recado/internal/i18n"
	"recado/internal/realtime/socketio"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
)

// Authenticator returns the present identity of a token; auth.Service is one. Its
// error for an invalid token wraps auth.ErrToken.
type Authenticator interface {
	Authenticate(ctx context.Context, token string) (auth.Identity, error)
}

// Channels executes the commands; channel.Service is one.
type Channels interface {
	Activate(ctx context.Context, shop tenant.ShopID, t channel.Type) (channel.Activation, error)
	Deactivate(ctx context.Context, shop tenant.ShopID, t channel.Type, logout bool) (channel.State, error)
	State(ctx context.Context, shop tenant.ShopID, t channel.Type) (channel.State, error)
}

// Shops returns a shop, or tenant.ErrNotFound.
type Shops interface {
	Shop(ctx context.Context, id tenant.ShopID) (tenant.Shop, error)
}

// Options is what a Gateway needs. Auth to Log are required.
type Options struct {
	Auth     Authenticator
	Channels Channels
	Shops    Shops
	Bus      bus.Bus
	Log      *slog.Logger

	Proxies clientaddr.Proxies // default: none is trusted
	Origins []string           // allowed origins beyond our own, as "https://panel.example"
	Now     func() time.Time   // default: time.Now

	Recheck    time.Duration // between two checks of a socket's token; default 30 s
	Handshakes auth.Rule     // new connections per address; default 200 at once, 20 a second
	PerUser    int           // sockets per user or API key; default 20
	Waiting    int           // connections without a handshake yet; default 500
	Buffer     int           // events queued for the fan-out; default 4096
	Ping       time.Duration // between two heartbeats; default 25 s
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	set := func(to *int, v int) {
		if *to == 0 {
			*to = v
		}
	}
	set(&o.PerUser, 20)
	set(&o.Waiting, 500)
	set(&o.Buffer, 4096)
	if o.Recheck == 0 {
		o.Recheck = 30 * time.Second
	}
	if o.Ping == 0 {
		o.Ping = 25 * time.Second
	}
	if o.Handshakes == (auth.Rule{}) {
		o.Handshakes = auth.Rule{Burst: 200, Every: 50 * time.Millisecond}
	}
	return o
}

// Gateway is an http.Handler for Path.
type Gateway struct {
	Options
	server *socketio.Server
	limits *auth.Memory
	conns  registry
	qrs    qrCache
}

// New returns a Gateway. It fails as socketio.New does.
func New(o Options) (*Gateway, error) {
	o = o.withDefaults()
	g := &Gateway{Options: o, limits: auth.NewMemory(o.Now)}
	var err error
	g.server, err = socketio.New(socketio.Options{
		Path: Path, Ping: o.Ping, Events: []string{connectWhatsApp, disconnectWhatsApp},
		Handshake: g.handshake, Fault: *refusal(i18n.Internal, i18n.English), Log: o.Log,
	})
	return g, err
}

// ServeHTTP serves handshakes, polls and upgrades. Pages of other sites are refused
// at all three: the library checks upgrades only.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if !g.Proxies.OwnPage(r, g.Origins) {
		http.Error(w, string(i18n.ForeignOrigin), http.StatusForbidden)
		return
	}
	if r.URL.Query().Get("sid") == "" && !g.hasCapacity(w, r) {
		return
	}
	// A poll waits for the next event, longer than other requests may take.
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(2 * g.Ping)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		g.Log.Debug("no write deadline for a poll", "error", err)
	}
	g.server.ServeHTTP(w, g.withoutOrigin(w, r))
}

// withoutOrigin returns r without its allowed Origin, which the library would check
// by its own rule at upgrades. Pages of allowed origins may read the answer.
func (g *Gateway) withoutOrigin(w http.ResponseWriter, r *http.Request) *http.Request {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return r
	}
	if slices.Contains(g.Origins, origin) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Add("Vary", "Origin")
	}
	r = r.Clone(r.Context())
	r.Header.Del("Origin")
	return r
}

// hasCapacity answers r if too many connections come at once: each costs memory
// before its handshake.
func (g *Gateway) hasCapacity(w http.ResponseWriter, r *http.Request) bool {
	wait, err := g.limits.Take(r.Context(), "socket:"+g.Proxies.Addr(r).String(), g.Handshakes)
	switch {
	case err != nil:
		http.Error(w, string(i18n.Internal), http.StatusInternalServerError)
	case wait > 0:
		w.Header().Set("Retry-After", "1")
		http.Error(w, string(i18n.TooManyAttempts), http.StatusTooManyRequests)
	case g.server.Connections()-g.conns.len() >= g.Waiting:
		w.Header().Set("Retry-After", "5")
		http.Error(w, string(i18n.Busy), http.StatusServiceUnavailable)
	default:
		return true
	}
	return false
}

// Run sends events to the sockets until ctx ends, then closes them all.
func (g *Gateway) Run(ctx context.Context) error {
	defer g.server.Close()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return g.fanOut(ctx) })
	group.Go(func() error { return g.recheckAll(ctx) })
	if err := group.Wait(); err != nil {
		return fmt.Errorf("socket gateway: %w", err)
	}
	return nil
}
