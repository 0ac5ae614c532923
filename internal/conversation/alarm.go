package conversation

import (
	"context"
	"errors"
	"time"
)

// maxFire bounds the timers that fire in one unit of work.
const maxFire = 100

// setAlarm makes sure that the shop's timers are looked at when due. The caller
// holds s.mu.
func (s *Service) setAlarm(sh *shop, due time.Time) {
	if sh.closed || !sh.adopted || !sh.alarmAt.IsZero() && !due.Before(sh.alarmAt) {
		return
	}
	sh.alarmAt = due
	if sh.alarm != nil {
		sh.alarm.Stop()
	}
	sh.alarm = time.AfterFunc(max(0, due.Sub(s.o.Now())), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.spawn(sh, func(ctx context.Context) { s.ring(ctx, sh) })
	})
}

// ring moves the timers that are due to their inboxes.
func (s *Service) ring(ctx context.Context, sh *shop) {
	s.mu.Lock()
	sh.alarmAt = time.Time{}
	s.mu.Unlock()
	ids, err := s.fire(ctx, sh)
	switch {
	case errors.Is(err, ErrStale):
		s.lost(sh)
		return
	case err != nil:
		s.o.Log.Error("fire timers", "shop", sh.id, "err", err)
		s.ringAgain(sh)
		return
	}
	for _, id := range ids {
		s.wake(sh, id, nil)
	}
	s.wakeTimers(ctx, sh)
}

func (s *Service) fire(ctx context.Context, sh *shop) ([]ID, error) {
	if err := s.relays.flush(ctx, sh.id); err != nil {
		return nil, err
	}
	return s.o.Store.Fire(ctx, sh.lease, s.o.Now(), maxFire)
}

// wakeTimers sets the alarm to the shop's earliest timer.
func (s *Service) wakeTimers(ctx context.Context, sh *shop) {
	due, err := s.nextTimer(ctx, sh)
	if err != nil {
		s.o.Log.Error("read timers", "shop", sh.id, "err", err)
		s.ringAgain(sh)
		return
	}
	if due.IsZero() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setAlarm(sh, due)
}

func (s *Service) nextTimer(ctx context.Context, sh *shop) (time.Time, error) {
	if err := s.relays.flush(ctx, sh.id); err != nil {
		return time.Time{}, err
	}
	return s.o.Store.NextTimer(ctx, sh.id)
}

// ringAgain looks at the timers after a failure.
func (s *Service) ringAgain(sh *shop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setAlarm(sh, s.o.Now().Add(s.o.backoff(1)))
}
