package linked

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/signalstore"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// session is one channel's link. The supervisor goroutine owns everything but
// the fields under mu, which Send and the commands read.
type session struct {
	o     Options
	key   channel.Key
	lease cluster.Lease
	sink  channel.Sink
	log   *slog.Logger

	wire *wire
	quit context.Context //nolint:containedctx // ends when the session is to be closed
	stop context.CancelFunc
	done chan struct{}

	mu      sync.Mutex
	device  *signalstore.Device
	client  *whatsmeow.Client
	qrUntil time.Time // when the code shown last expires, with all that follow

	calls calls

	offline atomic.Bool                // what arrives now waited at the server
	leaving atomic.Bool                // Unlink decides what follows, not the connection's end
	taking  atomic.Pointer[connection] // the one whose messages are taken; nil is none
}

// open prepares device and client; it connects nothing.
func (s *session) open(ctx context.Context) error {
	device, err := s.o.Devices.Open(ctx, deviceKey(s.key), uint64(s.lease.Epoch))
	if err != nil {
		return fmt.Errorf("open device: %w", err)
	}
	w := device.Whatsmeow()
	w.Container = container{w.Container}
	client := s.newClient(ctx, device)
	s.mu.Lock()
	s.device, s.client = device, client
	s.mu.Unlock()
	return nil
}

// errNoToken answers a server that wants a token renewed which only Meta's own
// clients have.
var errNoToken = errors.New("a linked device has no such token")

// newClient returns a whatsmeow client that keeps the inbound promise: the
// switches here and the one handler that connect adds. It reconnects by itself
// never.
func (s *session) newClient(ctx context.Context, device *signalstore.Device) *whatsmeow.Client {
	c := whatsmeow.NewClient(device.Whatsmeow(), waLogger{s.log})
	c.SynchronousAck = true
	c.EnableDecryptedEventBuffer = true
	c.EnableAutoReconnect = false
	c.InitialAutoReconnect = false
	c.DisableLoginAutoReconnect = true
	c.ManualHistorySyncDownload = true
	c.AutomaticMessageRerequestFromPhone = true
	c.UseRetryMessageStore = false
	c.AutoTrustIdentity = true
	c.SetMaxParallelRetryReceiptHandling(1)
	c.BackgroundEventCtx = ctx
	line := &http.Client{Transport: s.wire}
	c.SetWebsocketHTTPClient(line)
	c.SetPreLoginHTTPClient(line)
	c.SetMediaHTTPClient(s.o.HTTP)
	c.GetMessageForRetry = func(_, to types.JID, id types.MessageID) *waE2E.Message {
		return s.sentEarlier(ctx, to, id)
	}
	c.RefreshCAT = func(context.Context) error { return errNoToken } // whatsmeow calls it on 413 and 414, unset or not
	c.PrePairCallback = func(jid types.JID, _, _ string) bool { return s.mayLink(ctx, jid.User) }
	return c
}

// live returns the parts that a command works on.
func (s *session) live() (*whatsmeow.Client, *signalstore.Device) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.client, s.device
}

// Close implements channel.Session.
func (s *session) Close(ctx context.Context) error {
	s.stop()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close linked device: %w", ctx.Err())
	}
}

// pairingClient is how the device names itself when it asks for a pairing
// code; WhatsApp refuses names of browsers it does not know.
const pairingClient = "Chrome (Linux)"

// Pair implements channel.CodePairer. The code is good as long as the QR codes of
// this connection are.
func (s *session) Pair(ctx context.Context, phone string) (channel.Code, error) {
	client, _ := s.live()
	code, err := client.PairPhone(ctx, phone, true, whatsmeow.PairClientChrome, pairingClient)
	if err != nil {
		return channel.Code{}, pairError(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return channel.Code{Code: code, ExpiresAt: s.qrUntil}, nil
}

// Unlink implements channel.Unlinker. WhatsApp is told when it can be reached;
// the credentials are destroyed in any case.
func (s *session) Unlink(ctx context.Context) error {
	s.leaving.Store(true)
	if client, _ := s.live(); client.IsLoggedIn() {
		if err := logOut(ctx, client); err != nil {
			s.log.Warn("WhatsApp was not told of the unlinking", "err", err)
		}
	}
	s.stop()
	select {
	case <-s.done:
	case <-ctx.Done():
		return fmt.Errorf("unlink device: %w", ctx.Err())
	}
	return s.o.Devices.Destroy(ctx, deviceKey(s.key), uint64(s.lease.Epoch))
}

// logOut removes the device from its account. whatsmeow's own Logout also hangs
// up and deletes, in ways that we do not: see hangUp and container.
func logOut(ctx context.Context, client *whatsmeow.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err := client.DangerousInternals().SendIQ(ctx, whatsmeow.DangerousInfoQuery{ //nolint:staticcheck // deprecated as a warning only: it is the way to send a query of our own
		Namespace: "md",
		Type:      "set",
		To:        types.ServerJID,
		Content: []binary.Node{{
			Tag:   "remove-companion-device",
			Attrs: binary.Attrs{"jid": client.Store.GetJID(), "reason": "user_initiated"},
		}},
	})
	return err
}

// Download implements channel.Downloader.
func (s *session) Download(ctx context.Context, m message.Media) ([]byte, error) {
	file, err := downloadable(m.Ref)
	if err != nil {
		return nil, err
	}
	client, _ := s.live()
	data, err := client.Download(ctx, file)
	if err != nil {
		return nil, fmt.Errorf("download media: %w", err)
	}
	return data, nil
}

// linkableUntil notes when the codes of this connection, of both kinds, end.
func (s *session) linkableUntil(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.qrUntil = t
}

// mayLink refuses a number that another channel has linked: two devices of one
// number would answer the same customers, and one shop would read the other's.
func (s *session) mayLink(ctx context.Context, number string) bool {
	holder, held, err := s.o.Holder(ctx, number)
	if err != nil {
		s.log.Error("look up who holds the number", "err", err)
		return s.refuseLink(channel.StoreFailed)
	}
	if held && holder != s.key {
		return s.refuseLink(channel.NumberInUse)
	}
	return true
}

// refuseLink says why, before whatsmeow tells that the pairing failed. A
// connection that is over needs no reason: the next one shows a new code.
func (s *session) refuseLink(why channel.Reason) bool {
	if c := s.taking.Load(); c != nil {
		c.signal(signal{kind: sigRefused, reason: why})
	}
	return false
}
