package channel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"recado/internal/cluster"
)

// Restore opens the stored channels, perSecond at a time, the most recently
// connected first, except those that another node serves. It returns when all
// are opening or ctx ended.
func (m *Manager) Restore(ctx context.Context, perSecond int) error {
	return m.restoreAll(ctx, perSecond, func(Channel) bool { return true })
}

// TakeOver restores the channels whose node is gone, and this node's own after
// it lost its leases, looking for them again and again until ctx ends. What a
// channel gave up by itself stays as it is.
func (m *Manager) TakeOver(ctx context.Context, perSecond int, every time.Duration) error {
	for ticker := time.NewTicker(every); ; {
		select {
		case <-ctx.Done():
			ticker.Stop()
			return nil
		case <-ticker.C:
		}
		if err := m.restoreAll(ctx, perSecond, wasLive); err != nil && ctx.Err() == nil {
			m.log.Error("look for channels without a node", "err", err)
		}
	}
}

// wasLive reports whether c was stored by somebody who meant to go on.
func wasLive(c Channel) bool {
	return c.Status == Active || c.Status == Connecting || c.Status == Errored && c.Reason == StoreFailed
}

func (m *Manager) restoreAll(ctx context.Context, perSecond int, wanted func(Channel) bool) error {
	channels, err := m.store.EnabledChannels(ctx)
	if ctx.Err() != nil {
		return nil // stopping is not a failure
	}
	if err != nil {
		return fmt.Errorf("list channels to restore: %w", err)
	}
	pace := rate.NewLimiter(rate.Limit(perSecond), perSecond)
	for _, c := range channels {
		if !wanted(c) {
			continue
		}
		err := m.restore(ctx, c, pace)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // stopping is not a failure
		}
		if err != nil {
			m.log.Error("restore channel", "shop", c.Shop, "type", c.Type, "err", err)
		}
	}
	return nil
}

// restore opens the channel if no node serves the shop. What c says may be old;
// under the lease it is read again.
func (m *Manager) restore(ctx context.Context, c Channel, pace *rate.Limiter) error {
	k := c.Key()
	defer m.channels.lock(k)()
	if l, err := m.link(ctx, k); l != nil || err != nil {
		return err
	}
	lease, err := m.join(ctx, k.Shop)
	if errors.Is(err, cluster.ErrOwned) {
		return nil
	}
	if err != nil {
		return err
	}
	s, open, err := m.restorable(ctx, k, pace)
	if err != nil || !open {
		return errors.Join(err, m.leave(ctx, k.Shop))
	}
	old := s
	s.Status, s.Reason, s.UpdatedAt = Connecting, Restoring, m.now()
	_, err = m.begin(ctx, old, s, lease)
	return err
}

// restorable returns the stored state; open is false when there is nothing to open.
func (m *Manager) restorable(ctx context.Context, k Key, pace *rate.Limiter) (s State, open bool, err error) {
	c, err := m.store.Channel(ctx, k)
	if err != nil || !c.Enabled {
		return s, false, err
	}
	s = State{Channel: c}
	linked, err := m.remembers(ctx, k)
	if err != nil {
		return s, false, err
	}
	if !linked { // it was stopped while it showed a QR
		m.record(ctx, s, s.deactivated(QRExpired, true, m.now()))
		return s, false, m.liveStates.Clear(ctx, k)
	}
	return s, true, pace.Wait(ctx)
}

func (m *Manager) remembers(ctx context.Context, k Key) (bool, error) {
	r, ok := m.strategies[k.Type].(CredentialChecker)
	if !ok {
		return false, nil
	}
	linked, err := r.HasCredentials(ctx, k)
	if err != nil {
		return false, fmt.Errorf("look for a stored session: %w", err)
	}
	return linked, nil
}
