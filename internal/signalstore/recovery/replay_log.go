package recovery

import (
	"context"
	"slices"
	"time"

	"recado/internal/signalstore/kv"
)

// replayLog holds the applies that the back end may still lose, in order.
type replayLog struct {
	applies []kv.Apply
	times   []time.Time
}

// add appends an apply and drops those that the back end cannot lose any more.
func (l *replayLog) add(a kv.Apply, now time.Time, mayLose time.Duration) {
	old := 0
	for old < len(l.times) && now.Sub(l.times[old]) > mayLose {
		old++
	}
	a.Compare = nil
	l.applies = append(slices.Delete(l.applies, 0, old), a)
	l.times = append(slices.Delete(l.times, 0, old), now)
}

// since returns the index of the apply that starts at revision from; ok is false when the log does not reach from there
// to revision to.
func (l *replayLog) since(from, to uint64) (first int, ok bool) {
	first = slices.IndexFunc(l.applies, func(a kv.Apply) bool { return a.Rev == from })
	return first, first >= 0 && l.head() == to
}

// head is the revision after the last apply in the log, 0 for an empty one.
func (l *replayLog) head() uint64 {
	if len(l.applies) == 0 {
		return 0
	}
	return l.applies[len(l.applies)-1].Next
}

func (l *replayLog) clone() replayLog {
	return replayLog{applies: slices.Clone(l.applies), times: slices.Clone(l.times)}
}

// Replay applies again the writes before revision rev that the back end has lost, and reports whether there were any. A
// caller that finds a message without a fitting session, or a missing value, replays before it concludes anything.
func (g *Guard) Replay(ctx context.Context, rev uint64) (replayed bool, err error) {
	state, err := g.backend.Claim(ctx, g.key, g.epoch)
	if err != nil || state.Rev >= rev {
		return false, err
	}
	err = g.replay(ctx, state.Rev, rev)
	return err == nil, err
}

// MayLose reports whether the back end can lose writes at all.
func (g *Guard) MayLose() bool { return g.o.MayLose > 0 }

// replay brings a back end that has gone back from one revision to another up to date.
func (g *Guard) replay(ctx context.Context, from, to uint64) error {
	first, ok := g.log.since(from, to)
	if !ok {
		return kv.ErrRollback
	}
	for i, a := range g.log.applies[first:] {
		a.Epoch = g.epoch
		if err := g.backend.Apply(ctx, g.key, a); err != nil {
			return err
		}
		g.log.times[first+i] = g.o.Now() // it is new again, and may be lost again
	}
	return nil
}
