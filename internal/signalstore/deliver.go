package signalstore

import (
	"context"
	"errors"
	"time"

	"recado/internal/signalstore/kv"
)

// patience is how long to wait before each further look at an apply that went wrong. It rides out a reconnect; anything
// longer breaks the device, and the session's supervisor is better at waiting.
var patience = [...]time.Duration{10 * time.Millisecond, 100 * time.Millisecond}

// deliver applies a, and when the answer is not clear finds out what has become of it. Claiming again tells the stored
// revision, and because nobody else writes for this epoch, the revision tells the rest: it is the next one (the answer was
// lost), the old one (the apply was), or one from the past (the store has lost what it had, see replay).
func (d *Device) deliver(ctx context.Context, a kv.Apply) error {
	err := d.backend.Apply(ctx, d.key, a)
	inDoubt := false
	for _, wait := range patience {
		definite := errors.Is(err, kv.ErrFenced) || errors.Is(err, kv.ErrRollback)
		switch {
		case err == nil, errors.Is(err, kv.ErrConflict), errors.Is(err, kv.ErrDeleted):
			return err
		case definite && !inDoubt && d.options.MayLose == 0:
			return err
		case !definite:
			inDoubt = true
			if !sleep(ctx, wait) {
				return err
			}
		}
		done, lookErr := d.lookBack(ctx, a, inDoubt)
		if lookErr != nil {
			err = errors.Join(err, lookErr)
			if definite || errors.Is(lookErr, kv.ErrFenced) {
				return err
			}
			continue
		}
		if done {
			return nil
		}
		err = d.backend.Apply(ctx, d.key, a)
	}
	return err
}

// lookBack reports whether a was done after all; if not, it can be applied again.
func (d *Device) lookBack(ctx context.Context, a kv.Apply, inDoubt bool) (done bool, err error) {
	state, err := d.backend.Claim(ctx, d.key, d.epoch)
	switch {
	case err != nil:
		return false, err
	case state.Rev == a.Next && inDoubt:
		return true, nil
	case state.Rev == a.Rev:
		return false, nil
	case state.Rev < a.Rev:
		return false, d.replay(ctx, state.Rev, a.Rev)
	default:
		return false, kv.ErrRollback
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
