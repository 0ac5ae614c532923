package channel

import (
	"context"
	"sync"
	"time"

	"recado/internal/cluster"
	"recado/internal/message"
)

// liveSession is one open Session of this node, the State of its channel, and the
// Sink that the Session reports to. The mutex is held while a transition is
// recorded: transitions are stored and published in the order of their events.
type liveSession struct {
	m     *Manager
	key   Key
	lease cluster.Lease

	mu      sync.Mutex
	state   State
	session Session // nil until it is open

	ended  chan struct{} // closed after the last transition: the session has to be closed
	closed chan struct{} // closed when the session and its lease reference are gone
}

func newLiveSession(m *Manager, s State, lease cluster.Lease) *liveSession {
	return &liveSession{m: m, key: s.Key(), lease: lease, state: s, ended: make(chan struct{}), closed: make(chan struct{})}
}

// storeWait is how long the record store may take for an incoming message: longer
// than a MongoDB primary's election. A longer failure is an outage, shown to the shop.
const storeWait = 15 * time.Second

// Receive implements Sink.
func (l *liveSession) Receive(ctx context.Context, in message.In) error {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	in.Shop, in.Channel = l.key.Shop, l.key.Type
	return l.m.host.Receive(ctx, in)
}

// Update implements Sink.
func (l *liveSession) Update(ctx context.Context, u message.Update) error {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	u.Shop, u.Channel = l.key.Shop, l.key.Type
	return l.m.host.Update(ctx, u)
}

// Notify implements Sink. Without a valid lease, after a stall of this process, the
// channel's state belongs to another node and the event is dropped.
func (l *liveSession) Notify(ctx context.Context, e Event) {
	if !l.lease.Valid() {
		return
	}
	_, last := e.(Stopped)
	l.transition(ctx, last, func(s State) (State, error) { return s.after(e, l.m.now()) })
}

// deactivate ends the session at the shop's request.
func (l *liveSession) deactivate(ctx context.Context, unlinked bool) State {
	l.transition(ctx, true, func(s State) (State, error) {
		return s.deactivated(Deactivated, unlinked, l.m.now()), nil
	})
	return l.snapshot()
}

// detach ends the session and keeps the stored state, from which the next start of
// this node, or another node, restores the channel.
func (l *liveSession) detach() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.hasEnded() {
		l.notifyHost(l.state.Status, Inactive)
		close(l.ended)
	}
}

// leaseLost ends the session after the loss of its lease. Until a node restores the
// channel no session receives its messages, so its state must not stay active; a
// state that the next owner has already stored is left alone.
func (l *liveSession) leaseLost(ctx context.Context) {
	if !l.m.recorder.replaced(ctx, l.snapshot()) {
		l.transition(ctx, false, func(s State) (State, error) {
			return s.after(Retrying{Reason: StoreFailed}, l.m.now())
		})
	}
	l.detach()
}

// transition moves the channel to next's result and records that; last ends the session.
func (l *liveSession) transition(ctx context.Context, last bool, next func(State) (State, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hasEnded() {
		return
	}
	old := l.state
	s, err := next(old)
	if err != nil {
		l.m.log.Warn("channel event refused", "shop", l.key.Shop, "type", l.key.Type, "err", err)
		return
	}
	l.state = s
	l.m.recorder.record(ctx, old, s)
	l.notifyHost(old.Status, s.Status)
	if last {
		close(l.ended)
	}
}

func (l *liveSession) notifyHost(old, now Status) {
	switch {
	case now == Active && old != Active:
		l.m.host.ChannelReady(l.key)
	case now != Active && old == Active:
		l.m.host.ChannelDown(l.key)
	}
}

func (l *liveSession) hasEnded() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

func (l *liveSession) snapshot() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// current returns the session, which is nil until it is open, and the status.
func (l *liveSession) current() (Session, Status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.session, l.state.Status
}
