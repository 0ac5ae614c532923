package strangers

import (
	"encoding/hex"
	"testing"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"
)

// TestWhatsmeowReconnects cuts whatsmeow off with its own auto-reconnect on, in a
// process without the race detector: its autoReconnect and every request that
// waits for the next connection (WaitForConnection) write the field waiting of
// one exsync.Event under a read lock (go.mau.fi/util, exsync/event.go, GetChan).
// Nothing of whatsmeow reads that field, so the race has no consequence, but the
// detector reports it.
//
// Recado's channel never starts autoReconnect: package linked switches
// EnableAutoReconnect and InitialAutoReconnect off, and whatsmeow's autoReconnect
// and keepAliveLoop test the former before they wait.
func TestWhatsmeowReconnects(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		fault  wasim.Fault
		closed int // connections that the fault ends
	}{
		{"disconnect", wasim.Fault{Kind: wasim.FaultDisconnect}, 1},
		{"three disconnects", wasim.Fault{Kind: wasim.FaultDisconnect, Count: 3}, 3},
		{"unavailable", wasim.Fault{Kind: wasim.FaultUnavailable}, 1},
		{"unavailable at login", wasim.Fault{Kind: wasim.FaultUnavailable, Count: 2}, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			sim := wasimtest.Start(t, wasim.Options{})
			shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
			ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
			c, _ := start(t, whatsmeowBot, sim.Addr(), hex.EncodeToString(sim.Root()))
			shop.Scan(c.await("qr", nil).QR)
			c.await("open", nil)
			ana.Say(shopNumber, "hello")
			ana.WaitText("eco hello")

			tc.fault.Number = shopNumber
			if _, err := sim.Fault(tc.fault); err != nil {
				t.Fatal(err)
			}
			for range tc.closed {
				c.await("close", nil)
			}
			c.await("open", nil)
			ana.Say(shopNumber, "still there?")
			ana.WaitText("eco still there?")
			if armed := sim.Faults(); len(armed) != 0 {
				t.Errorf("still armed: %+v", armed)
			}
		})
	}
}
