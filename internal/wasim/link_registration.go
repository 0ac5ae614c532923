package wasim

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"sync"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
)

const refCount = 6

// registration is a connection that waits to be linked.
type registration struct {
	conn   *conn
	ident  [32]byte
	signed signedKey
	regID  uint32
	refs   []string
	born   time.Time
	expiry *time.Timer
	done   chan struct{}    // closed when the connection has ended
	answer chan *wabin.Node // the client's answer to pair-success
	finish chan *wabin.Node // companion_finish, when linking by code

	mu   sync.Mutex
	used bool
	code *codeRequest // from companion_hello, nil before
}

// register turns a connection into a registration and shows it its codes.
func (s *Server) register(c *conn, p *waWa6.ClientPayload_DevicePairingRegistrationData) {
	signed := signedKey{publicKey: publicKey{id: fromBigEndian(p.GetESkeyID())}}
	if len(p.GetEIdent()) != 32 || len(p.GetESkeyVal()) != 32 || len(p.GetESkeySig()) != 64 {
		c.closeWith(failure("400"))
		return
	}
	signed.pub, signed.signature = [32]byte(p.GetESkeyVal()), [64]byte(p.GetESkeySig())
	r := &registration{
		conn: c, ident: [32]byte(p.GetEIdent()), signed: signed, regID: fromBigEndian(p.GetERegid()),
		born: time.Now(), done: make(chan struct{}),
		answer: make(chan *wabin.Node, 1), finish: make(chan *wabin.Node, 1),
	}
	refs := make([]wabin.Node, refCount)
	for i := range refs {
		ref := newRef()
		r.refs = append(r.refs, ref)
		refs[i] = blob("ref", []byte(ref))
	}
	c.reg = r
	s.mu.Lock()
	for _, ref := range r.refs {
		s.refs[ref] = r
	}
	s.mu.Unlock()
	c.push(el("iq", attrs{"from": types.ServerJID, "type": "set", "id": newID(), "xmlns": "md"}, el("pair-device", nil, refs...)))
	r.expiry = time.AfterFunc(s.o.QRLifetime, func() { c.closeWith() })
}

// endRegistration ends a registration with its connection.
func (s *Server) endRegistration(r *registration) {
	r.expiry.Stop()
	close(r.done)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ref := range r.refs {
		delete(s.refs, ref)
	}
	if r.code != nil && s.codes[r.code.number] == r {
		delete(s.codes, r.code.number)
	}
}

// shows reports whether the client still shows this ref: the first for 6/16 of the
// lifetime, each other for 2/16.
func (r *registration) shows(ref string, lifetime time.Duration) bool {
	i := slices.Index(r.refs, ref)
	return i >= 0 && time.Since(r.born) < lifetime*time.Duration(6+2*i)/16
}

// claim lets one phone alone link the device.
func (r *registration) claim() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.used {
		return false
	}
	r.used = true
	return true
}

func (r *registration) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used = false
}

// await waits for a stanza that the client must send.
func (r *registration) await(ctx context.Context, from <-chan *wabin.Node) (*wabin.Node, error) {
	select {
	case n := <-from:
		return n, nil
	case <-r.done:
		return nil, ErrRefused
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, ErrPairTimeout
		}
		return nil, ctx.Err()
	}
}

func newRef() string {
	var b [48]byte
	fill(b[:])
	return "2@" + base64.StdEncoding.EncodeToString(b[:])
}

// fill writes random bytes.
func fill(b []byte) {
	if _, err := rand.Read(b); err != nil {
		panic(err) // it is documented never to fail
	}
}
