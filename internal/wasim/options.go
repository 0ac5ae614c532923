package wasim

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"time"
)

// Options of a simulator. The zero value is usable: it listens on a free port
// of the loopback address.
type Options struct {
	// Listen is a loopback address and port, "127.0.0.1:0" when empty.
	Listen string
	Log    *slog.Logger
	// RootKey is the private key of the certificate root. Clients pin its public
	// half process-wide, so simulators of one process share it. Nil makes one.
	RootKey *[32]byte
	// FirstFrameDelay passes between the end of the handshake and the server's
	// first frame, 50 ms when zero, none when negative. A client that finishes
	// its handshake asynchronously loses a frame that comes sooner.
	FirstFrameDelay time.Duration
	// QRLifetime is how long the six QR codes of one registration live together,
	// 160 s when zero: the first for 6/16 of it and each other for 2/16. The
	// connection is closed afterwards.
	QRLifetime time.Duration
	// AnswerTimeout bounds the wait for a client in Scan and Pair, 15 s when zero.
	AnswerTimeout time.Duration
	// Queue is how many unsettled stanzas are kept for one device, 20 000 when
	// zero; Window how many of them are on their way at a time, 256 when zero.
	Queue, Window int
	// Screen is how many bubbles one phone keeps, 50 000 when zero.
	Screen int
	// Media is how many bytes of uploads are kept, 64 MiB when zero; the oldest go.
	Media int64
	// Compression offers permessage-deflate to clients that ask for it.
	Compression bool
	// Now is the clock that messages are stamped with, time.Now when nil.
	Now func() time.Time
}

func (o Options) withDefaults() (Options, error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if err := loopback(o.Listen); err != nil {
		return o, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.RootKey == nil {
		o.RootKey = new([32]byte)
		if _, err := rand.Read(o.RootKey[:]); err != nil {
			return o, fmt.Errorf("make a root key: %w", err)
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.FirstFrameDelay = max(0, cmp.Or(o.FirstFrameDelay, 50*time.Millisecond))
	o.QRLifetime = cmp.Or(o.QRLifetime, 160*time.Second)
	o.AnswerTimeout = cmp.Or(o.AnswerTimeout, 15*time.Second)
	o.Queue = cmp.Or(o.Queue, 20_000)
	o.Window = cmp.Or(o.Window, 256)
	o.Screen = cmp.Or(o.Screen, 50_000)
	o.Media = cmp.Or(o.Media, 64<<20)
	return o, nil
}

// loopback refuses an address that other machines could reach: the control API
// has no passwords and gives access to every account.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("listen on %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return nil
	}
	return fmt.Errorf("listen on %q: the simulator has no passwords and serves a loopback address only", addr)
}
