package channel_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"recado/internal/bus"
	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/tenant"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const bot = message.WhatsAppBaileys

func TestActivateShowsQRThenReadyOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, err := f.service.Activate(t.Context(), "lupita", "")
	if err != nil || a.State.Status != channel.Connecting || a.State.Type != bot || a.AlreadyActive || a.Restoring {
		t.Fatalf("activate: %+v, %v", a, err)
	}
	s := f.session("lupita")
	go s.sink.Notify(context.Background(), channel.QR{Code: "qr-1", ExpiresAt: time.Unix(100, 0)})
	st, err := f.service.AwaitQR(t.Context(), a.State.Key())
	if err != nil || st.QR != "qr-1" {
		t.Fatalf("await QR: %+v, %v", st, err)
	}
	again, err := f.service.Activate(t.Context(), "lupita", bot)
	if err != nil || again.State.QR != "qr-1" || f.strategy.opened() != 1 {
		t.Fatalf("second activation: %+v, %v; %d sessions", again, err, f.strategy.opened())
	}
	s.sink.Notify(t.Context(), channel.Ready{Number: "5491100", Name: "Lupita"})
	s.sink.Notify(t.Context(), channel.Ready{Number: "5491100", Name: "Lupita"}) // refused by the table
	s.sink.Notify(t.Context(), channel.QR{Code: "late"})                         // so is this
	st, err = f.service.State(t.Context(), "lupita", "")
	if err != nil || st.Status != channel.Active || st.QR != "" || st.Number != "5491100" {
		t.Fatalf("state: %+v, %v", st, err)
	}
	active, err := f.service.Activate(t.Context(), "lupita", bot)
	if err != nil || !active.AlreadyActive {
		t.Fatalf("activate an active channel: %+v, %v", active, err)
	}
	want := []string{"status connecting", "qr qr-1", "status active", "ready 5491100"}
	if got := f.events("lupita", 4); !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
	if c, err := f.store.Channel(t.Context(), channel.Key{Shop: "lupita", Type: bot}); err != nil || c.Status != channel.Active || !c.Enabled {
		t.Errorf("stored: %+v, %v", c, err)
	}
	if !slices.Equal(f.host.calls(), []string{"own lupita", "ready lupita"}) {
		t.Errorf("host: %q", f.host.calls())
	}
}

func TestConcurrentActivationsOpenOneSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, err := f.service.Activate(context.Background(), "lupita", bot); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := f.strategy.opened(); n != 1 {
		t.Errorf("%d sessions, want 1", n)
	}
}

func TestAwaitQRTimesOutWithTheState(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, _ := f.service.Activate(t.Context(), "lupita", bot)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if st, err := f.service.AwaitQR(ctx, a.State.Key()); !errors.Is(err, channel.ErrQRTimeout) || st.Status != channel.Connecting {
		t.Errorf("got %+v, %v", st, err)
	}
}

