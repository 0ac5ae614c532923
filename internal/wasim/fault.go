package wasim

import (
	"encoding/json"
	"fmt"
	"time"
)

// FaultKind names a fault.
type FaultKind string

// The faults; faultRules says what each does. Those of connections act at once on
// every live connection of the number, and otherwise at its next login.
const (
	FaultDisconnect  FaultKind = "disconnect"          // the connection breaks without a closing frame
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
	FaultRetry       FaultKind = "retry"               // the phone fails to decrypt Count messages
)

// The shapes of a malformed frame.
const (
	ShapeGarbage   = "garbage"   // opens, and is no stanza
	ShapeUnsealed  = "unsealed"  // cannot be opened, and puts the cipher out of step
	ShapeOversized = "oversized" // 17 MiB, more than clients read
	ShapeStanza    = "stanza"    // a message without its attributes
)

// Fault is one fault to inject.
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
	rule := f.Kind.rule()
	switch {
	case rule == nil:
		kinds := make([]FaultKind, len(faultRules))
		for i, r := range faultRules {
			kinds[i] = r.kind
		}
		return invalid("invalid_fault", fmt.Sprintf("Field kind is one of %v.", kinds))
	case f.Count < 0 || f.Count > 1_000_000:
		return invalid("invalid_fault", "Field count is 0 to 1000000.")
	}
	if rule.refuses != nil {
		if why := rule.refuses(f); why != "" {
			return invalid("invalid_fault", why)
		}
	}
	if f.Number != "" {
		return checkNumber(f.Number)
	}
	return nil
}
