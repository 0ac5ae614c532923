// Package linked reaches WhatsApp as a linked device of the shop's own phone,
// through whatsmeow. It serves both WHATSAPP_WEB and WHATSAPP_BAILEYS.
//
// A session (session.go) has one goroutine, the supervisor (supervisor.go): it
// connects, runs the connection's state machine (connection.go) until that ends, and
// follows the reconnect policy (reconnect.go). whatsmeow's own reconnecting is off.
// whatsmeow's events arrive in handler.go, which acknowledges a message when it is
// durable. The Signal state is in a signalstore.Device, opened under the epoch of
// the shop's lease.
//
// incoming*.go, context_info.go, peer.go and outgoing.go convert between WhatsApp's
// messages and package message. They are pure.
package linked

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/tenant"
)

// Assets holds the files that shops send.
type Assets interface {
	// Open returns the content and its size in bytes.
	Open(ctx context.Context, shop tenant.ShopID, name string) (io.ReadCloser, int64, error)
}

// Options are a Strategy's parts. HTTP reaches the WebSocket and the media
// servers with one shared transport: whatsmeow would clone one per session.
type Options struct {
	Devices *signalstore.Store
	Assets  Assets
	HTTP    *http.Client
	Log     *slog.Logger

	// Sent returns a message that was sent earlier, for a phone that asks for it again.
	Sent func(ctx context.Context, shop tenant.ShopID, t channel.Type, id string) (message.Out, bool, error)
	// Holder returns the channel that has linked a number: no second one may.
	Holder func(ctx context.Context, number string) (channel.Key, bool, error)
	// BeforeConnect is called before a linked device connects; nil allows it always.
	// Its error, a lost lease or an unreachable record store, delays the connection.
	BeforeConnect func(ctx context.Context, l cluster.Lease) error

	Reconnect Reconnect
	QRFirst   time.Duration // how long the first code is shown: 60 s as WhatsApp's own clients
	QRNext    time.Duration // how long each further code is shown: 20 s
}

// Strategy implements channel.Strategy for linked devices of one type.
type Strategy struct {
	o Options
	t channel.Type
}

// New returns the strategy for channels of type t.
func New(t channel.Type, o Options) *Strategy {
	if o.QRFirst == 0 {
		o.QRFirst, o.QRNext = 60*time.Second, 20*time.Second
	}
	if o.Reconnect.Max == 0 {
		o.Reconnect.Max = 5 * time.Minute
	}
	if o.Reconnect.Stable == 0 {
		o.Reconnect.Stable = time.Minute
	}
	return &Strategy{o: o, t: t}
}

func deviceKey(k channel.Key) kv.DeviceKey {
	return kv.DeviceKey{Shop: k.Shop, Channel: k.Type}
}

// Open implements channel.Strategy. The session outlives ctx: it ends with
// Close, or by itself.
func (s *Strategy) Open(ctx context.Context, c channel.Channel, l cluster.Lease, sink channel.Sink) (channel.Session, error) {
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	closing, stop := context.WithCancel(run)
	ses := &session{
		o: s.o, key: c.Key(), lease: l, sink: sink,
		log:     s.o.Log.With("shop", c.Shop, "type", c.Type),
		closing: closing, stop: stop, done: make(chan struct{}),
		transport: &transport{base: s.o.HTTP.Transport, closing: closing},
	}
	if err := ses.open(run); err != nil {
		stop()
		cancel()
		return nil, err
	}
	go ses.supervise(run, cancel)
	return ses, nil
}

// HasCredentials implements channel.CredentialChecker.
func (s *Strategy) HasCredentials(ctx context.Context, k channel.Key) (bool, error) {
	list, err := s.o.Devices.Devices(ctx, deviceKey(k))
	if err != nil {
		return false, fmt.Errorf("look up device: %w", err)
	}
	return slices.ContainsFunc(list, kv.Info.Paired), nil
}

// Destroy implements channel.Destroyer.
func (s *Strategy) Destroy(ctx context.Context, k channel.Key, l cluster.Lease) error {
	return s.o.Devices.Destroy(ctx, deviceKey(k), uint64(l.Epoch))
}

var (
	_ channel.Strategy          = (*Strategy)(nil)
	_ channel.CredentialChecker = (*Strategy)(nil)
	_ channel.Destroyer         = (*Strategy)(nil)
	_ channel.Session           = (*session)(nil)
	_ channel.CodePairer        = (*session)(nil)
	_ channel.Unlinker          = (*session)(nil)
	_ channel.TypingNotifier    = (*session)(nil)
)
