package channel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"recado/internal/cluster"
)

// Restore opens the enabled channels that no other node serves, perSecond at a
// time, the most recently connected first. It returns when all are opening or ctx
// ended.
func (m *Manager) Restore(ctx context.Context, perSecond int) error {
	return m.restoreAll(ctx, perSecond, func(Channel) bool { return true })
}

// TakeOver restores, at every interval until ctx ends, the channels that should
// have a session and whose lease is free: their node died or lost it. Channels that
// gave up by themselves stay as they are.
func (m *Manager) TakeOver(ctx context.Context, perSecond int, every time.Duration) error {
	for ticker := time.NewTicker(every); ; {
		select {
		case <-ctx.Done():
			ticker.Stop()
			return nil
		case <-ticker.C:
		}
		if err := m.restoreAll(ctx, perSecond, hadSession); err != nil && ctx.Err() == nil {
			m.log.Error("look for channels without a node", "err", err)
		}
	}
}

// hadSession reports whether c was stored by a node whose session was to go on.
func hadSession(c Channel) bool {
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
	limit := rate.NewLimiter(rate.Limit(perSecond), perSecond)
	for _, c := range channels {
		if !wanted(c) {
			continue
		}
		err := m.restore(ctx, c.Key(), limit)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // stopping is not a failure
		}
		if err != nil {
			m.log.Error("restore channel", "shop", c.Shop, "type", c.Type, "err", err)
		}
	}
	return nil
}

// restore opens the channel unless a node serves its shop.
func (m *Manager) restore(ctx context.Context, k Key, limit *rate.Limiter) error {
	defer m.commands.lock(k)()
	if l, err := m.liveSession(ctx, k); l != nil || err != nil {
		return err
	}
	lease, err := m.leases.acquire(ctx, k.Shop)
	if errors.Is(err, cluster.ErrOwned) {
		return nil
	}
	if err != nil {
		return err
	}
	s, ok, err := m.restorable(ctx, k)
	if err == nil && ok {
		err = limit.Wait(ctx)
	}
	if err != nil || !ok {
		return errors.Join(err, m.leases.release(ctx, k.Shop))
	}
	old := s
	s.Status, s.Reason, s.UpdatedAt = Connecting, Restoring, m.now()
	_, err = m.open(ctx, old, s, lease)
	return err
}

// restorable reads the channel's state again, now under its lease; ok is false
// when the channel is off or has no credentials.
func (m *Manager) restorable(ctx context.Context, k Key) (s State, ok bool, err error) {
	c, err := m.store.Channel(ctx, k)
	if err != nil || !c.Enabled {
		return s, false, err
	}
	s = State{Channel: c}
	linked, err := m.hasCredentials(ctx, k)
	if err != nil {
		return s, false, err
	}
	if !linked { // the node stopped while it showed a QR
		m.recorder.record(ctx, s, s.deactivated(QRExpired, true, m.now()))
		return s, false, m.liveStates.Clear(ctx, k)
	}
	return s, true, nil
}

func (m *Manager) hasCredentials(ctx context.Context, k Key) (bool, error) {
	c, ok := m.strategies[k.Type].(CredentialChecker)
	if !ok {
		return false, nil
	}
	linked, err := c.HasCredentials(ctx, k)
	if err != nil {
		return false, fmt.Errorf("look up credentials: %w", err)
	}
	return linked, nil
}
