package channel

import (
	"context"
	"maps"
	"time"
)

// record stores and announces a transition. A store that refuses keeps
// nobody from seeing the truth: the state is shown and published anyway, and
// Run stores it as soon as the store takes it.
func (m *Manager) record(ctx context.Context, old, next State) {
	ctx = context.WithoutCancel(ctx)
	if next.Channel != old.Channel {
		m.persist(ctx, next)
	}
	ctx, cancel := context.WithTimeout(ctx, recordWait)
	defer cancel()
	if err := m.liveStates.Put(ctx, next); err != nil {
		m.log.Error("show channel state", "shop", next.Shop, "type", next.Type, "err", err)
	}
	if err := next.announce(ctx, m.bus, old); err != nil {
		m.log.Error("announce channel state", "shop", next.Shop, "type", next.Type, "err", err)
	}
}

// recordWait is how long the store, and then the board and the bus, may hold up
// a transition.
const recordWait = 3 * time.Second

func (m *Manager) persist(ctx context.Context, s State) {
	ctx, cancel := context.WithTimeout(ctx, recordWait)
	defer cancel()
	err := m.store.PutChannel(ctx, s.Channel)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		delete(m.dirty, s.Key())
		return
	}
	m.log.Error("store channel", "shop", s.Shop, "type", s.Type, "err", err)
	m.dirty[s.Key()] = s
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Run stores the states that the store refused at first, until ctx ends.
func (m *Manager) Run(ctx context.Context) error {
	const pause = time.Second
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-m.wake:
		}
		timer.Reset(pause)
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		m.mu.Lock()
		dirty := maps.Clone(m.dirty)
		m.mu.Unlock()
		for _, s := range dirty {
			if !m.overtaken(ctx, s) {
				m.persist(ctx, s)
			}
		}
	}
}

// overtaken drops a state that came too late: somebody has stored a newer one of
// the channel, which is the next owner's.
func (m *Manager) overtaken(ctx context.Context, s State) bool {
	ctx, cancel := context.WithTimeout(ctx, recordWait)
	defer cancel()
	c, err := m.store.Channel(ctx, s.Key())
	if err != nil || !c.UpdatedAt.After(s.UpdatedAt) {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dirty[s.Key()].UpdatedAt.Equal(s.UpdatedAt) {
		delete(m.dirty, s.Key())
	}
	return true
}
