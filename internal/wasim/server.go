package wasim

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// Server is a running simulator. Start makes one; Close ends it.
type Server struct {
	o      Options
	log    *slog.Logger
	root   *keys.KeyPair
	id     credentials
	faults *faultRegistry
	media  *mediaStore
	stats  counters
	addr   string
	http   *http.Server
	stop   func() bool // detaches from the context of Start

	wg sync.WaitGroup // handlers, writers, phones at work

	mu        sync.RWMutex
	closing   bool
	conns     map[*conn]struct{}
	accounts  map[string]*account      // by number
	lids      map[string]*account      // by hidden identifier
	refs      map[string]*registration // by the refs of its QR codes
	codes     map[string]*registration // by the number of the phone that types its code
	codeAdded chan struct{}            // closed and replaced when codes gets one more
}

// Start serves a simulator until Close is called or ctx ends.
func Start(ctx context.Context, o Options) (*Server, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	root := keys.NewKeyPairFromPrivateKey(*o.RootKey)
	id, err := newCredentials(root, o.Now())
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", o.Listen, err)
	}
	s := &Server{
		o: o, log: o.Log, root: root, id: id, addr: ln.Addr().String(),
		media: newMediaStore(o.Media),
		conns: map[*conn]struct{}{}, accounts: map[string]*account{}, lids: map[string]*account{},
		refs: map[string]*registration{}, codes: map[string]*registration{}, codeAdded: make(chan struct{}),
	}
	s.faults = newFaultRegistry(s)
	s.http = &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug)}
	s.wg.Go(func() {
		if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the simulator's listener ended", "error", err)
		}
	})
	s.stop = context.AfterFunc(ctx, s.shut)
	return s, nil
}

// Addr is the address that it listens on, "127.0.0.1:7480".
func (s *Server) Addr() string { return s.addr }

// URL is the base of the control API, "http://127.0.0.1:7480".
func (s *Server) URL() string { return "http://" + s.addr }

// Root is the public key of 32 bytes that clients must pin.
func (s *Server) Root() []byte { return append([]byte(nil), s.root.Pub[:]...) }

// Close ends every connection and waits, until ctx ends, for every goroutine of
// the simulator.
func (s *Server) Close(ctx context.Context) error {
	s.stop()
	s.shut()
	done := make(chan struct{})
	go func() { s.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close the simulator: %w", ctx.Err())
	}
}

func (s *Server) shut() {
	s.mu.Lock()
	s.closing = true
	for c := range s.conns {
		c.cancel()
	}
	s.mu.Unlock()
	s.faults.clear()
	if err := s.http.Close(); err != nil {
		s.log.Debug("close listener", "error", err)
	}
}

// startWork adds one goroutine for Close to wait for; false when closing.
func (s *Server) startWork() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closing {
		return false
	}
	s.wg.Add(1)
	return true
}

// track lets Close end a connection and wait for it; false when closing.
func (s *Server) track(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.wg.Add(1)
	s.conns[c] = struct{}{}
	return true
}

func (s *Server) untrack(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.wg.Done()
}

func (s *Server) closed() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.closing
}

// PutPhone creates an account with its phone, or changes the phone's settings.
// created is false when the account existed.
func (s *Server) PutPhone(number string, set PhoneSettings) (created bool, err error) {
	if err := checkNumber(number); err != nil {
		return false, err
	}
	if err := set.check(); err != nil {
		return false, err
	}
	if a := s.account(number); a != nil {
		a.phone.configure(set) // not under the lock: phones look accounts up while they are locked
		return false, nil
	}
	a := &account{number: number, lid: lidOf(number), companions: map[int]*companion{}}
	if a.phone, err = newPhone(s, a, set); err != nil {
		return false, err
	}
	a.rawID = fromBigEndian([]byte(a.lid[:4]))
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.accounts[number] != nil:
		return false, nil // created concurrently
	case s.lids[a.lid] != nil:
		return false, &Error{Code: "lid_taken", Status: http.StatusConflict, Message: "Another number has the same hidden identifier; take a different one."}
	}
	s.accounts[number], s.lids[a.lid] = a, a
	return true, nil
}

// Unlink removes every companion of an account; connected ones see
// device_removed, the others a refusal at their next login. It returns how many
// there were.
func (s *Server) Unlink(number string) (int, error) {
	p, err := s.phone(number)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, c := range p.acc.linked() {
		if s.unlinkDevice(c) {
			n++
		}
	}
	return n, nil
}

// LID is the hidden identifier of a number, whether or not it has a phone.
func LID(number string) string { return lidOf(number) }

func (s *Server) account(number string) *account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.accounts[number]
}

func (s *Server) phone(number string) (*phone, error) {
	if a := s.account(number); a != nil {
		return a.phone, nil
	}
	return nil, ErrNoPhone
}

// accountOf finds the account of a JID, by number or LID.
func (s *Server) accountOf(j types.JID) *account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	switch j.Server {
	case types.DefaultUserServer:
		return s.accounts[j.User]
	case types.HiddenUserServer:
		return s.lids[j.User]
	default:
		return nil
	}
}

// resolve finds the device that a JID names.
func (s *Server) resolve(j types.JID) (address, bool) {
	a := s.accountOf(j)
	if a == nil {
		return address{}, false
	}
	return address{a, int(j.Device)}, true
}

// allAccounts lists all accounts.
func (s *Server) allAccounts() []*account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]*account, 0, len(s.accounts))
	for _, a := range s.accounts {
		out = append(out, a)
	}
	return out
}

// newID makes an id for a message or notification of the simulator's own.
func newID() string {
	var b [9]byte
	fill(b[:])
	return "3A" + strings.ToUpper(hex.EncodeToString(b[:]))
}
