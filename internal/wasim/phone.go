package wasim

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/signalerror"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// PhoneSettings are what PUT /v1/phones/{number} takes.
type PhoneSettings struct {
	Name       string     `json:"name"`
	Reads      bool       `json:"reads,omitempty"`      // reads what arrives at once
	Addressing Addressing `json:"addressing,omitempty"` // how linked devices of others see it, ByLID when empty
}

func (s *PhoneSettings) check() error {
	switch s.Addressing {
	case "":
		s.Addressing = ByLID
	case ByLID, ByPN:
	default:
		return invalid("invalid_addressing", `Field addressing is "lid" or "pn".`)
	}
	if len(s.Name) > 100 {
		return invalid("invalid_name", "Field name has at most 100 bytes.")
	}
	return nil
}

// maxMailbox bounds what may wait for one phone.
const maxMailbox = 100_000

// phone is the primary device of an account. Its mailbox is worked off by one
// goroutine at a time; mu guards what the control API looks at.
type phone struct {
	srv *Server
	acc *account

	box struct {
		sync.Mutex
		tasks   []func()
		working bool
	}

	mu      sync.Mutex
	set     PhoneSettings
	signal  *signalStore
	screen  *screen
	sent    sentLog
	changed chan struct{} // closed and replaced when something on the screen changes
}

func newPhone(s *Server, a *account, set PhoneSettings) (*phone, error) {
	var b [2]byte
	if _, err := rand.Read(b[:]); err != nil {
		return nil, fmt.Errorf("make a registration id: %w", err)
	}
	return &phone{
		srv: s, acc: a, set: set,
		signal:  newSignalStore(uint32(binary.BigEndian.Uint16(b[:])&0x3FFF) + 1),
		screen:  newScreen(s.o.Screen),
		sent:    sentLog{byID: map[string][]byte{}},
		changed: make(chan struct{}),
	}, nil
}

// do appends a task to the mailbox.
func (p *phone) do(task func()) {
	p.box.Lock()
	defer p.box.Unlock()
	if len(p.box.tasks) >= maxMailbox {
		p.srv.stats.dropped.Add(1)
		return
	}
	p.box.tasks = append(p.box.tasks, task)
	if p.box.working || !p.srv.begin() {
		return
	}
	p.box.working = true
	go p.work()
}

// work runs the tasks in order until there are none.
func (p *phone) work() {
	defer p.srv.wg.Done()
	for {
		p.box.Lock()
		if len(p.box.tasks) == 0 || p.srv.ctx.Err() != nil {
			p.box.tasks, p.box.working = nil, false
			p.box.Unlock()
			return
		}
		batch := p.box.tasks
		p.box.tasks = nil
		p.box.Unlock()
		for _, task := range batch {
			task()
		}
	}
}

func (p *phone) configure(set PhoneSettings) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set = set
}

func (p *phone) settings() PhoneSettings {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.set
}

func (p *phone) title() string          { return p.settings().Name }
func (p *phone) addressing() Addressing { return p.settings().Addressing }

// The identity key never changes, so reading it needs no lock.
func (p *phone) identity() [32]byte                    { return *p.signal.ident.Pub }
func (p *phone) sign(parts ...[]byte) []byte           { return sign(p.signal.ident, concat(parts...)) }
func (p *phone) agree(public [32]byte) ([]byte, error) { return p.signal.agree(public) }

func (p *phone) takeBundle() bundle {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.signal.bundle()
}

func (p *phone) announce() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// peer is the Signal address under which a phone keeps its session with a device.
func peer(a address) *protocol.SignalAddress { return a.acc.jid(ByLID, a.device).SignalAddress() }

// receive reads a letter, shows it and confirms it.
func (p *phone) receive(l *letter) {
	p.mu.Lock()
	r := p.open(l)
	p.announce()
	p.mu.Unlock()
	for _, r := range r {
		p.srv.tell(r)
	}
}

// open decrypts and shows a letter and returns the receipts that it calls for.
func (p *phone) open(l *letter) []*receipt {
	plain, err := p.decrypt(l)
	if err != nil {
		return p.unreadable(l, err)
	}
	var m waE2E.Message
	if err := proto.Unmarshal(plain, &m); err != nil {
		p.screen.trouble(l.id, l.from.String(), ReasonBadData, err.Error(), p.srv.o.Now())
		return nil
	}
	if l.category == "peer" {
		return p.peerMessage(&m)
	}
	p.put(l, &m)
	return p.confirm(l)
}

