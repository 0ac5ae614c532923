package channel

import (
	"context"
	"sync"
)

// LiveStates shares the current State of channels with a live session between
// all nodes. The record store has no room for it: a QR lives for seconds.
type LiveStates interface {
	// Put inserts or replaces the state of s.Key().
	Put(ctx context.Context, s State) error
	// State returns ok false when the channel has no live session anywhere.
	State(ctx context.Context, k Key) (s State, ok bool, err error)
	// Clear removes the state of k, if there is one.
	Clear(ctx context.Context, k Key) error
}

// LocalLiveStates implements LiveStates in memory for a single node. Its zero
// value is ready to use.
type LocalLiveStates struct{ states sync.Map }

// Put implements LiveStates.
func (l *LocalLiveStates) Put(_ context.Context, s State) error {
	l.states.Store(s.Key(), s)
	return nil
}

// State implements LiveStates.
func (l *LocalLiveStates) State(_ context.Context, k Key) (State, bool, error) {
	v, ok := l.states.Load(k)
	if !ok {
		return State{}, false, nil
	}
	return v.(State), true, nil
}

// Clear implements LiveStates.
func (l *LocalLiveStates) Clear(_ context.Context, k Key) error {
	l.states.Delete(k)
	return nil
}

var _ LiveStates = (*LocalLiveStates)(nil)
