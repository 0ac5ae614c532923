package channel

import (
	"context"
	"sync"
	"time"

	"recado/internal/cluster"
	"recado/internal/message"
)

// link is one live session and its state: the Sink that the session talks to.
// The mutex orders the transitions, so that they are stored and published in
// the order in which they happened.
type link struct {
	m     *Manager
	key   Key
	lease cluster.Lease

	mu      sync.Mutex
	state   State
	session Session
	ended   bool
	closing chan struct{} // closed when the link ended: the session is to be closed
	gone    chan struct{} // closed when nothing of it runs any more
}

// storeWait is how long the record store may take for what arrives: longer than
// the election of its new primary takes. After that it is an outage of which the
// shop is told.
const storeWait = 15 * time.Second

// Receive implements Sink.
func (l *link) Receive(ctx context.Context, in message.In) error {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	in.Shop, in.Channel = l.key.Shop, l.key.Type
	return l.m.host.Receive(ctx, in)
}

// Update implements Sink.
func (l *link) Update(ctx context.Context, u message.Update) error {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	u.Shop, u.Channel = l.key.Shop, l.key.Type
	return l.m.host.Update(ctx, u)
}

// Notify implements Sink. After a stall the shop may be another node's: its state
// is for them to tell, and what is to become of this link is for the lease.
func (l *link) Notify(ctx context.Context, e Event) {
	if !l.lease.Valid() {
		return
	}
	_, last := e.(Stopped)
	l.change(ctx, last, func(s State) (State, error) { return s.after(e, l.m.now()) })
}

// end moves the link to inactive by the shop's own wish and refuses later events.
func (l *link) end(ctx context.Context, unlinked bool) State {
	l.change(ctx, true, func(s State) (State, error) {
		return s.deactivated(Deactivated, unlinked, l.m.now()), nil
	})
	return l.snapshot()
}

// detach ends the link and leaves the stored state as it is: the process stops
// or the lease moved, and whoever comes next restores the channel.
func (l *link) detach() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	l.ended = true
	l.tellHost(l.state.Status, Inactive)
	close(l.closing)
}

// lost ends the link because its lease is lost. Until somebody restores the
// channel nobody reads its messages: the stored state must not say otherwise.
// When somebody has, because this node stalled for long, the state is theirs.
func (l *link) lost(ctx context.Context) {
	if l.succeeded(ctx) {
		l.detach()
		return
	}
	l.change(ctx, false, func(s State) (State, error) {
		return s.after(Retrying{Reason: StoreFailed}, l.m.now())
	})
	l.detach()
}

// succeeded reports whether another node has stored a state of the channel since
// this link did.
func (l *link) succeeded(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, recordWait)
	defer cancel()
	c, err := l.m.store.Channel(ctx, l.key)
	if err != nil { // then nobody else could store one either
		return false
	}
	l.m.mu.Lock()
	_, unstored := l.m.dirty[l.key]
	l.m.mu.Unlock()
	ours := l.snapshot().UpdatedAt
	return !unstored && !c.UpdatedAt.Truncate(time.Millisecond).Equal(ours.Truncate(time.Millisecond))
}

// change applies a transition, stores, shows and announces it; last ends the link.
func (l *link) change(ctx context.Context, last bool, next func(State) (State, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	old := l.state
	s, err := next(old)
	if err != nil {
		l.m.log.Warn("channel event refused", "shop", l.key.Shop, "type", l.key.Type, "err", err)
		return
	}
	l.state = s
	l.m.record(ctx, old, s)
	l.tellHost(old.Status, s.Status)
	if last {
		l.ended = true
		close(l.closing)
	}
}

func (l *link) tellHost(old, now Status) {
	switch {
	case now == Active && old != Active:
		l.m.host.ChannelReady(l.key)
	case now != Active && old == Active:
		l.m.host.ChannelDown(l.key)
	}
}

func (l *link) snapshot() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// live returns the session and the status; the session is nil until it is open.
func (l *link) live() (Session, Status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.session, l.state.Status
}
