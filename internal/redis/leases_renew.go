package redis

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// Run renews the node's lease until ctx ends, and loses all shops when it could not for Fence.
func (l *Leases) Run(ctx context.Context) error {
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
		}
		l.keep(ctx)
		next.Reset(min(l.o.Renew, l.left()))
	}
}

// left is how long the lease is good for without renewal; for a node that has none, a moment to get one.
func (l *Leases) left() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := l.o.Fence - l.o.Now().Sub(l.renewed); !l.renewed.IsZero() && d > 0 {
		return d
	}
	return l.o.Renew
}

// keep renews once, and never takes longer than until the fence.
func (l *Leases) keep(ctx context.Context) {
	if !l.Valid() { // shops are lost; what follows is a new beginning
		l.fence()
	}
	wait, cancel := context.WithTimeout(ctx, l.left())
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
		return ErrSucceeded
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
		l.lose()
		return ErrSucceeded
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entered = true
	if asked.After(l.renewed) {
		l.renewed = asked
	}
	return nil
}

// Valid implements cluster.LeaseClock: nobody else can be the owner of our shops now.
func (l *Leases) Valid() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sureLocked()
}

func (l *Leases) sureLocked() bool {
	return !l.replaced && !l.renewed.IsZero() && l.o.Now().Sub(l.renewed) < l.o.Fence
}

// fence loses everything, because others may take it soon.
func (l *Leases) fence() {
	if n := l.lose(); n > 0 {
		l.o.Log.Error("this node gives its shops up: its lease was not renewed in time", "shops", n)
	}
}

// lose ends all leases and returns how many there were.
func (l *Leases) lose() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.held)
	for shop, h := range l.held {
		delete(l.held, shop)
		close(h.lost)
	}
	return n
}
