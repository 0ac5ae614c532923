package app

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"recado/internal/api"
	"recado/internal/bus"
	"recado/internal/channel"
	"recado/internal/channel/linked"
	"recado/internal/cluster"
	"recado/internal/config"
	"recado/internal/conversation"
	"recado/internal/conversation/pipeline"
	"recado/internal/flow"
	"recado/internal/flow/authoring"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/flow/sandbox"
	"recado/internal/httpcall"
	"recado/internal/message"
	"recado/internal/migrate"
	"recado/internal/realtime"
	"recado/internal/redis"
	"recado/internal/settings"
	"recado/internal/signalstore"
	"recado/internal/store/sqlite"
	"recado/internal/tenant/auth"
	"recado/internal/vault"
	"recado/web"
)

// server is everything that serve runs, wired. build makes it, run runs it.
type server struct {
	config        *config.Config
	log           *slog.Logger
	db            *sqlite.DB
	redis         *redis.Client // nil without one
	records       records
	vault         *vault.Vault
	nodes         nodes
	markers       []migrate.MarkerStore // of the stores
	closers       []func(context.Context) error
	store         conversation.Store // records as conversations use them: sealed
	auth          *auth.Service
	settings      *settings.Service
	shops         *shops
	caller        *httpcall.Client
	library       *library.Service
	conversations *pipeline.Service
	manager       *channel.Manager
	service       *channel.Service
	gateway       *realtime.Gateway
	devices       *signalstore.Store
	handler       http.Handler
}

// build wires the parts in the order in which they need each other.
func build(ctx context.Context, c *config.Config, log *slog.Logger) (*server, error) {
	s := &server{config: c, log: log}
	if err := s.openStores(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	err := s.wire()
	if err == nil && c.AdminEmail != "" {
		err = s.auth.EnsureAdmin(ctx, c.AdminEmail, c.AdminPassword.Reveal())
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *server) wire() error {
	key, err := s.tokenKey()
	if err != nil {
		return err
	}
	s.shops = newShops(s.records)
	s.auth = auth.New(auth.Options{Store: s.records, Key: key, Limits: s.nodes.limits})
	s.library = library.New(library.Options{Store: s.records, Registry: s.registry, Now: time.Now, Changed: s.flowChanged})
	s.caller = newCaller(s.settings, s.config.FlowsLoopback, s.log)
	events := s.nodes.bus
	files := conversation.Files{Store: s.store, Now: time.Now}
	sender := &channelSender{}
	s.conversations = pipeline.New(pipeline.Options{
		Store: s.store, Flows: s.library, Bus: events, Sender: sender, Log: s.log,
		OneLog: s.config.RedisURL == "" && s.config.MongoDBURI == "",
		Caller: s.caller, Webhook: s.webhook, Shop: s.shop, Channel: defaultChannel(s.records),
	})
	if err := s.wireChannels(events, files); err != nil {
		return err
	}
	sender.manager = s.manager
	return s.wireServers(events, files)
}

func (s *server) wireChannels(events bus.Bus, files conversation.Files) error {
	client, err := linked.NewHTTPClient(s.config.WhatsAppURL, s.config.WhatsAppRoot)
	if err != nil {
		return err
	}
	o := linked.Options{
		Devices: s.devices, Assets: files, HTTP: client, Log: s.log,
		Sent: s.conversations.SentMessage, Holder: s.records.NumberHolder, BeforeConnect: s.beforeConnect,
		Reconnect: linked.Reconnect{Attempts: s.config.MaxReconnectAttempts, Delay: s.config.ReconnectDelay},
	}
	s.manager = channel.NewManager(channel.ManagerOptions{
		Strategies: map[channel.Type]channel.Strategy{
			message.WhatsAppWeb:     linked.New(message.WhatsAppWeb, o),
			message.WhatsAppBaileys: linked.New(message.WhatsAppBaileys, o),
		},
		Store: s.records, Leases: s.nodes.leases,
		Bus: events, LiveStates: s.nodes.board, Host: channelHost{s.conversations}, Now: time.Now, Log: s.log,
	})
	s.service = channel.NewService(s.manager)
	return nil
}

func (s *server) wireServers(events bus.Bus, files conversation.Files) (err error) {
	origins := s.origins()
	s.gateway, err = realtime.New(realtime.Options{
		Auth: s.auth, Channels: s.service, Shops: s.records, Bus: events, Log: s.log, Origins: origins,
	})
	if err != nil {
		return err
	}
	flows := authoring.New(authoring.Options{Library: s.library, Conversations: s.conversations, Shop: s.shop})
	testChats := sandbox.NewTestChats(sandbox.TestChatOptions{
		Library: s.library, Shop: s.shop, Caps: conversation.Caps, Registry: flow.Registry{Supports: engine.Supported},
	})
	rest := api.New(api.Options{
		Store: s.records, Auth: s.auth, Channels: s.service, Conversations: s.conversations, Automation: s.conversations, Flows: flows,
		TestChats: testChats, Settings: s.settings, Assets: files, Bus: events, Log: s.log, Origins: origins,
		Version: Version, Ready: s.ready, Metrics: metrics(s.manager, s.redis),
	})
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", s.gateway)
	for _, path := range []string{"/api/", "/healthz", "/readyz", "/metrics"} {
		mux.Handle(path, rest)
	}
	mux.Handle("/", web.Handler())
	s.handler = mux
	return nil
}

// tokenKey signs access tokens: a secret key makes it the same on every node.
func (s *server) tokenKey() (ed25519.PrivateKey, error) {
	if s.config.SecretKey != "" {
		return auth.KeyFromSecret([]byte(s.config.SecretKey.Reveal()))
	}
	return auth.KeyFromFile(filepath.Join(s.config.DataDir, "token.key"))
}

func (s *server) origins() []string {
	if u, err := url.Parse(s.config.PublicURL); err == nil && u.Host != "" {
		return []string{u.Scheme + "://" + u.Host}
	}
	return nil
}

// ready says whether the stores answer.
func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	_, err := s.auth.SetUpNeeded(ctx)
	return err
}

// readyWait bounds the readiness check of the record store.
const readyWait = 3 * time.Second

// beforeConnect is asked before a linked device connects: without records nothing
// that arrives could be kept, and without the lease it is not for us to keep.
func (s *server) beforeConnect(ctx context.Context, l cluster.Lease) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	if gate, ok := s.nodes.leases.(cluster.ConnectGate); ok {
		return gate.BeforeConnect(ctx, l)
	}
	return nil
}

