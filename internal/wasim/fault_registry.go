package wasim

import (
	"slices"
	"sync"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
)

// faultRegistry holds the armed faults, in the order of their ids.
type faultRegistry struct {
	srv *Server

	mu    sync.Mutex
	next  int
	armed []*armedFault
}

type armedFault struct {
	Fault
	rule   *faultRule
	left   int // uses, -1 while the fault lasts
	expiry *time.Timer
}

func newFaultRegistry(s *Server) *faultRegistry { return &faultRegistry{srv: s} }

// Fault arms a fault. It returns the fault's id, under which Faults lists it as
// long as it is armed.
func (s *Server) Fault(f Fault) (int, error) {
	if err := f.check(); err != nil {
		return 0, err
	}
	if f.Number != "" && s.account(f.Number) == nil {
		return 0, ErrNoPhone
	}
	return s.faults.arm(f), nil
}

// Faults lists the armed faults.
func (s *Server) Faults() []Fault {
	b := s.faults
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]Fault, len(b.armed))
	for i, f := range b.armed {
		out[i] = f.Fault
	}
	return out
}

// ClearFaults disarms every fault and releases what faults held back.
func (s *Server) ClearFaults() { s.faults.clear() }

func (b *faultRegistry) arm(f Fault) int {
	b.mu.Lock()
	b.next++
	f.ID = b.next
	a := &armedFault{Fault: f, rule: f.Kind.rule()}
	a.left = max(1, a.rule.least, f.Count)
	if f.For > 0 || f.Count == 0 && a.rule.lasting {
		a.left = -1
	}
	if f.For > 0 {
		a.expiry = time.AfterFunc(time.Duration(f.For), func() { b.disarm(a) })
	}
	b.armed = append(b.armed, a)
	b.mu.Unlock()
	b.apply(a)
	return f.ID
}

// apply does what the fault does at once.
func (b *faultRegistry) apply(a *armedFault) {
	for _, c := range b.targets(a) {
		live := c.connection()
		switch {
		case a.rule.onDevice != nil:
			a.rule.onDevice(b.srv, c)
		case live == nil:
		case a.rule.cuts:
			live.cancel()
		case a.rule.onConn != nil:
			a.rule.onConn(live, &a.Fault)
			if b.countUse(a) {
				return
			}
		}
	}
	if a.rule.now || a.rule.onDevice != nil {
		b.disarm(a)
	}
}

// targets lists the linked devices that the fault is about.
func (b *faultRegistry) targets(a *armedFault) (out []*companion) {
	accounts := []*account{b.srv.account(a.Number)}
	if a.Number == "" {
		accounts = b.srv.allAccounts()
	}
	for _, acc := range accounts {
		out = append(out, acc.linked()...)
	}
	return out
}

// countUse counts one use; spent is true when it was the last.
func (b *faultRegistry) countUse(a *armedFault) (spent bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a.left > 0 {
		a.left--
	}
	if a.left == 0 {
		b.remove(a)
		return true
	}
	return false
}

// remove takes a fault off the list. The caller holds mu.
func (b *faultRegistry) remove(a *armedFault) {
	b.armed = slices.DeleteFunc(b.armed, func(x *armedFault) bool { return x == a })
}

func (b *faultRegistry) disarm(a *armedFault) {
	b.mu.Lock()
	b.remove(a)
	b.mu.Unlock()
	b.release(a)
}

func (b *faultRegistry) clear() {
	b.mu.Lock()
	armed := b.armed
	b.armed = nil
	b.mu.Unlock()
	for _, a := range armed {
		if a.expiry != nil {
			a.expiry.Stop()
		}
		b.release(a)
	}
}

// release sends out what a fault held back.
func (b *faultRegistry) release(a *armedFault) {
	if a.rule.release == nil {
		return
	}
	for _, c := range b.targets(a) {
		a.rule.release(c, &b.srv.o)
	}
}

// find returns the first armed fault for a number that fits, nil if none.
func (b *faultRegistry) find(number string, fits func(*armedFault) bool) *armedFault {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.armed {
		if (a.Number == "" || a.Number == number) && fits(a) {
			return a
		}
	}
	return nil
}

// consume uses a fault of a kind up once; false when none is armed.
func (b *faultRegistry) consume(kind FaultKind, number string) bool {
	a := b.find(number, func(a *armedFault) bool { return a.Kind == kind })
	if a != nil {
		b.countUse(a)
	}
	return a != nil
}

// refusal is the answer to a login or, with no number, to a registration that a
// fault refuses.
func (b *faultRegistry) refusal(number string) (wabin.Node, bool) {
	a := b.find(number, func(a *armedFault) bool { return a.rule.refusal != nil })
	if a == nil {
		return wabin.Node{}, false
	}
	b.countUse(a)
	return a.rule.refusal(&a.Fault), true
}

// onLogin applies a fault to a new connection, as soon as the client has asked
// for its queue: before that, it may still be in its handshake.
func (b *faultRegistry) onLogin(c *conn) {
	a := b.find(c.accountNumber(), func(a *armedFault) bool { return a.rule.atLogin })
	if a != nil {
		a.rule.onConn(c, &a.Fault)
		b.countUse(a)
	}
}

func (b *faultRegistry) delay(number string) time.Duration {
	if a := b.find(number, func(a *armedFault) bool { return a.Kind == FaultLatency }); a != nil {
		return time.Duration(a.Delay)
	}
	return 0
}

// queueFault is the fault that changes how a stanza for a device is queued, nil
// if none. The caller counts the use.
func (b *faultRegistry) queueFault(number, tag string) *armedFault {
	if tag != "message" {
		return nil
	}
	return b.find(number, func(a *armedFault) bool { return a.Kind == FaultReorder || a.Kind == FaultRedeliver })
}
