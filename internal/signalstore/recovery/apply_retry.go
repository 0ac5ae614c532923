package recovery

import (
	"context"
	"errors"
	"time"

	"recado/internal/retry"
	"recado/internal/signalstore/kv"
)

// retryPauses are the waits before each further attempt at an apply whose answer was lost. They outlast a reconnect; a
// longer outage breaks the device, and the session's supervisor is better at waiting.
var retryPauses = [...]time.Duration{10 * time.Millisecond, 100 * time.Millisecond}

// Apply does one unit of work, repeating it when the answer is lost and the unit was not done. replayed reports that the
// back end had lost writes, which are there again: values that were read before may come from the past.
func (g *Guard) Apply(ctx context.Context, a kv.Apply) (replayed bool, err error) {
	replayed, err = g.applyWithRetry(ctx, a)
	switch {
	case g.o.MayLose == 0 || !a.Tombstone.IsZero(): // a deleted device is not used any more
	case err == nil:
		g.log.add(a, g.o.Now(), g.o.MayLose)
		g.markFresh(a.Writes)
	case !errors.Is(err, kv.ErrConflict):
		doubtful := a
		g.inDoubt = &doubtful
	}
	return replayed, err
}

// applyWithRetry applies a and resolves unclear answers. A repeated claim returns the stored revision, and because nothing
// else writes for this epoch, the revision says the rest: it is the next one (the answer was lost), the old one (the apply
// was), or one from the past (the store has lost writes, see replay).
func (g *Guard) applyWithRetry(ctx context.Context, a kv.Apply) (replayed bool, err error) {
	err = g.backend.Apply(ctx, g.key, a)
	inDoubt := false
	for _, pause := range retryPauses {
		definite := errors.Is(err, kv.ErrFenced) || errors.Is(err, kv.ErrRollback)
		switch {
		case err == nil, errors.Is(err, kv.ErrConflict), errors.Is(err, kv.ErrDeleted):
			return replayed, err
		case definite && !inDoubt && g.o.MayLose == 0:
			return replayed, err
		case !definite:
			inDoubt = true
			if !retry.Sleep(ctx, pause) {
				return replayed, err
			}
		}
		done, again, lookErr := g.resolve(ctx, a, inDoubt)
		replayed = replayed || again
		if lookErr != nil {
			err = errors.Join(err, lookErr)
			if definite || errors.Is(lookErr, kv.ErrFenced) {
				return replayed, err
			}
			continue
		}
		if done {
			return replayed, nil
		}
		err = g.backend.Apply(ctx, g.key, a)
	}
	return replayed, err
}

// resolve reports whether a was done after all; if not, it can be applied again.
func (g *Guard) resolve(ctx context.Context, a kv.Apply, inDoubt bool) (done, replayed bool, err error) {
	state, err := g.backend.Claim(ctx, g.key, g.epoch)
	switch {
	case err != nil:
		return false, false, err
	case state.Rev == a.Next && inDoubt:
		return true, false, nil
	case state.Rev == a.Rev:
		return false, false, nil
	case state.Rev < a.Rev:
		err = g.replay(ctx, state.Rev, a.Rev)
		return false, err == nil, err
	default:
		return false, false, kv.ErrRollback
	}
}
