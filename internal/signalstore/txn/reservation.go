package txn

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"recado/internal/signalstore/kv"
)

// reservation keeps a value for one caller from its read to its write. Two kinds of callers need one. Those without a
// transaction cannot repeat: whatsmeow's answers to retry requests and its messages to the own phone come without the
// context of a transaction, and a conflict would lose them. And a transaction that has met a conflict reserves in its next attempt.
//
// A caller that never writes (its encryption failed in between) loses the reservation after reservationTime. If it writes
// after that, the write is still compared with the version that was read; so is every other write: reservations decide
// only which caller repeats.
type reservation struct {
	version uint64 // that was read
	until   time.Time
	ended   chan struct{} // closed when the reservation ends early
}

// reservationTime is a thousand times what an encryption takes.
const reservationTime = time.Second

func (r *reservation) live() bool { return r != nil && time.Now().Before(r.until) }

func (r *reservation) wait(ctx context.Context) error {
	timer := time.NewTimer(time.Until(r.until))
	defer timer.Stop()
	select {
	case <-r.ended:
		return nil
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reservations are those of one device.
type reservations struct {
	mu    sync.Mutex
	byRef map[kv.Ref]*reservation
}

func (s *reservations) get(ref kv.Ref) *reservation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byRef[ref]
}

// reserve waits until ref is not reserved and reserves it.
func (s *reservations) reserve(ctx context.Context, ref kv.Ref) (*reservation, error) {
	for {
		s.mu.Lock()
		other := s.byRef[ref]
		if !other.live() {
			r := &reservation{until: time.Now().Add(reservationTime), ended: make(chan struct{})}
			if s.byRef == nil {
				s.byRef = make(map[kv.Ref]*reservation)
			}
			s.byRef[ref] = r
			s.mu.Unlock()
			return r, nil
		}
		s.mu.Unlock()
		if err := other.wait(ctx); err != nil {
			return nil, err
		}
	}
}

// reserveAll reserves those of refs that are not in own and adds them to it, in an order that all callers share.
func (s *reservations) reserveAll(ctx context.Context, own map[kv.Ref]*reservation, refs []kv.Ref) error {
	refs = slices.Clone(refs)
	slices.SortFunc(refs, func(a, b kv.Ref) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Field, b.Field))
	})
	for _, ref := range refs {
		if own[ref] != nil {
			continue
		}
		r, err := s.reserve(ctx, ref)
		if err != nil {
			return err
		}
		own[ref] = r
	}
	return nil
}

// waitFor waits until no caller but t has a reservation of any of refs.
func (s *reservations) waitFor(ctx context.Context, t *Txn, refs []kv.Ref) error {
	for _, ref := range refs {
		for r := s.get(ref); r.live() && t.reserved[ref] != r; r = s.get(ref) {
			if err := r.wait(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// againstOthers reports whether a caller other than t has reserved ref.
func (s *reservations) againstOthers(t *Txn, ref kv.Ref) bool {
	r := s.get(ref)
	return r.live() && t.reserved[ref] != r
}

func (s *reservations) releaseAll(own map[kv.Ref]*reservation) {
	if len(own) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for ref, r := range own {
		if s.byRef[ref] == r {
			delete(s.byRef, ref)
		}
		select {
		case <-r.ended:
		default:
			close(r.ended)
		}
	}
}

// setVersions records which versions were read under the reservations own.
func (s *reservations) setVersions(own map[kv.Ref]*reservation, refs []kv.Ref, items []Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, ref := range refs {
		if r := own[ref]; r != nil {
			r.version = items[i].version
		}
	}
}

// take returns the reservation of ref, also one that has run out, and the version that was read under it.
func (s *reservations) take(ref kv.Ref) (r *reservation, version uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r = s.byRef[ref]; r != nil {
		version = r.version
	}
	return r, version
}

func (s *reservations) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byRef = nil
}