func TestAwaitQREndsWhenTheSessionStops(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, _ := f.service.Activate(t.Context(), "lupita", bot)
	go f.session("lupita").sink.Notify(context.Background(), channel.Stopped{Reason: channel.Outdated, Failed: true})
	st, err := f.service.AwaitQR(t.Context(), a.State.Key())
	if err != nil || st.Status != channel.Errored || st.Reason != channel.Outdated {
		t.Errorf("got %+v, %v", st, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.service.Activate(t.Context(), "lupita", "TELEGRAM"); !errors.Is(err, channel.ErrInvalidType) {
		t.Errorf("unknown type: %v", err)
	}
	if _, err := f.service.Activate(t.Context(), "lupita", message.WhatsAppCloud); !errors.Is(err, channel.ErrNotConfigured) {
		t.Errorf("type without strategy: %v", err)
	}
	if st, err := f.service.Deactivate(t.Context(), "lupita", bot, true); err != nil || st.Status != channel.Inactive {
		t.Errorf("deactivate a channel that never existed: %+v, %v", st, err)
	}
	if len(f.store.channels) != 0 {
		t.Errorf("refusals stored %v", f.store.channels)
	}
}

func TestSessionThatCannotOpenIsAnError(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.strategy.fail(errors.New("disk full"))
	if _, err := f.service.Activate(t.Context(), "lupita", bot); err == nil {
		t.Fatal("no error")
	}
	st, err := f.service.State(t.Context(), "lupita", bot)
	if err != nil || st.Status != channel.Errored || st.Reason != channel.StoreFailed {
		t.Errorf("state: %+v, %v", st, err)
	}
	f.strategy.fail(nil)
	if a, err := f.service.Activate(t.Context(), "lupita", bot); err != nil || a.State.Status != channel.Connecting {
		t.Errorf("activate again: %+v, %v", a, err)
	}
}

func TestDeactivateAndLogout(t *testing.T) {
	t.Parallel()
	for _, logout := range []bool{false, true} {
		f := newFixture(t)
		_, _ = f.service.Activate(t.Context(), "lupita", bot)
		s := f.session("lupita")
		s.sink.Notify(t.Context(), channel.Ready{Number: "549"})
		st, err := f.service.Deactivate(t.Context(), "lupita", "", logout)
		if err != nil || st.Status != channel.Inactive || st.Reason != channel.Deactivated || st.Enabled {
			t.Fatalf("logout %v: %+v, %v", logout, st, err)
		}
		if (st.Number == "") != logout || s.unlinked != logout || !s.closed {
			t.Errorf("logout %v: number %q, unlinked %v, closed %v", logout, st.Number, s.unlinked, s.closed)
		}
		s.sink.Notify(t.Context(), channel.Ready{Number: "549"}) // too late
		if st, _ := f.service.State(t.Context(), "lupita", bot); st.Status != channel.Inactive {
			t.Errorf("a closed session moved the channel to %s", st.Status)
		}
		if got := f.host.calls(); !slices.Contains(got, "disown lupita") {
			t.Errorf("lease kept: %q", got)
		}
	}
}

func TestLogoutWithoutSessionDestroysCredentials(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.strategy.addCredentials("lupita")
	if _, err := f.service.Deactivate(t.Context(), "lupita", bot, true); err != nil {
		t.Fatal(err)
	}
	if got := f.strategy.destroyed(); !slices.Equal(got, []tenant.ShopID{"lupita"}) {
		t.Errorf("destroyed %v", got)
	}
}

func TestRestoreOpensLinkedChannelsOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.store.put(channel.Channel{Shop: "linked", Type: bot, Enabled: true, Status: channel.Active, Number: "549"})
	f.store.put(channel.Channel{Shop: "fresh", Type: bot, Enabled: true, Status: channel.Connecting})
	f.store.put(channel.Channel{Shop: "off", Type: bot, Status: channel.Inactive})
	f.strategy.addCredentials("linked")
	if err := f.manager.Restore(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	if n := f.strategy.opened(); n != 1 {
		t.Fatalf("%d sessions, want 1", n)
	}
	for shop, want := range map[tenant.ShopID]channel.State{
		"linked": {Channel: channel.Channel{Status: channel.Connecting, Reason: channel.Restoring}},
		"fresh":  {Channel: channel.Channel{Status: channel.Inactive, Reason: channel.QRExpired}},
		"off":    {Channel: channel.Channel{Status: channel.Inactive}},
	} {
		if st, err := f.service.State(t.Context(), shop, bot); err != nil || st.Status != want.Status || st.Reason != want.Reason {
			t.Errorf("%s: %+v, %v", shop, st, err)
		}
	}
	a, err := f.service.Activate(t.Context(), "linked", bot)
	if err != nil || !a.Restoring {
		t.Errorf("activate while restoring: %+v, %v", a, err)
	}
}

func TestCloseKeepsChannelsEnabled(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, _ = f.service.Activate(t.Context(), "lupita", bot)
	s := f.session("lupita")
	s.sink.Notify(t.Context(), channel.Ready{Number: "549"})
	if err := f.manager.Close(t.Context()); err != nil || !s.closed {
		t.Fatalf("close: %v, session closed %v", err, s.closed)
	}
	if c, _ := f.store.Channel(t.Context(), channel.Key{Shop: "lupita", Type: bot}); !c.Enabled {
		t.Error("the channel would not be restored")
	}
	if _, err := f.service.Activate(t.Context(), "other", bot); !errors.Is(err, channel.ErrClosed) {
		t.Errorf("activate while stopping: %v", err)
	}
}

func TestLostLeaseClosesTheSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, _ = f.service.Activate(t.Context(), "lupita", bot)
	s := f.session("lupita")
	l, err := f.leases.Acquire(t.Context(), "lupita")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.leases.Release(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.done:
	case <-time.After(30 * time.Second):
		t.Fatal("the session lives on without a lease")
	}
}

// TestStoreFailureIsRetried: a transition that the store refuses is shown at once
// and stored later.
func TestStoreFailureIsRetried(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() { defer close(stopped); _ = f.manager.Run(ctx) }()
	defer func() { cancel(); <-stopped }()

	_, _ = f.service.Activate(t.Context(), "lupita", bot)
	f.store.fail(errors.New("disk full"))
	f.session("lupita").sink.Notify(t.Context(), channel.Ready{Number: "549"})
	if st, _ := f.service.State(t.Context(), "lupita", bot); st.Status != channel.Active {
		t.Fatalf("state: %+v", st)
	}
	f.store.fail(nil)
	deadline := time.After(10 * time.Second)
	for {
		if c, err := f.store.Channel(t.Context(), channel.Key{Shop: "lupita", Type: bot}); err == nil && c.Status == channel.Active {
			return
		}
		select {
		case <-deadline:
			t.Fatal("never stored")
		case <-f.store.changed:
		}
	}
}

func TestTenantsAreIsolated(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, _ = f.service.Activate(t.Context(), "a", bot)
	_, _ = f.service.Activate(t.Context(), "b", bot)
	f.session("a").sink.Notify(t.Context(), channel.QR{Code: "secret of a"})
	if st, _ := f.service.State(t.Context(), "b", bot); st.QR != "" {
		t.Errorf("b sees %q", st.QR)
	}
	if err := f.session("a").sink.Receive(t.Context(), message.In{Shop: "b", ID: "1"}); err != nil {
		t.Fatal(err)
	}
	if got := f.host.received(); len(got) != 1 || got[0].Shop != "a" || got[0].Channel != bot {
		t.Errorf("a session named its own shop: %+v", got)
	}
	f.session("b").sink.Notify(t.Context(), channel.Ready{Number: "549"})
	ana := message.Peer{Phone: "5491155550001"}
	if err := f.manager.Typing(t.Context(), channel.Key{Shop: "a", Type: bot}, ana); err == nil {
		t.Error("a shop that is not connected types")
	}
	if err := f.manager.Typing(t.Context(), channel.Key{Shop: "b", Type: bot}, ana); err != nil {
		t.Error(err)
	}
	if a, b := f.session("a").typed, f.session("b").typed; len(a) != 0 || !slices.Equal(b, []message.Peer{ana}) {
		t.Errorf("typed in a: %v, in b: %v", a, b)
	}
}

// decode renders an event as its name and value.
func decode(e bus.Event) string {
	var p struct {
		QR, Status, Number string
	}
	_ = json.Unmarshal(e.Data, &p)
	return e.Name + " " + p.QR + p.Status + p.Number
}

var discard = slog.New(slog.DiscardHandler)

var _ channel.Host = (*host)(nil)

func leasesForTest(t *testing.T) *cluster.Single {
	t.Helper()
	return cluster.NewSingle("test", epochs{}, time.Now)
}
