package linked

import (
	"context"
	"time"

	"recado/internal/channel"
)

// connection is what one connection goes through. whatsmeow's goroutines
// signal, the rest belongs to the supervisor. deadline belongs to the phase:
// what is late when it fires is told by expired.
type connection struct {
	s        *session
	n        *counts
	signals  chan signal
	over     chan struct{} // closed when the signals are read no more
	phase    phase
	deadline *time.Timer
	codes    []string // not shown yet
	refused  channel.Reason
}

type phase int

const (
	logging  phase = iota // waiting for login or for the first codes
	scanning              // showing codes
	linking               // scanned: waiting for 515
	passkey               // waiting for the shop's phone
	syncing               // logged in, the offline queue is coming
	settling              // the queue is drained
	stable
)

// signal tells the supervisor. It waits no longer than the connection lasts:
// whatsmeow holds the lock on its event handlers meanwhile, which the next
// connection needs, and what is told of this one after its end means nothing.
func (c *connection) signal(sig signal) {
	select {
	case c.signals <- sig:
	case <-c.over:
	}
}

// on takes a signal; over says that the connection ended.
func (c *connection) on(ctx context.Context, sig signal) (end ending, over bool) {
	switch sig.kind { //exhaustive:enforce
	case sigQR:
		c.codes = sig.codes
		return c.nextCode(ctx)
	case sigPaired:
		c.enter(linking, loginWait)
		c.s.sink.Notify(ctx, channel.Waiting{Reason: channel.Linking})
	case sigPasskey:
		c.enter(passkey, passkeyWait)
		c.s.sink.Notify(ctx, channel.Waiting{Reason: channel.PasskeyRequired})
	case sigRefused:
		c.refused = sig.reason
	case sigPairFailed:
		if c.refused == "" {
			c.refused = channel.PairingFailed
		}
		return ending{kind: endFail, reason: c.refused}, true
	case sigConnected:
		c.connected(ctx)
	case sigRestart:
		return ending{kind: endRestart}, true
	case sigLost:
		return c.lost(), true
	case sigLoggedOut:
		return ending{kind: failed(sig.reason == channel.Banned), reason: sig.reason, unlinked: true}, true
	case sigReplaced:
		return ending{kind: endReplaced, reason: channel.Replaced}, true
	case sigOutdated:
		return ending{kind: endFail, reason: channel.Outdated}, true
	case sigBanned:
		return ending{kind: endPause, reason: channel.TemporaryBan, wait: sig.wait}, true
	case sigNotDurable:
		return ending{kind: endStore, reason: channel.StoreFailed}, true
	}
	return ending{}, false
}

func failed(yes bool) endKind {
	if yes {
		return endFail
	}
	return endStop
}

// lost is the end of a connection that went away by itself. WhatsApp closes it
// when the codes run out.
func (c *connection) lost() ending {
	if c.refused != "" { // we refused the pairing and WhatsApp hung up before we heard the rest
		return ending{kind: endFail, reason: c.refused}
	}
	switch c.phase {
	case scanning:
		if len(c.codes) == 0 {
			return ending{kind: endStop, reason: channel.QRExpired}
		}
	case linking: // it closes after 515, sometimes before we heard of that
		return ending{kind: endRestart}
	case passkey:
		return ending{kind: endFail, reason: channel.PasskeyRequired}
	}
	return ending{kind: endLost, reason: channel.Unreachable}
}

func (c *connection) enter(p phase, d time.Duration) {
	c.phase = p
	c.deadline.Reset(d)
}

// nextCode shows the next code; when none is left the shop has to ask again.
func (c *connection) nextCode(ctx context.Context) (ending, bool) {
	if len(c.codes) == 0 {
		return ending{kind: endStop, reason: channel.QRExpired}, true
	}
	show := c.s.o.QRNext
	if c.phase != scanning {
		show = c.s.o.QRFirst
		c.s.linkableUntil(time.Now().Add(show + time.Duration(len(c.codes)-1)*c.s.o.QRNext))
	}
	code := c.codes[0]
	c.codes = c.codes[1:]
	c.enter(scanning, show)
	c.s.sink.Notify(ctx, channel.QR{Code: code, ExpiresAt: time.Now().Add(show)})
	return ending{}, false
}

func (c *connection) connected(ctx context.Context) {
	c.n.restarts, c.n.store = 0, 0
	c.enter(syncing, offlineWait)
	client, _ := c.s.live()
	c.s.sink.Notify(ctx, channel.Ready{Number: client.Store.GetJID().User, Name: client.Store.PushName})
}

// expired says what it means that the phase's time is up.
func (c *connection) expired(ctx context.Context) (ending, bool) {
	switch c.phase {
	case scanning:
		return c.nextCode(ctx)
	case passkey:
		return ending{kind: endFail, reason: channel.PasskeyRequired}, true
	case syncing:
		c.s.offline.Store(false)
		c.enter(settling, max(c.s.o.Reconnect.Stable-offlineWait, 0))
		return ending{}, false
	case settling:
		c.phase = stable
		c.n.lost = 0
		return ending{}, false
	case stable:
		return ending{}, false
	}
	return ending{kind: endLost, reason: channel.Unreachable}, true
}
