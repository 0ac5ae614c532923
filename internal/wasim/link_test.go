package wasim_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// waiting is a client that shows a QR code.
func waiting(t *testing.T, sim *wasimtest.Sim) (*wasimtest.Client, []string) {
	t.Helper()
	c := sim.Client(wasimtest.NewDevice())
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	return c, wasimtest.Await[*events.QR](c, nil).Codes
}

func TestPairingCode(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	c, _ := waiting(t, sim)
	code, err := c.PairPhone(context.Background(), "+"+shopNumber, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	if err != nil {
		t.Fatal(err)
	}
	if device := shop.Pair(strings.ToLower(code)); device != shopNumber+":1@s.whatsapp.net" {
		t.Errorf("linked %s", device)
	}
	c.LogIn()
	ana.Say(shopNumber, "hola")
	reply(t, c, c.Text("hola").Info.Chat, "buenas")
	ana.WaitText("buenas")
	ana.AssertClean()
	sim.AssertKnown()
}

func TestWrongPairingCode(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	c, _ := waiting(t, sim)
	code, err := c.PairPhone(context.Background(), shopNumber, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	if err != nil {
		t.Fatal(err)
	}
	wrong := "ABCD2345"
	for _, tc := range []struct {
		number, code string
		want         error
	}{
		{shopNumber, "short", &wasim.Error{Code: "invalid_code"}},
		{anaNumber, code, wasim.ErrNoPhone},
		{shopNumber, wrong, wasim.ErrWrongCode},
	} {
		if _, err := sim.Pair(context.Background(), tc.number, tc.code); !errors.Is(err, tc.want) {
			t.Errorf("%s types %s: %v, want %v", tc.number, tc.code, err, tc.want)
		}
	}
	shop.Pair(code)
	c.LogIn()
}

func TestQRCodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	c, codes := waiting(t, sim)
	shop.Scan(codes[5])
	if _, err := sim.Scan(context.Background(), shopNumber, codes[5]); !errors.Is(err, wasim.ErrQRExpired) {
		t.Errorf("second scan: %v", err)
	}
	c.LogIn()
}

func TestQRCodeExpires(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{QRLifetime: time.Second})
	sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	c, codes := waiting(t, sim)
	wasimtest.Await[*events.Disconnected](c, nil) // the simulator ends the registration
	for i, code := range codes {
		if _, err := sim.Scan(context.Background(), shopNumber, code); !errors.Is(err, wasim.ErrQRExpired) {
			t.Errorf("code %d is still good: %v", i, err)
		}
	}
}

func TestDeviceRefusesLink(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	c, codes := waiting(t, sim)
	c.PrePairCallback = func(types.JID, string, string) bool { return false }
	if _, err := sim.Scan(context.Background(), shopNumber, codes[0]); !errors.Is(err, wasim.ErrRefused) {
		t.Errorf("scan: %v", err)
	}
	wasimtest.Await[*events.PairError](c, nil)
	if p, err := sim.Server.Phone(shopNumber); err != nil || len(p.Devices) != 0 {
		t.Errorf("phone %+v, %v", p, err)
	}
}

func TestPasskeyIsDemanded(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	if _, err := sim.Fault(wasim.Fault{Kind: wasim.FaultPasskey, Number: shopNumber}); err != nil {
		t.Fatal(err)
	}
	c, codes := waiting(t, sim)
	if _, err := sim.Scan(context.Background(), shopNumber, codes[0]); !errors.Is(err, wasim.ErrPasskey) {
		t.Errorf("scan: %v", err)
	}
	if e := wasimtest.Await[*events.PairPasskeyRequest](c, nil); e.PublicKey.RelyingPartID != "whatsapp.com" || len(e.PublicKey.Challenge) == 0 {
		t.Errorf("request %+v", e.PublicKey)
	}
	second, codes := waiting(t, sim)
	shop.Scan(codes[0])
	second.LogIn()
}

func TestUnlinked(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name      string
		connected bool
		unlink    func(*testing.T, *wasimtest.Sim, *wasimtest.Client)
	}{
		{"by the phone, connected", true, func(t *testing.T, sim *wasimtest.Sim, _ *wasimtest.Client) {
			if n, err := sim.Unlink(shopNumber); n != 1 || err != nil {
				t.Errorf("unlinked %d, %v", n, err)
			}
		}},
		{"by a fault, connected", true, func(t *testing.T, sim *wasimtest.Sim, _ *wasimtest.Client) {
			if _, err := sim.Fault(wasim.Fault{Kind: wasim.FaultLoggedOut, Number: shopNumber}); err != nil {
				t.Error(err)
			}
		}},
		{"by the phone, away", false, func(t *testing.T, sim *wasimtest.Sim, _ *wasimtest.Client) {
			if n, err := sim.Unlink(shopNumber); n != 1 || err != nil {
				t.Errorf("unlinked %d, %v", n, err)
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			sim := wasimtest.Start(t, wasim.Options{})
			shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
			device := wasimtest.NewDevice()
			c := sim.Client(device)
			c.Link(shop)
			if !tc.connected {
				c.Disconnect()
			}
			tc.unlink(t, sim, c)
			if !tc.connected {
				c = sim.Client(device)
				if err := c.Connect(); err != nil {
					t.Fatal(err)
				}
			}
			if out := wasimtest.Await[*events.LoggedOut](c, nil); out.OnConnect == tc.connected || out.Reason != events.ConnectFailureLoggedOut {
				t.Errorf("event %+v", out)
			}
		})
	}
}

func TestClientLogsOut(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	c := sim.Client(wasimtest.NewDevice())
	c.Link(shop)
	if err := c.Logout(context.Background()); !errors.Is(err, wasimtest.ErrNotDeleted) {
		t.Fatal(err)
	}
	if p, err := sim.Server.Phone(shopNumber); err != nil || len(p.Devices) != 0 {
		t.Errorf("phone %+v, %v", p, err)
	}
	sim.AssertKnown()
}

func TestReplaced(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	device := wasimtest.NewDevice()
	c := sim.Client(device)
	c.Link(shop)
	second := sim.Client(device)
	if err := second.Connect(); err != nil {
		t.Fatal(err)
	}
	wasimtest.Await[*events.StreamReplaced](c, nil)
	wasimtest.Await[*events.Connected](second, nil)
	if _, err := sim.Fault(wasim.Fault{Kind: wasim.FaultReplaced, Number: shopNumber}); err != nil {
		t.Fatal(err)
	}
	wasimtest.Await[*events.StreamReplaced](second, nil)
}
