package signalstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mau.fi/libsignal/state/record"
	"go.mau.fi/whatsmeow/store"

	"recado/internal/signalstore/kv"
)

// A back end with Options.MayLose can forget the applies of its last moments: Redis with an append-only file that is
// synced every second, after a crash or a failover. A ratchet that went back uses message keys twice, and phones drop
// such messages without a word. Two things are done about it.
//
// The owner remembers its recent applies, and when the revision shows that some are gone, it applies them again, one by
// one and unchanged, before anything else. That memory outlives the device: the outage that loses writes usually breaks
// it first, and whoever opens the device anew in this process finds what was known, see left.go.
//
// When the process is gone as well, the next owner cannot know what was lost. Unless the back end is still the same
// incarnation, and nothing can be, it takes every session's sending chains
// ahead before the first use, see skip: the phone takes that for messages that are late, and no key is used twice.
// Messages of the other direction that do not decrypt any more are asked for again by WhatsApp's own means.
// A device that was closed in order, and had no doubts itself, leaves a note with the last revision, and its next owner
// trusts what it finds; the others' successors go on doubting, for nobody knows which chains were not used since. (What
// remains: an orderly hand-over, a new owner who sends, and a crash that loses all it did, claim included, within MayLose
// of the hand-over. Nothing in the store can tell that from a hand-over to nobody.)

const (
	// skipLeast is more messages than are sent to one address in the time that a back end may lose: the shop's own phone
	// gets a copy of every answer.
	skipLeast = 512
	// skipSlots keeps owners apart who follow one another so fast that a second crash takes the first one's skip back:
	// the distance depends on the second in which the owner began, in steps of skipSteps. All together stay below the
	// 2 000 messages that a phone lets itself be taken ahead.
	skipSteps = 128
	skipSlots = 8
	// skipPreKeys is more prekeys than are made in that time: an id that was given out for another key would be worse
	// than one that is missing.
	skipPreKeys = 2000
)

var (
	refClosed  = kv.Ref{Kind: kv.KindMeta, Field: "closed"}
	refTrusted = kv.Ref{Kind: kv.KindMeta, Field: "trusted"} // the back end's incarnation that the last owner without doubts met
)

// recent remembers applies for replay.
type recent struct {
	applies []kv.Apply
	times   []time.Time
}

// keep adds an apply and forgets those that the back end cannot lose any more.
func (r *recent) keep(a kv.Apply, now time.Time, mayLose time.Duration) {
	old := 0
	for old < len(r.times) && now.Sub(r.times[old]) > mayLose {
		old++
	}
	a.Compare = nil
	r.applies = append(slices.Delete(r.applies, 0, old), a)
	r.times = append(slices.Delete(r.times, 0, old), now)
}

// since returns the place of the apply that leads on from one revision, or false when some of those that lead from there
// to another are forgotten.
func (r *recent) since(from, to uint64) (first int, ok bool) {
	first = slices.IndexFunc(r.applies, func(a kv.Apply) bool { return a.Rev == from })
	return first, first >= 0 && r.head() == to
}

// head is the revision after the last apply that is remembered, 0 when there is none.
func (r *recent) head() uint64 {
	if len(r.applies) == 0 {
		return 0
	}
	return r.applies[len(r.applies)-1].Next
}

// replay brings a back end that has gone back from one revision to another up to date. What was read meanwhile is
// forgotten: it may have come from the past.
func (d *Device) replay(ctx context.Context, from, to uint64) error {
	first, ok := d.recent.since(from, to)
	if !ok {
		return kv.ErrRollback
	}
	for i, a := range d.recent.applies[first:] {
		a.Epoch = d.epoch
		if err := d.backend.Apply(ctx, d.key, a); err != nil {
			return err
		}
		d.recent.times[first+i] = d.now() // it is new again, and may be lost again
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cache.clear()
	return nil
}

// restored reports whether the back end had lost writes that are there again now. Whoever meets something that should
// not be, a message that no session fits or a value that is missing, asks before drawing conclusions.
func (d *Device) restored(ctx context.Context) bool {
	if d.options.MayLose == 0 {
		return false
	}
	d.io.Lock()
	defer d.io.Unlock()
	d.mu.Lock()
	rev, usable := d.rev, d.err == nil && d.paired
	d.mu.Unlock()
	if !usable {
		return false
	}
	ctx, cancel := d.uninterrupted(ctx)
	defer cancel()
	state, err := d.backend.Claim(ctx, d.key, d.epoch)
	if err == nil && state.Rev < rev {
		err = d.replay(ctx, state.Rev, rev)
	} else if err == nil {
		return false
	}
	if err != nil {
		_ = d.fail("look for lost writes", err) // every later call tells
		return false
	}
	return true
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

// incarnation asks the back end, after the claim: what is lost before it must not have its name.
func (d *Device) incarnation(ctx context.Context) string {
	b, ok := d.backend.(kv.ServerIdentity)
	if !ok || d.options.MayLose == 0 {
		return ""
	}
	name, err := b.ServerIdentity(ctx, d.key)
	if err != nil {
		d.options.Log.Warnf("The session store does not tell whether it has lost anything: %v", err)
		return ""
	}
	return name
}

func (d *Device) trustedIn(row kv.Row) (string, error) {
	it, err := d.opened(row)
	if err != nil {
		return "", fmt.Errorf("trusted incarnation: %w", err)
	}
	if it.data == nil {
		return "", nil
	}
	r := openRecord(it.data)
	return r.str(), r.err
}

// trust notes the incarnation that is there now, with the next apply. A device with doubts does not: there may
// be chains that nobody has taken ahead.
func (d *Device) trust(incarnation, stored string) error {
	if d.doubts || incarnation == stored {
		return nil
	}
	u := newUnit(decrypting)
	u.putLater(refTrusted, newRecord(len(incarnation)).str(incarnation).buf)
	_, err := d.wait(u)
	return err
}

// doubtful reports whether a value may be older than what the last owner knew. The caller does not hold mu.
func (d *Device) doubtful(ref kv.Ref) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.doubts && !d.renewed[ref]
}

// renew notes that a value has been written by this owner. The caller holds mu.
func (d *Device) renew(ref kv.Ref) {
	if !d.doubts || (ref.Kind != kv.KindSession && ref.Kind != kv.KindSenderKey && ref != refPreKeys) {
		return
	}
	if d.renewed == nil {
		d.renewed = make(map[kv.Ref]bool)
	}
	d.renewed[ref] = true
}

// skip is how far this owner takes doubtful chains ahead; epochs are milliseconds.
func (d *Device) skip() int { return skipLeast + skipSteps*int(d.epoch/1000%skipSlots) }

// skipAhead returns a session whose sending chains are steps further, the archived ones too: a late message makes one of
// those the current one again.
func skipAhead(session []byte, steps int) ([]byte, error) {
	s := store.SignalProtobufSerializer
	r, err := record.NewSessionFromBytes(session, s.Session, s.State)
	if err != nil {
		return nil, err
	}
	for _, state := range append(r.PreviousSessionStates(), r.SessionState()) {
		if !state.HasSenderChain() {
			continue
		}
		chain := state.SenderChainKey()
		for range steps {
			chain = chain.NextKey()
		}
		state.SetSenderChainKey(chain)
	}
	return r.Serialize(), nil
}