func (p *phone) decrypt(l *letter) ([]byte, error) {
	if l.plain != nil {
		return l.plain, nil
	}
	if p.srv.faults.take(FaultRetry, p.acc.number) {
		return nil, errPretended
	}
	if l.enc.kind == "pkmsg" && l.from.device != 0 {
		if err := p.srv.checkProof(l); err != nil {
			p.screen.trouble(l.id, l.from.String(), ReasonNoProof, err.Error(), p.srv.o.Now())
		}
	}
	return p.signal.decrypt(p.srv.ctx, peer(l.from), l.enc)
}

var errPretended = errors.New("a fault says so")

// unreadable keeps account of a letter that could not be decrypted and asks for
// it again, except where phones do not.
func (p *phone) unreadable(l *letter, err error) []*receipt {
	if !errors.Is(err, errPretended) && p.screen.repeat(l.id) {
		return p.confirm(l) // the same message once more, its key is spent
	}
	reason := ReasonNoSession
	switch {
	case errors.Is(err, errPretended):
		reason = ReasonPretended
	case errors.Is(err, signalerror.ErrOldCounter):
		reason = ReasonUsedKey
	}
	problem := p.screen.trouble(l.id, l.from.String(), reason, err.Error(), p.srv.o.Now())
	if reason == ReasonUsedKey || problem.Retries >= maxRetries {
		return nil
	}
	problem.Retries++
	q := &retryRequest{count: problem.Retries, sent: unix(l.at), regID: p.signal.regID}
	if reason != ReasonPretended || problem.Retries > 1 {
		b := p.signal.bundle()
		q.keys = &b
	}
	return []*receipt{{ids: []string{l.id}, kind: retry, from: address{p.acc, 0}, to: l.from.acc, device: l.from.device, chat: l.chat, at: p.srv.o.Now(), retry: q}}
}

// maxRetries is how often a phone asks for one message.
const maxRetries = 4

// confirm tells the sender of a message from somebody else that it arrived, and
// that it was read if this phone reads.
func (p *phone) confirm(l *letter) []*receipt {
	if l.from.acc == p.acc {
		return nil
	}
	out := []*receipt{p.receiptFor(l.from.acc, delivered, l.id)}
	if p.set.Reads {
		out = append(out, p.receiptFor(l.from.acc, read, l.id))
	}
	return out
}

func (p *phone) receiptFor(to *account, kind string, ids ...string) *receipt {
	return &receipt{ids: ids, kind: kind, from: address{p.acc, 0}, to: to, at: p.srv.o.Now()}
}

// heard takes a receipt for messages of this account.
func (p *phone) heard(r *receipt) {
	switch r.kind {
	case retry:
		p.resend(r)
		return
	case delivered, read, played:
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	to := StatusDelivered
	if r.kind != delivered {
		to = StatusRead
	}
	for _, id := range r.ids {
		p.screen.advance(id, to)
	}
	p.announce()
}

// Screen returns the bubbles of a phone with a sequence number greater than
// after, of the chat with one number when with is not empty. Oldest first.
func (s *Server) Screen(number, with string, after int64) ([]Bubble, error) {
	p, err := s.phone(number)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.screen.since(with, after), nil
}

// Problems returns what a phone could not read at once.
func (s *Server) Problems(number string) ([]Problem, error) {
	p, err := s.phone(number)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Problem, len(p.screen.problems))
	for i, problem := range p.screen.problems {
		out[i] = *problem
	}
	return out, nil
}

// Changed returns a channel that is closed at the next change of a phone's
// screen. Take it before looking, so that no change is missed.
func (s *Server) Changed(number string) (<-chan struct{}, error) {
	p, err := s.phone(number)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed, nil
}

// MarkRead has a phone's owner read the chat with another number.
func (s *Server) MarkRead(_ context.Context, number, with string) error {
	p, err := s.phone(number)
	if err != nil {
		return err
	}
	other := s.account(with)
	if other == nil {
		return ErrNoPhone
	}
	p.do(func() { p.markRead(other) })
	return nil
}
