package signalstore

import (
	"context"
	"fmt"
	"slices"

	"recado/internal/signalstore/kv"
)

// restoredSteps is how many messages may have been sent to one contact since a backup was made. Phones let themselves be
// taken 2 000 messages ahead.
const restoredSteps = 1000

// AfterRestore makes a paired device safe to use that was put back from a backup and so is behind its phone: every sending
// chain is taken ahead, so that no message key is used twice, the device's own keys in groups are made anew when they are
// needed, and no prekey is given the id of one that was handed out since. Unlike what loss.go does at the first use of a
// value, this is done to all of them at once, and stays. epoch is the caller's ownership of the shop; it returns how many
// sessions it took ahead.
func (s *Store) AfterRestore(ctx context.Context, key kv.DeviceKey, epoch uint64) (sessions int, err error) {
	d, err := s.Open(ctx, key, epoch)
	if err != nil {
		return 0, fmt.Errorf("take device ahead: %w", err)
	}
	if d.Paired() {
		if sessions, err = (&stores{d}).takeAhead(ctx, restoredSteps); err == nil {
			d.trustAll()
		}
	}
	if closed := d.Close(ctx); err == nil {
		err = closed
	}
	if err != nil {
		return 0, fmt.Errorf("take device %s ahead: %w", key, err)
	}
	return sessions, nil
}

// trustAll ends the doubts: every session was taken ahead, or needs not to be.
func (d *Device) trustAll() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.doubts = false
}

// AfterCopy ends the copying of a paired device to another back end: its next owner there trusts what it finds. A device that
// was not closed in order may have lost its last writes where it came from, unless that is certain not to lose any; it is
// taken ahead before. The store's MayLose must not be 0.
func (s *Store) AfterCopy(ctx context.Context, key kv.DeviceKey, epoch uint64, certain bool) error {
	d, err := s.Open(ctx, key, epoch)
	if err != nil {
		return fmt.Errorf("take over device: %w", err)
	}
	if d.Paired() && d.doubts && !certain {
		_, err = (&stores{d}).takeAhead(ctx, skipLeast)
	}
	if err == nil {
		d.trustAll()
	}
	if closed := d.Close(ctx); err == nil { // leaves the note that it was closed in order
		err = closed
	}
	if err != nil {
		return fmt.Errorf("take over device %s: %w", key, err)
	}
	return nil
}

// aheadBatch is how many sessions one apply takes: a few megabytes.
const aheadBatch = 1000

func (s *stores) takeAhead(ctx context.Context, steps int) (int, error) {
	rows, err := s.backend.Scan(ctx, s.key, []kv.Range{{Kind: kv.KindSession}})
	if err != nil {
		return 0, err
	}
	u := newUnit(decrypting)
	counters, err := s.preKeyCounters(ctx, u)
	if err != nil {
		return 0, err
	}
	counters.next += skipPreKeys
	u.put(refPreKeys, counters.encode())
	own := []string{s.whatsmeow.GetJID().SignalAddressUser(), s.whatsmeow.GetLID().SignalAddressUser()}
	for _, user := range own {
		u.drops = append(u.drops, s.userRange(kv.KindSenderKey, user))
	}
	for part := range slices.Chunk(rows, aheadBatch) {
		for _, row := range part {
			if err := s.putAhead(u, row, steps); err != nil {
				return 0, err
			}
		}
		if err := s.apply(ctx, u); err != nil {
			return 0, err
		}
		u = newUnit(decrypting)
	}
	if len(rows) == 0 {
		err = s.apply(ctx, u)
	}
	return len(rows), err
}

func (s *stores) putAhead(u *unit, row kv.Row, steps int) error {
	it, err := s.opened(row)
	if err != nil {
		return err
	}
	session, err := s.decodeRaw(it)
	if err != nil {
		return err
	}
	if session, err = skipAhead(session, steps); err != nil {
		return fmt.Errorf("%w: %w", kv.ErrCorrupt, err)
	}
	u.put(row.Ref, encodeRaw(session))
	return nil
}
