package channel

import (
	"context"
	"sync"
)

// Board shows the present state of live channels to every node: a QR is too
// short-lived for the record store. An entry without a live session is absent.
type Board interface {
	Show(ctx context.Context, s State) error
	// State returns ok false when the channel has no live session anywhere.
	State(ctx context.Context, k Key) (s State, ok bool, err error)
	Clear(ctx context.Context, k Key) error
}

// LocalBoard is the Board of a single node. Its zero value is ready to use.
type LocalBoard struct{ states sync.Map }

// Show implements Board.
func (b *LocalBoard) Show(_ context.Context, s State) error {
	b.states.Store(s.Key(), s)
	return nil
}

// State implements Board.
func (b *LocalBoard) State(_ context.Context, k Key) (State, bool, error) {
	v, ok := b.states.Load(k)
	if !ok {
		return State{}, false, nil
	}
	return v.(State), true, nil
}

// Clear implements Board.
func (b *LocalBoard) Clear(_ context.Context, k Key) error {
	b.states.Delete(k)
	return nil
}

var _ Board = (*LocalBoard)(nil)
