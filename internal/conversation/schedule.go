package conversation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
)

// missed is how far back a schedule is made up for when nobody was there at its
// time: the node restarted. What is told twice is stored once.
const missed = 15 * time.Minute

// runSchedules looks now and then whether the time of a schedule has come in a
// shop that this node owns.
func (s *Service) runSchedules(ctx context.Context) {
	tick := time.NewTicker(s.o.Tick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		for _, sh := range s.shops {
			if sh.adopted && !sh.scheduling {
				sh.scheduling = s.spawn(sh, func(ctx context.Context) { s.schedule(ctx, sh) })
			}
		}
		s.mu.Unlock()
	}
}

// schedule tells the shop's conversations which schedules' time has come since it was last asked.
func (s *Service) schedule(ctx context.Context, sh *shop) {
	now := s.o.Now()
	since := sh.scheduled // only ever touched here, one at a time
	if since.IsZero() || now.Sub(since) > missed {
		since = now.Add(-missed)
	}
	err := s.tellSchedules(ctx, sh, since, now)
	if err != nil && !errors.Is(err, errStopped) {
		s.o.Log.Error("run schedules", "shop", sh.id, "err", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sh.scheduling = false
	if err == nil {
		sh.scheduled = now
	}
}

func (s *Service) tellSchedules(ctx context.Context, sh *shop, since, now time.Time) error {
	defs, err := s.o.Flows.Defs(ctx, sh.id)
	if err != nil {
		return fmt.Errorf("read flows: %w", err)
	}
	zone := time.UTC
	asked := false
	for _, def := range defs.Flows() {
		for i := range def.Triggers {
			t := &def.Triggers[i]
			if t.On != flow.OnSchedule || t.Cron == nil {
				continue
			}
			if !asked {
				about, err := s.o.Shop(ctx, sh.id)
				if err != nil {
					return fmt.Errorf("read shop: %w", err)
				}
				if asked = true; about.Zone != nil {
					zone = about.Zone
				}
			}
			due, ok := t.Cron.Next(since.In(zone))
			if !ok || due.After(now) {
				continue
			}
			if err := s.tellEverybody(ctx, sh, string(def.ID)+":"+t.ID, due); err != nil {
				return err
			}
		}
	}
	return nil
}

var errStopped = errors.New("the shop was given away")

// tellEverybody tells each conversation of the shop that a schedule's time has
// come; the trigger's condition decides who hears of it. A conversation that
// moves to the top of the list meanwhile is found by another pass over the top.
func (s *Service) tellEverybody(ctx context.Context, sh *shop, name string, due time.Time) error {
	key := fmt.Sprintf("schedule:%s:%d", name, due.Unix())
	for until := (time.Time{}); ; {
		began := s.o.Now()
		p := Page{Limit: 100}
		for more := true; more; {
			if sh.isClosed() || ctx.Err() != nil {
				return errStopped
			}
			list, err := s.o.Store.Conversations(ctx, sh.id, p)
			if err != nil {
				return fmt.Errorf("list conversations: %w", err)
			}
			for _, l := range list {
				if l.Conversation.Last.At.Before(until) {
					return nil
				}
				err := s.push(ctx, sh.id, l.Conversation.ID, key, &engine.ExternalEvent{Name: "schedule:" + name})
				if err != nil && !errors.Is(err, ErrNotFound) {
					return fmt.Errorf("tell schedule: %w", err)
				}
			}
			if more = len(list) == p.Limit; more {
				last := list[len(list)-1].Conversation
				p.Before, p.BeforeID = last.Last.At, last.ID
			}
		}
		if !until.IsZero() {
			return nil
		}
		until = began
	}
}

func (sh *shop) isClosed() bool {
	select {
	case <-sh.done:
		return true
	default:
		return false
	}
}
