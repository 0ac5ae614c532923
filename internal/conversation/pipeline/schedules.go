package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/tenant"
)

// scheduler starts flows with a schedule: it puts an event into the inbox of every
// conversation of the shop, and the trigger's condition decides which of them react.
type scheduler struct {
	o      *Options
	owners *owners
	push   func(ctx context.Context, shop tenant.ShopID, id conversation.ID, key string, in engine.Input) error
}

// scheduleState is how far a shop's schedules were evaluated.
type scheduleState struct {
	running bool
	until   time.Time // only the goroutine that runs reads it
}

// maxMissed is how far back a schedule is made up for when no node owned the shop
// at its time. An event that is pushed twice is stored once.
const maxMissed = 15 * time.Minute

// run evaluates the schedules of owned shops every Tick, until ctx ends.
func (s *scheduler) run(ctx context.Context) {
	tick := time.NewTicker(s.o.Tick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.owners.mu.Lock()
		for _, sh := range s.owners.shops {
			if sh.adopted && !sh.schedule.running {
				sh.schedule.running = s.owners.spawn(sh, func(ctx context.Context) { s.evaluate(ctx, sh) })
			}
		}
		s.owners.mu.Unlock()
	}
}

// evaluate pushes the schedules of a shop that became due since the last time.
func (s *scheduler) evaluate(ctx context.Context, sh *ownedShop) {
	now := s.o.Now()
	since := sh.schedule.until
	if since.IsZero() || now.Sub(since) > maxMissed {
		since = now.Add(-maxMissed)
	}
	err := s.pushDue(ctx, sh, since, now)
	if err != nil && !errors.Is(err, errStopped) {
		s.o.Log.Error("run schedules", "shop", sh.id, "err", err)
	}
	s.owners.mu.Lock()
	defer s.owners.mu.Unlock()
	sh.schedule.running = false
	if err == nil {
		sh.schedule.until = now
	}
}

func (s *scheduler) pushDue(ctx context.Context, sh *ownedShop, since, now time.Time) error {
	defs, err := s.o.Flows.Defs(ctx, sh.id)
	if err != nil {
		return fmt.Errorf("read flows: %w", err)
	}
	if !hasSchedule(defs) {
		return nil
	}
	about, err := s.o.Shop(ctx, sh.id)
	if err != nil {
		return fmt.Errorf("read shop: %w", err)
	}
	zone := about.Zone
	if zone == nil {
		zone = time.UTC
	}
	for _, def := range defs.Flows() {
		for i := range def.Triggers {
			t := &def.Triggers[i]
			if !isSchedule(t) {
				continue
			}
			due, ok := t.Cron.Next(since.In(zone))
			if !ok || due.After(now) {
				continue
			}
			if err := s.pushToAll(ctx, sh, string(def.ID)+":"+t.ID, due); err != nil {
				return err
			}
		}
	}
	return nil
}

func isSchedule(t *flow.Trigger) bool { return t.On == flow.OnSchedule && t.Cron != nil }

func hasSchedule(defs *library.Defs) bool {
	for _, def := range defs.Flows() {
		for i := range def.Triggers {
			if isSchedule(&def.Triggers[i]) {
				return true
			}
		}
	}
	return false
}

var errStopped = errors.New("the shop was given away")

// pushToAll puts the event of a schedule into every conversation's inbox. A
// conversation that moves to the top of the list meanwhile is found by a second
// pass, over those that moved since the first began.
func (s *scheduler) pushToAll(ctx context.Context, sh *ownedShop, name string, due time.Time) error {
	key := fmt.Sprintf("schedule:%s:%d", name, due.Unix())
	event := &engine.ExternalEvent{Name: "schedule:" + name}
	began := s.o.Now()
	if err := s.pushSince(ctx, sh, time.Time{}, key, event); err != nil {
		return err
	}
	return s.pushSince(ctx, sh, began, key, event)
}

// pushSince pushes the event to conversations whose last message is not before since.
func (s *scheduler) pushSince(ctx context.Context, sh *ownedShop, since time.Time, key string, event engine.Input) error {
	p := conversation.Page{Limit: 100}
	for {
		if sh.isClosed() || ctx.Err() != nil {
			return errStopped
		}
		list, err := s.o.Store.Conversations(ctx, sh.id, p)
		if err != nil {
			return fmt.Errorf("list conversations: %w", err)
		}
		for _, l := range list {
			if l.Conversation.Last.At.Before(since) {
				return nil
			}
			if err := s.push(ctx, sh.id, l.Conversation.ID, key, event); err != nil && !errors.Is(err, conversation.ErrNotFound) {
				return fmt.Errorf("push schedule: %w", err)
			}
		}
		if len(list) < p.Limit {
			return nil
		}
		last := list[len(list)-1].Conversation
		p.Before, p.BeforeID = last.Last.At, last.ID
	}
}
