package wasim

import (
	"cmp"
	"slices"
	"sync"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
)

// faultRegistry is what is armed.
type faultRegistry struct {
	srv *Server

	mu    sync.Mutex
	next  int
	armed []*armedFault
}

type armedFault struct {
	Fault
	left   int // -1 while For or, for lasting faults, the fault lasts
	expiry *time.Timer
}

func newFaultRegistry(s *Server) *faultRegistry { return &faultRegistry{srv: s} }

// Fault lets something go wrong. It returns the fault's id, with which Faults
// lists it as long as it is armed.
func (s *Server) Fault(f Fault) (int, error) {
	if err := f.check(); err != nil {
		return 0, err
	}
	if f.Number != "" && s.account(f.Number) == nil {
		return 0, ErrNoPhone
	}
	return s.faults.arm(f), nil
}

// Faults lists what is armed.
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

// ClearFaults disarms everything and lets go what faults held back.
func (s *Server) ClearFaults() { s.faults.clear() }

func (b *faultRegistry) arm(f Fault) int {
	b.mu.Lock()
	b.next++
	f.ID = b.next
	a := &armedFault{Fault: f, left: max(1, f.Count)}
	switch {
	case f.For > 0, f.Count == 0 && (f.Kind == FaultLatency || f.Kind == FaultHoldAcks):
		a.left = -1
	case f.Kind == FaultReorder:
		a.left = max(2, f.Count)
	}
	if f.For > 0 {
		a.expiry = time.AfterFunc(time.Duration(f.For), func() { b.disarm(a) })
	}
	b.armed = append(b.armed, a)
	b.mu.Unlock()
	b.apply(a)
	return f.ID
}

// apply acts on the live connections at once.
func (b *faultRegistry) apply(a *armedFault) {
	if a.Kind == FaultLoggedOut {
		for _, acc := range b.targets(a.Number) {
			for _, c := range acc.linked() {
				b.srv.unlinkDevice(c)
			}
		}
		b.disarm(a)
		return
	}
	for _, acc := range b.targets(a.Number) {
		for _, c := range acc.linked() {
			if live := c.connection(); live != nil && a.onConnection(live) && b.countUse(a) {
				return
			}
		}
	}
	if a.Kind == FaultMalformed {
		b.disarm(a)
	}
}

func (b *faultRegistry) targets(number string) []*account {
	if number == "" {
		return b.srv.allAccounts()
	}
	return []*account{b.srv.account(number)}
}

// onConnection does to a live connection what the fault does; used is whether
// that was one of the times it counts.
func (f *Fault) onConnection(c *conn) (used bool) {
	switch f.Kind {
	case FaultDisconnect:
		c.cancel()
	case FaultReplaced:
		c.closeWith(conflict("replaced"))
	case FaultUnavailable:
		c.closeWith(streamError(reasonUnavailable))
	case FaultOutdated, FaultTempBan, FaultBadToken:
		c.cancel()
		return false // the next login is refused
	case FaultMalformed:
		c.malformed(f.Shape)
	default:
		return false
	}
	return true
}

// countUse counts one use; spent is true when it was the last.
func (b *faultRegistry) countUse(a *armedFault) (spent bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a.left > 0 {
		a.left--
	}
	if a.left == 0 {
		b.armed = slices.DeleteFunc(b.armed, func(x *armedFault) bool { return x == a })
		return true
	}
	return false
}

func (b *faultRegistry) disarm(a *armedFault) {
	b.mu.Lock()
	b.armed = slices.DeleteFunc(b.armed, func(x *armedFault) bool { return x == a })
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

// release lets go what a fault held back.
func (b *faultRegistry) release(a *armedFault) {
	if a.Kind != FaultHoldAcks && a.Kind != FaultReorder {
		return
	}
	for _, acc := range b.targets(a.Number) {
		for _, c := range acc.linked() {
			c.releaseHeld(b.srv.o.Queue)
			if live := c.connection(); live != nil && a.Kind == FaultHoldAcks {
				live.releaseAcks()
			}
		}
	}
}

// find returns the first armed fault of a kind for a number. Call it locked.
func (b *faultRegistry) find(number string, kinds ...FaultKind) *armedFault {
	for _, a := range b.armed {
		if slices.Contains(kinds, a.Kind) && (a.Number == "" || a.Number == number) {
			return a
		}
	}
	return nil
}

// consume uses a fault up once; false when none is armed.
func (b *faultRegistry) consume(kind FaultKind, number string) bool {
	b.mu.Lock()
	a := b.find(number, kind)
	b.mu.Unlock()
	if a == nil {
		return false
	}
	b.countUse(a)
	return true
}

// refusal is what a login or, with no number, a registration is answered with
// instead of being admitted.
func (b *faultRegistry) refusal(number string) (wabin.Node, bool) {
	b.mu.Lock()
	a := b.find(number, FaultOutdated, FaultTempBan, FaultBadToken, FaultUnavailable)
	b.mu.Unlock()
	if a == nil {
		return wabin.Node{}, false
	}
	b.countUse(a)
	switch a.Kind {
	case FaultOutdated:
		return failure(reasonOutdated), true
	case FaultTempBan:
		return banned(cmp.Or(time.Duration(a.For), time.Hour)), true
	case FaultBadToken:
		return failure(reasonBadToken), true
	default:
		return failure(reasonUnavailable), true
	}
}

// onLogin does to a new connection what waits for it, as soon as the client has
// asked for its queue: before that, it may still be shaking hands.
func (b *faultRegistry) onLogin(c *conn) {
	b.mu.Lock()
	a := b.find(c.accountNumber(), FaultDisconnect, FaultReplaced)
	b.mu.Unlock()
	if a != nil && a.onConnection(c) {
		b.countUse(a)
	}
}

func (b *faultRegistry) delay(number string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.find(number, FaultLatency); a != nil {
		return time.Duration(a.Delay)
	}
	return 0
}

func (b *faultRegistry) holdsAcks(number string) bool {
	b.mu.Lock()
	a := b.find(number, FaultHoldAcks)
	b.mu.Unlock()
	if a == nil {
		return false
	}
	b.countUse(a)
	return true
}

// queueFault is the fault that says how a stanza for a device is queued, nil if none.
// Whoever queues it uses the fault.
func (b *faultRegistry) queueFault(number, tag string) *armedFault {
	if tag != "message" {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.find(number, FaultReorder, FaultRedeliver)
}
