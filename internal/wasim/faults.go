package wasim

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
)

// FaultKind names something that goes wrong.
type FaultKind string

// The faults. Those of connections act at once on every live connection of the
// number, and otherwise at its next login.
const (
	FaultDisconnect  FaultKind = "disconnect"          // the connection breaks without a word
	FaultReplaced    FaultKind = "replaced"            // another client took the device's place
	FaultLoggedOut   FaultKind = "logged_out"          // the device is unlinked
	FaultOutdated    FaultKind = "outdated"            // the server refuses the client's version (405)
	FaultTempBan     FaultKind = "temp_ban"            // the server refuses the account for a while
	FaultUnavailable FaultKind = "service_unavailable" // 503, at login and during a session
	FaultLatency     FaultKind = "latency"             // everything arrives Delay later
	FaultHoldAcks    FaultKind = "hold_acks"           // messages are not acknowledged until the fault ends
	FaultRedeliver   FaultKind = "redeliver"           // the next Count messages arrive twice
	FaultReorder     FaultKind = "reorder"             // the next Count messages arrive in reverse order
	FaultPasskey     FaultKind = "passkey"             // the next link by QR demands a passkey
	FaultMalformed   FaultKind = "malformed"           // one bad frame is sent to the device, of the given Shape
	FaultRetry       FaultKind = "retry"               // the phone pretends not to be able to read Count messages
)

// The shapes of a malformed frame.
const (
	ShapeGarbage   = "garbage"   // opens, and is no stanza
	ShapeUnsealed  = "unsealed"  // cannot be opened, and puts the cipher out of step
	ShapeOversized = "oversized" // 17 MiB, more than clients read
	ShapeStanza    = "stanza"    // a message without its attributes
)

// Fault is one thing to go wrong.
type Fault struct {
	ID     int       `json:"id"` // given by the simulator
	Kind   FaultKind `json:"kind"`
	Number string    `json:"number,omitempty"` // the account, every account when empty
	Count  int       `json:"count,omitempty"`  // how often; 1 when zero, 2 for reorder
	For    Duration  `json:"for,omitempty"`    // how long, as often as it comes up
	Delay  Duration  `json:"delay,omitempty"`  // of latency
	Shape  string    `json:"shape,omitempty"`  // of malformed, ShapeGarbage when empty
}

// Duration is a time.Duration that is a string like "1.5s" in JSON.
type Duration time.Duration

// MarshalJSON writes the form that time.ParseDuration reads.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads a string like "1.5s".
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf(`a duration is a string like "1.5s": %w`, err)
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 {
		return fmt.Errorf(`a duration is a string like "1.5s", not %.20q`, s)
	}
	*d = Duration(v)
	return nil
}

func (f *Fault) check() error {
	kinds := []FaultKind{
		FaultDisconnect, FaultReplaced, FaultLoggedOut, FaultOutdated, FaultTempBan, FaultUnavailable, FaultLatency,
		FaultHoldAcks, FaultRedeliver, FaultReorder, FaultPasskey, FaultMalformed, FaultRetry,
	}
	switch {
	case !slices.Contains(kinds, f.Kind):
		return invalid("invalid_fault", fmt.Sprintf("Field kind is one of %v.", kinds))
	case f.Count < 0 || f.Count > 1_000_000:
		return invalid("invalid_fault", "Field count is 0 to 1000000.")
	case f.Kind == FaultLatency && f.Delay == 0:
		return invalid("invalid_fault", "A latency has a delay.")
	case f.Kind == FaultMalformed && !slices.Contains([]string{"", ShapeGarbage, ShapeUnsealed, ShapeOversized, ShapeStanza}, f.Shape):
		return invalid("invalid_fault", "Field shape is garbage, unsealed, oversized or stanza.")
	}
	if f.Number != "" {
		return checkNumber(f.Number)
	}
	return nil
}

