package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
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
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/message"
	"recado/internal/realtime"
	"recado/internal/signalstore"
	"recado/internal/store/sqlite"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
	"recado/web"
)

// server is everything that serve runs, wired. build makes it, run runs it.
type server struct {
	config  *config.Config
	log     *slog.Logger
	db      *sqlite.DB
	records *sqlite.Records
	auth    *auth.Service
	library *library.Service
	talks   *conversation.Service
	manager *channel.Manager
	service *channel.Service
	gateway *realtime.Gateway
	devices *signalstore.Store
	handler http.Handler
}

// build wires the parts in the order in which they need each other.
func build(ctx context.Context, c *config.Config, log *slog.Logger) (*server, error) {
	s := &server{config: c, log: log}
	if err := s.openStores(ctx); err != nil {
		return nil, err
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

func (s *server) openStores(ctx context.Context) error {
	if err := os.MkdirAll(s.config.DataDir, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	db, err := sqlite.Open(ctx, filepath.Join(s.config.DataDir, "recado.db"))
	if err != nil {
		return err
	}
	s.db = db
	records, err := sqlite.NewRecords(ctx, db)
	if err != nil {
		return errors.Join(err, s.close())
	}
	signal, err := sqlite.NewSignal(ctx, db)
	if err != nil {
		return errors.Join(err, s.close())
	}
	s.records = records
	s.devices = signalstore.New(signal, signalstore.Options{OneLog: true, CacheBytes: 256 << 10})
	return nil
}

func (s *server) wire() error {
	key, err := auth.KeyFromFile(filepath.Join(s.config.DataDir, "token.key"))
	if err != nil {
		return err
	}
	s.auth = auth.New(auth.Options{Store: s.records, Key: key})
	s.library = library.New(library.Options{Store: s.records, Registry: registry, Now: time.Now})
	events := &bus.Local{}
	files := conversation.Files{Store: s.records, Now: time.Now}
	mail := &sender{}
	box := inbox{channels: s.records}
	s.talks = conversation.New(conversation.Options{
		Store: s.records, Flows: s.library, Bus: events, Sender: mail, Log: s.log,
		Shop: s.shop, Channel: box.channel,
	})
	box.service = s.talks
	if err := s.wireChannels(events, files); err != nil {
		return err
	}
	mail.manager = s.manager
	return s.wireServers(events, files, box)
}

func (s *server) wireChannels(events bus.Bus, files conversation.Files) error {
	line, err := whatsAppHTTP(s.config.WhatsAppURL, s.config.WhatsAppRoot)
	if err != nil {
		return err
	}
	o := linked.Options{
		Devices: s.devices, Assets: files, HTTP: line, Log: s.log,
		Sent: s.talks.Sent, Holder: s.records.NumberHolder,
		Reconnect: linked.Reconnect{Attempts: s.config.MaxReconnectAttempts, Delay: s.config.ReconnectDelay},
	}
	s.manager = channel.NewManager(channel.ManagerOptions{
		Strategies: map[channel.Type]channel.Strategy{
			message.WhatsAppWeb:     linked.New(message.WhatsAppWeb, o),
			message.WhatsAppBaileys: linked.New(message.WhatsAppBaileys, o),
		},
		Store: s.records, Leases: cluster.NewSingle(nodeName(), s.records, time.Now),
		Bus: events, Board: &channel.LocalBoard{}, Host: host{s.talks}, Now: time.Now, Log: s.log,
	})
	s.service = channel.NewService(s.manager)
	return nil
}

func (s *server) wireServers(events bus.Bus, files conversation.Files, box inbox) (err error) {
	origins := s.origins()
	s.gateway, err = realtime.New(realtime.Options{
		Auth: s.auth, Channels: s.service, Shops: s.records, Bus: events, Log: s.log, Origins: origins,
	})
	if err != nil {
		return err
	}
	rest := api.New(api.Options{
		Store: s.records, Auth: s.auth, Channels: s.service, Conversations: box, Flows: flows{s.library},
		Assets: files, Bus: events, Log: s.log, Origins: origins, Version: Version, Ready: s.ready, Metrics: metrics(s.manager),
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

// shop is what flows may know of a shop.
func (s *server) shop(ctx context.Context, id tenant.ShopID) (engine.Shop, error) {
	t, err := s.records.Shop(ctx, id)
	if err != nil {
		return engine.Shop{}, fmt.Errorf("read shop %s: %w", id, err)
	}
	return engine.Shop{ID: t.ID, Name: t.Name, Phone: t.WhatsApp.Number, Zone: time.UTC}, nil
}

func (s *server) origins() []string {
	if u, err := url.Parse(s.config.PublicURL); err == nil && u.Host != "" {
		return []string{u.Scheme + "://" + u.Host}
	}
	return nil
}

// ready says whether the stores answer.
func (s *server) ready(ctx context.Context) error {
	_, err := s.auth.SetUpNeeded(ctx)
	return err
}

func nodeName() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "recado"
	}
	return name
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
	workers.Go(func() error { return s.talks.Run(work) })
	workers.Go(func() error { return s.manager.Run(work) })
	workers.Go(func() error { return s.sweep(work) })
	servers.Go(func() error { defer stopLive(); return s.gateway.Run(live) })
	servers.Go(func() error { return s.manager.Restore(live, s.config.RestorePerSecond) })
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
		err = h.Close() // whoever still waits for an answer waits in vain
	}
	err = errors.Join(err, servers.Wait(), s.manager.Close(stop))
	stopWork()
	return errors.Join(err, workers.Wait())
}

// close closes the stores.
func (s *server) close() error {
	if s.db == nil {
		return nil
	}
	return s.db.Close()
}

// sweep removes what has outlived its time, now and then.
func (s *server) sweep(ctx context.Context) error {
	for every := time.NewTicker(6 * time.Hour); ; {
		if err := s.auth.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("sweep sign-ins", "err", err)
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
