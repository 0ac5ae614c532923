package linked_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recado/internal/channel"
	"recado/internal/channel/channeltest"
	"recado/internal/channel/linked"
	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/tenant"
	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	shopNumber = "5215511110001"
	anaNumber  = "5215599990001"
)

var shop = channel.Channel{Shop: "lupita", Type: message.WhatsAppBaileys}

// world is one shop and one customer on a simulator.
type world struct {
	sim     *wasimtest.Sim
	phone   *wasimtest.Phone
	ana     *wasimtest.Phone
	devices *signalstore.Store
	options linked.Options
	epoch   atomic.Int64

	readable bool // the customer must be able to read everything
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{sim: wasimtest.Start(t, wasim.Options{}), readable: true}
	w.phone = w.sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Lupita"})
	w.ana = w.sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	w.devices = signalstore.New(kv.NewMemory(), signalstore.Options{})
	w.options = linked.Options{
		Devices: w.devices, Assets: noAssets{}, HTTP: w.sim.HTTPClient(), Log: slog.New(slog.DiscardHandler),
		Sent: func(context.Context, tenant.ShopID, channel.Type, string) (message.Out, bool, error) {
			return message.Out{}, false, nil
		},
		Holder:    func(context.Context, string) (channel.Key, bool, error) { return channel.Key{}, false, nil },
		Reconnect: linked.Reconnect{Attempts: 10, Delay: 10 * time.Millisecond, Max: time.Second},
	}
	t.Cleanup(func() {
		w.sim.AssertKnown()
		if p := w.unreadable(); w.readable && len(p) > 0 {
			t.Errorf("the customer could not read %d messages, such as %+v", len(p), p[0])
		}
	})
	return w
}

// unreadable returns the messages that the customer's phone could not decrypt,
// without those that a fault made it reject.
func (w *world) unreadable() []wasim.Problem {
	return slices.DeleteFunc(w.ana.Problems(), func(p wasim.Problem) bool { return p.Reason == wasim.ReasonPretended })
}

func (w *world) strategy() *linked.Strategy { return linked.New(shop.Type, w.options) }

func (w *world) Open(t testing.TB, sink channel.Sink) channel.Session {
	t.Helper()
	lease := cluster.Lease{Shop: shop.Shop, Node: "test", Epoch: cluster.Epoch(w.epoch.Add(1)), Lost: make(chan struct{})}
	s, err := w.strategy().Open(t.Context(), shop, lease, sink)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), channeltest.Patience)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func (w *world) Link(t testing.TB, _ channel.Session, sink *channeltest.Sink) {
	t.Helper()
	w.phone.Scan(channeltest.Event[channel.QR](t, sink, 1).Code)
}

func (w *world) Number() string { return shopNumber }

func (w *world) Customer() message.Peer {
	p, err := w.sim.Server.Phone(anaNumber)
	if err != nil {
		panic(err)
	}
	return message.Peer{Phone: anaNumber, LID: strings.TrimSuffix(p.LID, "@lid")}
}

func (w *world) Say(t testing.TB, text string) string {
	t.Helper()
	return w.ana.Say(shopNumber, text)
}

func (w *world) See(t testing.TB, id string) (string, int) {
	t.Helper()
	var found wasim.ScreenMessage
	w.ana.WaitFor("bubble "+id, func(screen []wasim.ScreenMessage) bool {
		for _, b := range screen {
			if b.ID == id {
				found = b
				return true
			}
		}
		return false
	})
	return found.Text, found.Copies
}

func (w *world) Drop(t testing.TB) {
	w.fault(t, wasim.Fault{Kind: wasim.FaultDisconnect, Number: shopNumber})
}

func (w *world) fault(t testing.TB, f wasim.Fault) {
	t.Helper()
	if _, err := w.sim.Fault(f); err != nil {
		t.Fatalf("fault: %v", err)
	}
}

// link opens the channel and links it.
func (w *world) link(t testing.TB) (channel.Session, *channeltest.Sink) {
	t.Helper()
	sink := channeltest.NewSink()
	s := w.Open(t, sink)
	w.Link(t, s, sink)
	channeltest.Event[channel.Ready](t, sink, 1)
	return s, sink
}

func TestContract(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, func(t testing.TB) channeltest.World { return newWorld(t) })
}

type noAssets struct{}

func (noAssets) Open(context.Context, tenant.ShopID, string) (io.ReadCloser, int64, error) {
	return nil, 0, fmt.Errorf("no such asset")
}
