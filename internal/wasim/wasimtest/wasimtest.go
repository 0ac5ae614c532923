// Package wasimtest starts WhatsApp simulators for tests, with phones and
// whatsmeow clients. Every helper fails the test itself, so that a test reads as
// the conversation it is about.
//
// whatsmeow pins the server's root key in a variable of the whole process.
// Start sets it, once, and gives every simulator the same root.
package wasimtest

import (
	"context"
	"crypto/sha256"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"recado/internal/wasim"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/util/keys"
)

// Patience is how long an awaited event may take before the test fails. It is
// long because the machine may be busy, and costs nothing when the event comes.
const Patience = 2 * time.Minute

// Sim is a running simulator that ends with its test.
type Sim struct {
	*wasim.Server
	tb        testing.TB
	transport *http.Transport
}

// RootKey is the private key of the certificate root that Start uses.
func RootKey() *[32]byte {
	key := sha256.Sum256([]byte("the root of simulators in tests"))
	return &key
}

var trust = sync.OnceFunc(func() {
	whatsmeow.WACertPubKey = *keys.NewKeyPairFromPrivateKey(*RootKey()).Pub
})

// Start runs a simulator until the test ends. Options.RootKey is replaced, a zero
// FirstFrameDelay is none, and a zero AnswerTimeout is Patience: the key
// derivation of a pairing code takes half a minute on a busy machine under the
// race detector.
func Start(tb testing.TB, o wasim.Options) *Sim {
	tb.Helper()
	trust()
	o.RootKey = RootKey()
	if o.FirstFrameDelay == 0 {
		o.FirstFrameDelay = -1
	}
	if o.AnswerTimeout == 0 {
		o.AnswerTimeout = Patience
	}
	srv, err := wasim.Start(context.Background(), o)
	if err != nil {
		tb.Fatalf("start the simulator: %v", err)
	}
	s := &Sim{Server: srv, tb: tb, transport: Transport(srv.Addr())}
	tb.Cleanup(func() {
		s.transport.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), Patience)
		defer cancel()
		if err := srv.Close(ctx); err != nil {
			tb.Errorf("close the simulator: %v", err)
		}
	})
	return s
}

// Transport connects to the simulator at addr whatever host is asked for, and
// without TLS where https is asked for.
func Transport(addr string) *http.Transport {
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, addr)
	}
	return &http.Transport{DialContext: dial, DialTLSContext: dial, MaxIdleConnsPerHost: 4, IdleConnTimeout: 5 * time.Second}
}

// Transport is the one transport for all clients of this simulator.
func (s *Sim) Transport() *http.Transport { return s.transport }

// HTTPClient reaches the simulator under every host name.
func (s *Sim) HTTPClient() *http.Client { return &http.Client{Transport: s.transport} }

// AssertKnown fails the test if a client made a request that the simulator does
// not know, or if a stanza did not fit a queue.
func (s *Sim) AssertKnown() {
	s.tb.Helper()
	st := s.Stats()
	if len(st.Unknown) > 0 {
		s.tb.Errorf("requests that the simulator does not know: %v", st.Unknown)
	}
	if st.Dropped > 0 {
		s.tb.Errorf("%d stanzas did not fit", st.Dropped)
	}
}