// run serves on l until ctx ends, then stops in the reverse order of starting:
// no new requests, sessions closed, what is under way finished, stores closed.
func (s *server) run(ctx context.Context, l net.Listener) error {
	h := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute,
		WriteTimeout: channel.QRWait + 40*time.Second, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	live, stopLive := context.WithCancel(ctx)
	defer stopLive()

	var workers, servers errgroup.Group
	for _, f := range s.nodes.run {
		workers.Go(func() error { return f(work) })
	}
	workers.Go(func() error { return s.conversations.Run(work) })
	workers.Go(func() error { return s.manager.Run(work) })
	workers.Go(func() error { return s.sweep(work) })
	servers.Go(func() error { defer stopLive(); return s.gateway.Run(live) })
	servers.Go(func() error { return s.restore(live) })
	servers.Go(func() error { return s.service.Serve(live) })
	servers.Go(func() error {
		defer stopLive()
		if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve HTTP: %w", err)
		}
		return nil
	})

	<-live.Done()
	s.log.Info("stopping")
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	err := h.Shutdown(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		err = h.Close() // force-close the remaining connections
	}
	err = errors.Join(err, servers.Wait(), s.manager.Close(stop))
	stopWork()
	err = errors.Join(err, workers.Wait())
	s.caller.Close()
	return err
}

// sweep deletes expired sign-ins, traces and credentials every six hours.
func (s *server) sweep(ctx context.Context) error {
	for every := time.NewTicker(6 * time.Hour); ; {
		if err := s.auth.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("sweep sign-ins", "err", err)
		}
		if err := s.conversations.DeleteTraces(ctx, time.Now().Add(-traceLife)); err != nil && ctx.Err() == nil {
			s.log.Error("sweep traces", "err", err)
		}
		if n, err := s.devices.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("sweep destroyed credentials", "err", err)
		} else if n > 0 {
			s.log.Info("destroyed credentials removed", "devices", n)
		}
		select {
		case <-ctx.Done():
			every.Stop()
			return nil
		case <-every.C:
		}
	}
}
