package signalstore

import (
	"context"
	"slices"
	"time"

	"go.mau.fi/libsignal/state/record"
	"go.mau.fi/whatsmeow/store"
)

// A back end with Options.MayLose can forget the applies of its last moments: Redis with an append-only file that is
// synced every second, after a crash or a failover. A ratchet that went back uses message keys twice, and phones drop
// such messages without a word. Two things are done about it.
//
// The owner remembers its recent applies, and when the revision shows that some are gone, it applies them again, one by
// one and unchanged, before anything else.
//
// When the owner itself is gone, or has forgotten, the next one cannot know what was lost. It takes every session's
// sending chain skipSteps ahead before the first use: the phone takes that for messages that are late, and no key is used
// twice. Messages of the other direction that do not decrypt any more are asked for again by WhatsApp's own means.
// A device that was closed in order leaves a note with the last revision, and its next owner trusts what it finds. (What
// remains: an orderly hand-over, a new owner who sends, and a crash that loses all it did, claim included, within MayLose
// of the hand-over. Nothing in the store can tell that from a hand-over to nobody.)

// skipSteps is more messages than are sent to one contact in the time that a back end may lose.
const skipSteps = 64

var refClosed = Ref{Kind: KindMeta, Field: "closed"}

// recent remembers applies for replay.
type recent struct {
	applies []Apply
	times   []time.Time
}

// keep adds an apply and forgets those that the back end cannot lose any more.
func (r *recent) keep(a Apply, now time.Time, mayLose time.Duration) {
	old := 0
	for old < len(r.times) && now.Sub(r.times[old]) > mayLose {
		old++
	}
	a.Compare = nil
	r.applies = append(slices.Delete(r.applies, 0, old), a)
	r.times = append(slices.Delete(r.times, 0, old), now)
}

// since returns the applies from one revision to another, or false when some are forgotten.
func (r *recent) since(from, to uint64) ([]Apply, bool) {
	for i, a := range r.applies {
		if a.Rev == from {
			return r.applies[i:], r.applies[len(r.applies)-1].Next == to
		}
	}
	return nil, false
}

// replay brings a back end that has gone back from one revision to another up to date.
func (d *Device) replay(ctx context.Context, from, to uint64) error {
	applies, ok := d.recent.since(from, to)
	if !ok {
		return ErrRollback
	}
	for _, a := range applies {
		if err := d.backend.Apply(ctx, d.key, a); err != nil {
			return err
		}
	}
	return nil
}

// note records how the device was closed, for restore.
func (d *Device) note(u *unit) {
	d.mu.Lock()
	next := d.rev + 1
	d.mu.Unlock()
	u.put(refClosed, newRecord(8).int(int64(next)).buf)
}

// closedAt reports whether the note says that the device was closed at rev.
func closedAt(it item, rev uint64) bool {
	if it.data == nil {
		return false
	}
	r := openRecord(it.data)
	return uint64(r.int()) == rev && r.err == nil
}

// doubtful reports whether a value may be older than what the last owner knew. The caller does not hold mu.
func (d *Device) doubtful(ref Ref) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.doubts && !d.renewed[ref]
}

// renew notes that a value has been written by this owner. The caller holds mu.
func (d *Device) renew(ref Ref) {
	if !d.doubts || (ref.Kind != KindSession && ref.Kind != KindSenderKey) {
		return
	}
	if d.renewed == nil {
		d.renewed = make(map[Ref]bool)
	}
	d.renewed[ref] = true
}

// skipAhead returns a session whose sending chain is skipSteps further.
func skipAhead(session []byte) ([]byte, error) {
	s := store.SignalProtobufSerializer
	r, err := record.NewSessionFromBytes(session, s.Session, s.State)
	if err != nil {
		return nil, err
	}
	state := r.SessionState()
	if !state.HasSenderChain() {
		return session, nil
	}
	chain := state.SenderChainKey()
	for range skipSteps {
		chain = chain.NextKey()
	}
	state.SetSenderChainKey(chain)
	return r.Serialize(), nil
}
