package linked_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recado/internal/channel"
	"recado/internal/channel/channeltest"
	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/wasim"
)

// TestEndings is what the shop sees when WhatsApp ends a connection.
func TestEndings(t *testing.T) {
	t.Parallel()
	for kind, want := range map[wasim.FaultKind]channel.Event{
		wasim.FaultLoggedOut: channel.Stopped{Reason: channel.LoggedOut},
		wasim.FaultOutdated:  channel.Stopped{Reason: channel.Outdated, Failed: true},
		wasim.FaultReplaced:  channel.Retrying{Reason: channel.Replaced, Attempt: 1, Max: 3},
		wasim.FaultTempBan:   channel.Retrying{Reason: channel.TemporaryBan},
		wasim.FaultBadToken:  channel.Retrying{Reason: channel.Unreachable, Attempt: 1, Max: 10},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, sink := w.link(t)
			if slices.Contains([]wasim.FaultKind{wasim.FaultOutdated, wasim.FaultTempBan, wasim.FaultBadToken}, kind) { // they answer a login
				w.fault(t, wasim.Fault{Kind: kind, Number: shopNumber, Count: 100})
				w.Drop(t)
			} else {
				w.fault(t, wasim.Fault{Kind: kind, Number: shopNumber})
			}
			sink.Await(t, string(kind), func() bool {
				return slices.ContainsFunc(sink.Events(), func(e channel.Event) bool {
					if r, ok := e.(channel.Retrying); ok { // when is not part of the comparison
						r.At = time.Time{}
						e = r
					}
					return e == want
				})
			})
			linked, err := w.strategy().HasCredentials(t.Context(), shop.Key())
			if err != nil || linked == (kind == wasim.FaultLoggedOut) {
				t.Errorf("credentials kept: %v, %v", linked, err)
			}
		})
	}
}

// TestAttemptsRunOut: WhatsApp cannot be reached at all.
func TestAttemptsRunOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.options.Reconnect.Attempts = 3
	_, sink := w.link(t)
	w.fault(t, wasim.Fault{Kind: wasim.FaultUnavailable, Number: shopNumber, Count: 1000})
	got := channeltest.Event[channel.Stopped](t, sink, 1)
	if got.Reason != channel.Unreachable || !got.Failed {
		t.Errorf("stopped: %+v", got)
	}
	for i := range 3 {
		if r := channeltest.Event[channel.Retrying](t, sink, i+1); r.Attempt != i+1 || r.Max != 3 {
			t.Errorf("attempt %d: %+v", i+1, r)
		}
	}
}

// TestBadFrames: nothing that the server sends brings the session down for
// good, and no other shop's session notices.
func TestBadFrames(t *testing.T) {
	t.Parallel()
	for _, shape := range []string{wasim.ShapeGarbage, wasim.ShapeUnsealed, wasim.ShapeOversized, wasim.ShapeStanza} {
		t.Run(shape, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s, sink := w.link(t)
			w.fault(t, wasim.Fault{Kind: wasim.FaultMalformed, Number: shopNumber, Shape: shape})
			if shape == wasim.ShapeUnsealed { // the cipher is out of step: only a new connection helps
				w.Drop(t)
			}
			w.Say(t, "después")
			sink.Text(t, "después")
			sink.Await(t, "an answer goes out", func() bool {
				_, err := s.Send(t.Context(), message.Out{ID: "3EB0AA", To: w.Customer(), Content: message.Content{Kind: message.Text, Text: "ok"}})
				return err == nil
			})
		})
	}
}

func TestQRIsRenewedAndExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.options.QRFirst, w.options.QRNext = 50*time.Millisecond, 20*time.Millisecond
	sink := channeltest.NewSink()
	w.Open(t, sink)
	if got := channeltest.Event[channel.Stopped](t, sink, 1); got.Reason != channel.QRExpired || got.Failed {
		t.Errorf("stopped: %+v", got)
	}
	seen := map[string]bool{}
	for _, e := range sink.Events() {
		if q, ok := e.(channel.QR); ok {
			seen[q.Code] = true
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d different codes, want 6", len(seen))
	}
}

func TestPairingByCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink := channeltest.NewSink()
	s := w.Open(t, sink)
	qr := channeltest.Event[channel.QR](t, sink, 1)
	p := s.(channel.CodePairer)
	if _, err := p.Pair(t.Context(), "123"); !errors.Is(err, channel.ErrInvalidPhone) {
		t.Errorf("a short number: %v", err)
	}
	code, err := p.Pair(t.Context(), "+"+shopNumber)
	if err != nil || len(code.Code) != 9 || code.ExpiresAt.Before(qr.ExpiresAt) {
		t.Fatalf("pair: %+v, %v", code, err)
	}
	w.phone.Pair(code.Code)
	channeltest.Event[channel.Ready](t, sink, 1)
}

func TestPasskeyIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink := channeltest.NewSink()
	w.Open(t, sink)
	w.fault(t, wasim.Fault{Kind: wasim.FaultPasskey, Number: shopNumber})
	ctx, cancel := context.WithCancel(t.Context())
	scanned := make(chan struct{})
	go func() {
		defer close(scanned)
		_, _ = w.sim.Scan(ctx, shopNumber, channeltest.Event[channel.QR](t, sink, 1).Code)
	}()
	sink.Await(t, "the passkey is asked for", func() bool {
		return slices.Contains(sink.Events(), channel.Event(channel.Waiting{Reason: channel.PasskeyRequired}))
	})
	cancel()
	<-scanned
}

// TestForeignNumberIsRefused: the number is another shop's already.
func TestForeignNumberIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.options.Holder = func(_ context.Context, number string) (channel.Key, bool, error) {
		return channel.Key{Shop: "other", Type: shop.Type}, number == shopNumber, nil
	}
	sink := channeltest.NewSink()
	w.Open(t, sink)
	_, _ = w.sim.Scan(t.Context(), shopNumber, channeltest.Event[channel.QR](t, sink, 1).Code)
	if got := channeltest.Event[channel.Stopped](t, sink, 1); got.Reason != channel.NumberInUse {
		t.Errorf("stopped: %+v", got)
	}
	if linked, _ := w.strategy().HasCredentials(t.Context(), shop.Key()); linked {
		t.Error("the credentials were stored")
	}
}

func TestUnlinkTellsWhatsApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, _ := w.link(t)
	if err := s.(channel.Unlinker).Unlink(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p, err := w.sim.Server.Phone(shopNumber); err != nil || len(p.Devices) != 0 {
		t.Errorf("the phone still lists %+v, %v", p.Devices, err)
	}
	if linked, err := w.strategy().HasCredentials(t.Context(), shop.Key()); err != nil || linked {
		t.Errorf("linked %v, %v", linked, err)
	}
}

// failing is a back end that stops working for a while.
type failing struct {
	kv.Backend
	down atomic.Bool
}

var errDown = errors.New("the disk is full")

func (f *failing) Apply(ctx context.Context, k kv.DeviceKey, a kv.Apply) error {
	if f.down.Load() {
		return errDown
	}
	return f.Backend.Apply(ctx, k, a)
}

// TestStoreFailureLosesNothing: the session store refuses for a while; the shop
// sees it, and nothing that was written meanwhile is lost.
func TestStoreFailureLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	backend := &failing{Backend: kv.NewMemory()}
	w.options.Devices = signalstore.New(backend, signalstore.Options{})
	_, sink := w.link(t)
	w.Say(t, "antes")
	sink.Text(t, "antes")
	backend.down.Store(true)
	w.Say(t, "uno")
	w.Say(t, "dos")
	sink.Await(t, "the shop is notified", func() bool {
		return slices.ContainsFunc(sink.Events(), func(e channel.Event) bool {
			r, ok := e.(channel.Retrying)
			return ok && r.Reason == channel.StoreFailed
		})
	})
	backend.down.Store(false)
	sink.Text(t, "dos")
	var got []string
	for _, m := range sink.Received() {
		got = append(got, m.Content.Text)
	}
	if !slices.Equal(got, []string{"antes", "uno", "dos"}) {
		t.Errorf("received %q", got)
	}
}

// panicking is a sink whose first Receive panics.
type panicking struct {
	*channeltest.Sink
	once sync.Once
}

func (p *panicking) Receive(ctx context.Context, m message.In) error {
	p.once.Do(func() { panic("poison") })
	return p.Sink.Receive(ctx, m)
}

// TestPanicLosesNothing: whatsmeow would count a panic as success and
// acknowledge the message.
func TestPanicLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink := channeltest.NewSink()
	s := w.Open(t, &panicking{Sink: sink})
	w.Link(t, s, sink)
	channeltest.Event[channel.Ready](t, sink, 1)
	w.Say(t, "uno")
	w.Say(t, "dos")
	sink.Text(t, "dos")
	if got := sink.Received(); len(got) != 2 || got[0].Content.Text != "uno" {
		t.Errorf("received %+v", got)
	}
}
