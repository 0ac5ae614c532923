package signalstore

import (
	"context"
	"fmt"
	"slices"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
	"recado/internal/signalstore/recovery"
	"recado/internal/signalstore/txn"
)

// backupSkip is how many messages may have been sent to one contact since a backup was made. Phones accept to be taken
// 2 000 messages ahead.
const backupSkip = 1000

// AfterRestore makes a paired device safe to use that was put back from a backup and so is behind its phone: every sending
// chain skips message keys, so that none is used twice, the device's own keys in groups are made again when they are
// needed, and no prekey gets the id of one that was handed out since. Unlike package recovery, which skips at the first use
// of a value, this is done to all of them at once, and stays. epoch is the caller's ownership of the shop; it returns the
// number of sessions.
func (s *Store) AfterRestore(ctx context.Context, key kv.DeviceKey, epoch uint64) (sessions int, err error) {
	err = s.trusting(ctx, key, epoch, func(d *Device) error {
		sessions, err = d.skipRatchets(ctx, backupSkip)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("skip keys of a restored device: %w", err)
	}
	return sessions, nil
}

// AfterCopy ends the copying of a paired device to another back end: its next owner there trusts the stored values. A
// device that was not closed in order may have lost its last writes where it came from, unless that back end is certain not
// to lose any; its chains skip keys before. The store's MayLose must not be 0.
func (s *Store) AfterCopy(ctx context.Context, key kv.DeviceKey, epoch uint64, certain bool) error {
	err := s.trusting(ctx, key, epoch, func(d *Device) error {
		if !d.guard.MaybeStale() || certain {
			return nil
		}
		_, err := d.skipRatchets(ctx, recovery.SkipLeast)
		return err
	})
	if err != nil {
		return fmt.Errorf("take over a copied device: %w", err)
	}
	return nil
}

// trusting runs fn on a device, if it is paired, and closes it with a note that its values can be trusted.
func (s *Store) trusting(ctx context.Context, key kv.DeviceKey, epoch uint64, fn func(d *Device) error) error {
	d, err := s.Open(ctx, key, epoch)
	if err != nil {
		return err
	}
	if d.Paired() {
		err = fn(d)
	}
	if err == nil {
		d.guard.TrustAll()
	}
	if closed := d.Close(ctx); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("device %s: %w", key, err)
	}
	return nil
}

// skipBatch is how many sessions one apply takes: a few megabytes.
const skipBatch = 1000

// skipRatchets skips steps message keys in all sessions and returns their number.
func (d *Device) skipRatchets(ctx context.Context, steps int) (int, error) {
	rows, err := d.store.backend.Scan(ctx, d.key, []kv.Range{{Kind: kv.KindSession}})
	if err != nil {
		return 0, err
	}
	t := txn.Begin()
	if err := d.preKeys.skip(ctx, t); err != nil {
		return 0, err
	}
	for _, user := range d.ownUsers() {
		t.Drop(d.values.userRange(kv.KindSenderKey, user))
	}
	for part := range slices.Chunk(rows, skipBatch) {
		for _, row := range part {
			if err := d.skipSession(t, row, steps); err != nil {
				return 0, err
			}
		}
		if err := d.txn.Apply(ctx, t); err != nil {
			return 0, err
		}
		t = txn.Begin()
	}
	if len(rows) == 0 {
		err = d.txn.Apply(ctx, t)
	}
	return len(rows), err
}

func (d *Device) skipSession(t *txn.Txn, row kv.Row, steps int) error {
	it, err := d.txn.Unseal(row)
	if err != nil {
		return err
	}
	session, err := d.values.unwrap(it)
	if err != nil {
		return err
	}
	if session, err = recovery.SkipAhead(session, steps); err != nil {
		return fmt.Errorf("%w: %w", kv.ErrCorrupt, err)
	}
	t.Put(row.Ref, record.Wrap(session))
	return nil
}
