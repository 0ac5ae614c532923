// Package strangers proves the simulator with clients that know nothing of it:
// two major versions of Baileys, installed from npm, and whatsmeow, each
// unmodified and in a process of its own. It also holds the echo bots that
// benchmarks measure Recado against.
package strangers

import (
	"encoding/hex"
	"syscall"
	"testing"
	"time"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"
)

const (
	shopNumber = "5491155550001"
	anaNumber  = "5491155550002"
)

// link has a phone link the client by QR or by code and waits for it to be ready.
func (c *client) link(p *wasimtest.Phone, byCode bool) {
	c.t.Helper()
	qr := c.await("qr", nil).QR
	if byCode {
		c.command(map[string]string{"cmd": "pair", "number": p.Number})
		p.Pair(c.await("code", nil).Code)
	} else {
		p.Scan(qr)
	}
	c.closed(515)
	c.await("open", nil)
	c.await("drained", nil)
}

// Baileys' status codes for the end of a connection.
const (
	loggedOut        = 401
	replaced         = 440
	connectionClosed = 428
)

func TestBaileys(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"7", "6"} {
		for _, how := range []struct {
			name   string
			byCode bool
			mode   wasim.Addressing
		}{{"QR", false, wasim.ByLID}, {"code", true, wasim.ByPN}} {
			t.Run(version+" by "+how.name, func(t *testing.T) {
				t.Parallel()
				live(t, version, how.byCode, how.mode)
			})
		}
	}
}

// TestEchoBot runs the bot that benchmarks measure Recado against.
//
// The customer writes only while the bot is at rest, because Baileys may use a
// message key twice otherwise, and a phone drops the second message. Baileys 7
// locks a session by two different keys: relayMessage encrypts inside a
// transaction under the own JID (lib/Socket/messages-send.js), in which the
// nested transaction of encryptMessage takes no lock (lib/Utils/auth-utils.js,
// "reusing existing transaction context"); decryptMessage takes the lock of the
// sender's JID (lib/Signal/libsignal.js). Encryption writes the session when its
// transaction ends, after the message is sent: a reply of the customer that is
// decrypted before reads the session of before, and one of the two writes is
// lost. The bot counts a message as answered after that write.
func TestEchoBot(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{FirstFrameDelay: firstFrame})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	c, _ := start(t, "node", "echo.mjs", "ws://"+sim.Addr()+"/ws/chat", hex.EncodeToString(sim.Root()), t.TempDir())
	c.link(shop, false)
	for i, text := range []string{"uno", "dos", "tres"} {
		ana.Say(shopNumber, text)
		ana.WaitText(text)
		until(t, "the bot to have stored its session", func() bool {
			if err := c.process.Signal(syscall.SIGUSR2); err != nil {
				t.Fatal(err)
			}
			e := c.await("cpu", nil)
			return e.Answered == i+1 && e.User > 0
		})
	}
	ana.AssertClean()
}

// live is a linked device's life: link, talk, lose the connection, be away, be
// replaced, be unlinked.
func live(t *testing.T, version string, byCode bool, mode wasim.Addressing) {
	sim := wasimtest.Start(t, wasim.Options{FirstFrameDelay: firstFrame})
	// Version 6 keeps one session for a number and another for its hidden
	// identifier, so everybody is addressed in the same way.
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop", Addressing: mode})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana", Addressing: mode})
	dir := t.TempDir()
	c, stop := startBaileys(t, sim, version, dir)
	c.link(shop, byCode)

	id := ana.Say(shopNumber, "hola")
	in := c.text("hola")
	if in.ID != id || in.FromMe {
		t.Errorf("got %+v", in)
	}
	sent := c.send(in.Chat, "¿qué tal?")
	if got := ana.WaitText("¿qué tal?"); got.ID != sent || got.Copies != 1 {
		t.Errorf("Ana sees %+v", got)
	}
	shop.WaitStatus(sent, wasim.StatusDelivered)
	owner := shop.Say(anaNumber, "it is me, on my phone")
	if e := c.text("it is me, on my phone"); e.ID != owner || !e.FromMe {
		t.Errorf("own message %+v", e)
	}

	settled(t, sim)
	strike(t, sim, wasim.FaultDisconnect)
	c.closed(connectionClosed)
	c.await("open", nil)
	ana.Say(shopNumber, "back?")
	c.send(c.text("back?").Chat, "yes")
	ana.WaitText("yes")

	stop()
	away := []string{"one", "two", "three", "four"}
	for _, text := range away {
		ana.Say(shopNumber, text)
	}
	c, stop = startBaileys(t, sim, version, dir)
	c.await("drained", nil)
	settled(t, sim)
	ana.Say(shopNumber, "and one more") // version 6 keeps what waited to itself until something new comes
	for _, text := range append(away, "and one more") {
		c.text(text)
	}
	c.send(in.Chat, "I read it all")
	ana.WaitText("I read it all")

	strike(t, sim, wasim.FaultReplaced)
	c.closed(replaced)
	stop()
	c, _ = startBaileys(t, sim, version, dir)
	c.await("open", nil)
	if byCode {
		c.command(map[string]string{"cmd": "logout"}) // the device unlinks itself
	} else if _, err := sim.Unlink(shopNumber); err != nil {
		t.Error(err)
	}
	c.closed(loggedOut)
	until(t, "no device to be linked", func() bool { return sim.Stats().Devices == 0 })

	// Copies for the shop's own phone do not count: Baileys may encrypt one while it
	// decrypts another message of that phone; see TestEchoBot.
	for _, p := range ana.Problems() {
		if !p.Recovered {
			t.Errorf("never read: %+v", p)
		}
	}
	sim.AssertKnown()
}

// firstFrame is ten times what version 6 needs on an idle machine between the
// end of its handshake and the first frame; on a busy one it needs more.
const firstFrame = 500 * time.Millisecond

// settled waits until the client has acknowledged every stanza.
func settled(t *testing.T, sim *wasimtest.Sim) {
	t.Helper()
	until(t, "every stanza to be acknowledged", func() bool { return len(sim.Stats().Unacked) == 0 })
}

// until polls a condition that has no channel.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.After(wasimtest.Patience)
	for !is() {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			t.Fatalf("not within %s: %s", wasimtest.Patience, what)
		}
	}
}

func strike(t *testing.T, sim *wasimtest.Sim, kind wasim.FaultKind) {
	t.Helper()
	if _, err := sim.Fault(wasim.Fault{Kind: kind, Number: shopNumber}); err != nil {
		t.Fatalf("fault %s: %v", kind, err)
	}
}
