package wasim

import (
	"cmp"
	"slices"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
)

// faultRule is what one kind of fault does. A new kind is a row of faultRules; a
// kind without an effect here is consumed where it takes effect, by
// faultRegistry.consume, delay, holdsAcks or queueFault.
type faultRule struct {
	kind    FaultKind
	refuses func(*Fault) string // why a fault of this kind is invalid, empty when it is not
	lasting bool                // without a count, until it is cleared
	least   int                 // the least count

	onDevice func(*Server, *companion)  // acts at once on every linked device, and is over
	onConn   func(*conn, *Fault)        // acts at once on live connections, each of which counts
	atLogin  bool                       // onConn acts on the next login too
	now      bool                       // is over without a live connection
	cuts     bool                       // live connections break at once, which does not count
	refusal  func(*Fault) wabin.Node    // answers the next login
	release  func(*companion, *Options) // sends out, when the fault ends, what it held back
}

var faultRules = []faultRule{
	{kind: FaultDisconnect, atLogin: true, onConn: func(c *conn, _ *Fault) { c.cancel() }},
	{kind: FaultReplaced, atLogin: true, onConn: func(c *conn, _ *Fault) { c.closeWith(conflict("replaced")) }},
	{kind: FaultLoggedOut, onDevice: func(s *Server, c *companion) { s.unlinkDevice(c) }},
	{kind: FaultOutdated, cuts: true, refusal: func(*Fault) wabin.Node { return failure(reasonOutdated) }},
	{kind: FaultTempBan, cuts: true, refusal: func(f *Fault) wabin.Node { return banned(cmp.Or(time.Duration(f.For), time.Hour)) }},
	{kind: FaultBadToken, cuts: true, refusal: func(*Fault) wabin.Node { return failure(reasonBadToken) }},
	{
		kind:    FaultUnavailable,
		onConn:  func(c *conn, _ *Fault) { c.closeWith(streamError(reasonUnavailable)) },
		refusal: func(*Fault) wabin.Node { return failure(reasonUnavailable) },
	},
	{kind: FaultLatency, lasting: true, refuses: func(f *Fault) string {
		if f.Delay == 0 {
			return "A latency has a delay."
		}
		return ""
	}},
	{kind: FaultHoldAcks, lasting: true, release: func(c *companion, o *Options) {
		c.releaseHeld(o.Queue)
		if live := c.connection(); live != nil {
			live.releaseAcks()
		}
	}},
	{kind: FaultRedeliver},
	{kind: FaultReorder, least: 2, release: func(c *companion, o *Options) { c.releaseHeld(o.Queue) }},
	{kind: FaultPasskey},
	{kind: FaultMalformed, now: true, onConn: func(c *conn, f *Fault) { c.sendMalformed(f.Shape) }, refuses: func(f *Fault) string {
		if !slices.Contains([]string{"", ShapeGarbage, ShapeUnsealed, ShapeOversized, ShapeStanza}, f.Shape) {
			return "Field shape is garbage, unsealed, oversized or stanza."
		}
		return ""
	}},
	{kind: FaultRetry},
}

// rule is the row of a kind, nil for an unknown one.
func (k FaultKind) rule() *faultRule {
	i := slices.IndexFunc(faultRules, func(r faultRule) bool { return r.kind == k })
	if i < 0 {
		return nil
	}
	return &faultRules[i]
}
