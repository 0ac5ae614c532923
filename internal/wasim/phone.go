package wasim

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"go.mau.fi/libsignal/protocol"
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
	typing  map[string]Typing // by the number of who types
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
		typing:  map[string]Typing{},
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
	if p.box.working || !p.srv.startWork() {
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
		if len(p.box.tasks) == 0 || p.srv.closed() {
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

func (p *phone) displayName() string    { return p.settings().Name }
func (p *phone) addressing() Addressing { return p.settings().Addressing }

// The identity key never changes, so reading it needs no lock.
func (p *phone) identity() [32]byte { return *p.signal.ident.Pub }

func (p *phone) sign(parts ...[]byte) []byte           { return sign(p.signal.ident, slices.Concat(parts...)) }
func (p *phone) agree(public [32]byte) ([]byte, error) { return p.signal.agree(public) }

func (p *phone) takeBundle() bundle {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.signal.bundle()
}

func (p *phone) signalChange() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// peer is the Signal address under which a phone keeps its session with a device.
func peer(a address) *protocol.SignalAddress { return a.acc.jid(ByLID, a.device).SignalAddress() }
