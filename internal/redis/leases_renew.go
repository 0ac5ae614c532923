package redis

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// Run renews the node's lease until ctx ends, and drops all shops after Fence without a renewal.
func (l *Leases) Run(ctx context.Context) error {
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
		}
		l.renewOnce(ctx)
		next.Reset(min(l.o.Renew, l.untilFence()))
	}
}

// untilFence is how long the lease is good for without renewal; without a lease, the time for one renewal.
func (l *Leases) untilFence() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := l.o.Fence - l.o.Now().Sub(l.renewed); !l.renewed.IsZero() && d > 0 {
		return d
	}
	return l.o.Renew
}

// renewOnce renews, and never takes longer than until the fence.
func (l *Leases) renewOnce(ctx context.Context) {
	if !l.Valid() { // the shops are lost; the renewal is for new ones
		l.fence()
	}
	wait, cancel := context.WithTimeout(ctx, l.untilFence())
	defer cancel()
	if err := l.renew(wait); err != nil && ctx.Err() == nil {
		l.o.Log.Warn("this node's lease is not renewed", "err", err)
	}
	if !l.Valid() {
		l.fence()
	}
}

// renew asks for the lease of the node.
func (l *Leases) renew(ctx context.Context) error {
	l.mu.Lock()
	entered, replaced := l.entered, l.replaced
	l.mu.Unlock()
	if replaced {
		return ErrReplaced
	}
	force := ""
	if !entered {
		force = "1"
	}
	asked := l.o.Now()
	args := []string{l.o.Process, strconv.FormatInt(l.o.Grace.Milliseconds(), 10), force}
	granted, err := l.node.Exec(ctx, l.conn, []string{nodeKey(l.o.Node)}, args).AsBool()
	if err != nil {
		return fmt.Errorf("renew node's lease: %w", err)
	}
	if !granted {
		l.mu.Lock()
		l.replaced = true
		l.mu.Unlock()
		l.dropAll()
		return ErrReplaced
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entered = true
	if asked.After(l.renewed) {
		l.renewed = asked
	}
	return nil
}

// Valid implements cluster.LeaseClock: no other node can be the owner of the held shops now.
func (l *Leases) Valid() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sureLocked()
}

func (l *Leases) sureLocked() bool {
	return !l.replaced && !l.renewed.IsZero() && l.o.Now().Sub(l.renewed) < l.o.Fence
}

// fence drops all leases, because others may take the shops soon.
func (l *Leases) fence() {
	if n := l.dropAll(); n > 0 {
		l.o.Log.Error("this node gives its shops up: its lease was not renewed in time", "shops", n)
	}
}

// dropAll ends all leases and returns their number.
func (l *Leases) dropAll() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.held)
	for shop, h := range l.held {
		delete(l.held, shop)
		close(h.lost)
	}
	return n
}
