package wasim_test

import (
	"context"
	"fmt"
	"testing"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{Queue: 10})
	sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	l := newLight(sim)
	if err := l.link(context.Background(), shopNumber); err != nil {
		t.Fatal(err)
	}
	until(t, "the greeting to be confirmed", func() bool { return len(sim.Stats().Unacked) == 0 && l.messages() == 2 })
	l.close()
	until(t, "the connection to end", func() bool { return sim.Stats().Connections == 0 })
	for i := range 15 {
		ana.Say(shopNumber, fmt.Sprint(i))
	}
	until(t, "the queue to be full", func() bool { return sim.Stats().Dropped == 5 })
	if n := sim.Stats().Unacked[l.device.String()]; n != 10 {
		t.Errorf("%d wait", n)
	}
}

// Behind what a client does not confirm, nothing comes.
func TestUnconfirmedMessagesHoldTheRestBack(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{Window: 4})
	sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	l := newLight(sim)
	if err := l.link(context.Background(), shopNumber); err != nil {
		t.Fatal(err)
	}
	defer l.close()
	until(t, "the greeting to be confirmed", func() bool { return len(sim.Stats().Unacked) == 0 && l.messages() == 2 })
	l.silence(true)
	for i := range 10 {
		ana.Say(shopNumber, fmt.Sprint(i))
	}
	until(t, "ten to wait", func() bool { return sim.Stats().Unacked[l.device.String()] == 10 })
	for range 10 {
		l.ping()
	}
	if n := l.messages() - 2; n != 4 {
		t.Errorf("%d came, 4 may", n)
	}
	l.silence(false)
	until(t, "all to come", func() bool { return l.messages() == 12 && len(sim.Stats().Unacked) == 0 })
}

func TestScreenIsBounded(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{Screen: 10})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	bob := sim.Phone(bobNumber, wasim.PhoneSettings{Name: "Bob"})
	for i := range 25 {
		ana.Say(bobNumber, fmt.Sprint(i))
	}
	screen := bob.WaitFor("the last", func(b []wasim.ScreenMessage) bool { return len(b) > 0 && b[len(b)-1].Text == "24" })
	if len(screen) != 10 || screen[0].Seq != 16 {
		t.Errorf("%d bubbles from %d", len(screen), screen[0].Seq)
	}
	if out, err := sim.Screen(bobNumber, anaNumber, 23); err != nil || len(out) != 2 {
		t.Errorf("after 23: %v, %v", out, err)
	}
}

func TestMediaIsBounded(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{Media: 10_000})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	sim.Phone(bobNumber, wasim.PhoneSettings{Name: "Bob"})
	for i := range 10 {
		ana.Send(wasim.Draft{To: bobNumber, Media: &wasim.Media{Kind: wasim.KindDocument, Data: fmt.Appendf(nil, "%3000d", i)}})
	}
	if n := sim.Stats().Media; n > 10_000 || n < 6_000 {
		t.Errorf("%d bytes kept", n)
	}
}

// A client that asks without reading is disconnected instead of remembered.
func TestHoldingAnEverGrowingDebt(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	l := newLight(sim)
	if err := l.link(context.Background(), shopNumber); err != nil {
		t.Fatal(err)
	}
	defer l.close()
	if _, err := sim.Fault(wasim.Fault{Kind: wasim.FaultLatency, Number: shopNumber, Delay: wasim.Duration(wasimtest.Patience)}); err != nil {
		t.Fatal(err)
	}
	for i := range 5000 {
		l.write(wabin.Node{Tag: "iq", Attrs: wabin.Attrs{"id": fmt.Sprint(i), "xmlns": "w:p", "type": "get", "to": types.ServerJID}})
	}
	until(t, "the connection to end", func() bool { return sim.Stats().Connections == 0 })
}

// What a client sends that is no stanza ends its own connection only.
func TestNonsenseFromClients(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	sim.Phone(bobNumber, wasim.PhoneSettings{Name: "Bob"})
	good := newLight(sim)
	if err := good.link(context.Background(), bobNumber); err != nil {
		t.Fatal(err)
	}
	defer good.close()
	bad := newLight(sim)
	if err := bad.link(context.Background(), shopNumber); err != nil {
		t.Fatal(err)
	}
	for i, nonsense := range [][]byte{
		{}, {0}, {2, 1, 2, 3}, {0, 248, 255}, {0, 249, 255, 255}, {0, 248, 2, 3, 249, 255, 255}, {0, 248, 1, 247, 0, 1, 251}, make([]byte, 2<<20),
	} {
		bad.raw(nonsense)
		until(t, fmt.Sprintf("connection %d to end", i), func() bool { return sim.Stats().Connections == 1 })
		if err := bad.login(context.Background()); err != nil {
			t.Fatalf("log in after nonsense %d: %v", i, err)
		}
	}
	bad.close()
}
