package signalstoretest

import (
	"context"
	"sync/atomic"

	"recado/internal/signalstore/kv"
)

// Spy counts the calls that reach a back end and can make its applies fail.
type Spy struct {
	kv.Backend
	Reads, Applies atomic.Int64

	fail atomic.Pointer[failure]
}

type failure struct {
	err   error
	after bool // the apply is done, its answer is lost
	once  bool
}

// FailApplies makes every further apply fail with err: without being done, or, with after, although it was done.
func (s *Spy) FailApplies(err error, after bool) { s.fail.Store(&failure{err: err, after: after}) }

// FailNext is FailApplies for the next apply alone.
func (s *Spy) FailNext(err error, after bool) {
	s.fail.Store(&failure{err: err, after: after, once: true})
}

// Recover ends failing.
func (s *Spy) Recover() { s.fail.Store(nil) }

// Read implements kv.Backend.
func (s *Spy) Read(ctx context.Context, key kv.DeviceKey, refs []kv.Ref) ([]kv.Value, error) {
	s.Reads.Add(1)
	return s.Backend.Read(ctx, key, refs)
}

// Scan implements kv.Backend.
func (s *Spy) Scan(ctx context.Context, key kv.DeviceKey, ranges []kv.Range) ([]kv.Row, error) {
	s.Reads.Add(1)
	return s.Backend.Scan(ctx, key, ranges)
}

// Apply implements kv.Backend.
func (s *Spy) Apply(ctx context.Context, key kv.DeviceKey, a kv.Apply) error {
	s.Applies.Add(1)
	f := s.fail.Load()
	if f == nil {
		return s.Backend.Apply(ctx, key, a)
	}
	if f.once {
		s.fail.CompareAndSwap(f, nil)
	}
	if f.after {
		if err := s.Backend.Apply(ctx, key, a); err != nil {
			return err
		}
	}
	return f.err
}
