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
	"recado/internal/signalstore"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// session implements channel.Session. The supervisor goroutine owns everything but
// the fields under mu, which Send and the commands read.
type session struct {
	o     Options
	key   channel.Key
	lease cluster.Lease
	sink  channel.Sink
	log   *slog.Logger

	transport *transport
	closing   context.Context //nolint:containedctx // ends when the session has to close
	stop      context.CancelFunc
	done      chan struct{} // closed when the supervisor has ended

	mu            sync.Mutex
	device        *signalstore.Device
	client        *whatsmeow.Client
	pairableUntil time.Time // when the last code of the connection expires

	calls calls

	offline   atomic.Bool                // the server queued the messages that arrive now
	unlinking atomic.Bool                // the end of the connection is Unlink's doing
	receiving atomic.Pointer[connection] // the connection whose messages are accepted; nil for none
}

// open opens the device and its client; it does not connect.
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

// errNoToken refuses to renew a token that only Meta's own clients have.
var errNoToken = errors.New("a linked device has no such token")

// newClient returns a whatsmeow client that acknowledges a message after its handler
// has stored it, and never reconnects by itself: the supervisor does.
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
	ws := &http.Client{Transport: s.transport}
	c.SetWebsocketHTTPClient(ws)
	c.SetPreLoginHTTPClient(ws)
	c.SetMediaHTTPClient(s.o.HTTP)
	c.GetMessageForRetry = func(_, to types.JID, id types.MessageID) *waE2E.Message {
		return s.messageForRetry(ctx, to, id)
	}
	c.RefreshCAT = func(context.Context) error { return errNoToken } // whatsmeow calls it on 413 and 414, unset or not
	c.PrePairCallback = func(jid types.JID, _, _ string) bool { return s.allowLink(ctx, jid.User) }
	return c
}

// current returns the client and the device, which reopen replaces.
func (s *session) current() (*whatsmeow.Client, *signalstore.Device) {
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

// pairingClient is the device's name in a request for a pairing code; WhatsApp
// refuses names of browsers that it does not know.
const pairingClient = "Chrome (Linux)"

// Pair implements channel.CodePairer. The code expires with the QR codes of the
// connection.
func (s *session) Pair(ctx context.Context, phone string) (channel.Code, error) {
	client, _ := s.current()
	code, err := client.PairPhone(ctx, phone, true, whatsmeow.PairClientChrome, pairingClient)
	if err != nil {
		return channel.Code{}, pairError(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return channel.Code{Code: code, ExpiresAt: s.pairableUntil}, nil
}

// Unlink implements channel.Unlinker. The device is removed from the account if
// WhatsApp can be reached; the credentials are destroyed in any case.
func (s *session) Unlink(ctx context.Context) error {
	s.unlinking.Store(true)
	if client, _ := s.current(); client.IsLoggedIn() {
		if err := removeCompanion(ctx, client); err != nil {
			s.log.Warn("device not removed from its account", "err", err)
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

func (s *session) setPairableUntil(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pairableUntil = t
}

// allowLink refuses a number that another channel has linked: both would answer the
// same customers, and one shop would read the messages of the other.
func (s *session) allowLink(ctx context.Context, number string) bool {
	holder, held, err := s.o.Holder(ctx, number)
	if err != nil {
		s.log.Error("look up the holder of the number", "err", err)
		return s.refuseLink(channel.StoreFailed)
	}
	if held && holder != s.key {
		return s.refuseLink(channel.NumberInUse)
	}
	return true
}

// refuseLink signals the reason before whatsmeow reports the failed pairing.
func (s *session) refuseLink(reason channel.Reason) bool {
	if c := s.receiving.Load(); c != nil { // otherwise the next connection shows a new code
		c.signal(signal{kind: sigRefused, reason: reason})
	}
	return false
}
