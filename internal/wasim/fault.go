package wasim

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
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
	FaultBadToken    FaultKind = "bad_token"           // the server refuses a token that clients of its own renew (413)
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
		FaultDisconnect, FaultReplaced, FaultLoggedOut, FaultOutdated, FaultTempBan, FaultBadToken, FaultUnavailable, FaultLatency,
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