// faultBook is what is armed.
type faultBook struct {
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

func newFaultBook(s *Server) *faultBook { return &faultBook{srv: s} }

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

func (b *faultBook) arm(f Fault) int {
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
	b.strike(a)
	return f.ID
}

// strike acts on the live connections at once.
func (b *faultBook) strike(a *armedFault) {
	if a.Kind == FaultLoggedOut {
		for _, acc := range b.targets(a.Number) {
			for _, c := range acc.linked() {
				b.srv.drop(c)
			}
		}
		b.disarm(a)
		return
	}
	for _, acc := range b.targets(a.Number) {
		for _, c := range acc.linked() {
			if live := c.connection(); live != nil && a.Fault.onConnection(live) && b.use(a) {
				return
			}
		}
	}
	if a.Kind == FaultMalformed {
		b.disarm(a)
	}
}

func (b *faultBook) targets(number string) []*account {
	if number == "" {
		return b.srv.everyone()
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
		c.bye(conflict("replaced"))
	case FaultUnavailable:
		c.bye(streamError(reasonUnavailable))
	case FaultOutdated, FaultTempBan:
		c.cancel()
		return false // the next login is refused
	case FaultMalformed:
		c.malformed(f.Shape)
	default:
		return false
	}
	return true
}

// use counts one use; spent is true when it was the last.
func (b *faultBook) use(a *armedFault) (spent bool) {
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

func (b *faultBook) disarm(a *armedFault) {
	b.mu.Lock()
	b.armed = slices.DeleteFunc(b.armed, func(x *armedFault) bool { return x == a })
	b.mu.Unlock()
	b.release(a)
}

func (b *faultBook) clear() {
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
func (b *faultBook) release(a *armedFault) {
	if a.Kind != FaultHoldAcks && a.Kind != FaultReorder {
		return
	}
	for _, acc := range b.targets(a.Number) {
		for _, c := range acc.linked() {
			c.unhold(b.srv.o.Queue)
			if live := c.connection(); live != nil && a.Kind == FaultHoldAcks {
				live.releaseAcks()
			}
		}
	}
}

// find returns the first armed fault of a kind for a number. Call it locked.
func (b *faultBook) find(number string, kinds ...FaultKind) *armedFault {
	for _, a := range b.armed {
		if slices.Contains(kinds, a.Kind) && (a.Number == "" || a.Number == number) {
			return a
		}
	}
	return nil
}

// take uses a fault up once; false when none is armed.
func (b *faultBook) take(kind FaultKind, number string) bool {
	b.mu.Lock()
	a := b.find(number, kind)
	b.mu.Unlock()
	if a == nil {
		return false
	}
	b.use(a)
	return true
}

// refusal is what a login or, with no number, a registration is answered with
// instead of being admitted.
func (b *faultBook) refusal(number string) (wabin.Node, bool) {
	b.mu.Lock()
	a := b.find(number, FaultOutdated, FaultTempBan, FaultUnavailable)
	b.mu.Unlock()
	if a == nil {
		return wabin.Node{}, false
	}
	b.use(a)
	switch a.Kind {
	case FaultOutdated:
		return failure(reasonOutdated), true
	case FaultTempBan:
		return banned(or(time.Duration(a.For), time.Hour)), true
	default:
		return failure(reasonUnavailable), true
	}
}

// onLogin does to a new connection what waits for it.
func (b *faultBook) onLogin(c *conn) {
	b.mu.Lock()
	a := b.find(c.number(), FaultDisconnect, FaultReplaced)
	b.mu.Unlock()
	if a != nil && a.onConnection(c) {
		b.use(a)
	}
}

func (b *faultBook) delay(number string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.find(number, FaultLatency); a != nil {
		return time.Duration(a.Delay)
	}
	return 0
}

func (b *faultBook) holding(number string) bool {
	b.mu.Lock()
	a := b.find(number, FaultHoldAcks)
	b.mu.Unlock()
	if a == nil {
		return false
	}
	b.use(a)
	return true
}

// shape says how a stanza for a device is to be queued: how many copies, or in
// a window of how many to be reversed.
func (b *faultBook) shape(number, tag string) (copies, window int) {
	if tag != "message" {
		return 1, 0
	}
	b.mu.Lock()
	twice, reorder := b.find(number, FaultRedeliver), b.find(number, FaultReorder)
	b.mu.Unlock()
	switch {
	case reorder != nil:
		window = max(2, reorder.Count)
		b.use(reorder)
		return 1, window
	case twice != nil:
		b.use(twice)
		return 2, 0
	default:
		return 1, 0
	}
}

// malformed sends one frame that a client must survive.
func (c *conn) malformed(shape string) {
	out := outgoing{at: time.Now()}
	switch shape {
	case ShapeUnsealed:
		out.raw, out.plain = make([]byte, 64), true
		fill(out.raw)
	case ShapeOversized:
		out.raw = make([]byte, 17<<20)
	case ShapeStanza:
		out.node = wabin.Node{Tag: "message", Content: []wabin.Node{{Tag: "enc", Content: []byte("nothing")}}}
	default:
		out.raw = make([]byte, 64)
		fill(out.raw)
		out.raw[0] = 0
	}
	c.pushAll([]outgoing{out}, false)
}
