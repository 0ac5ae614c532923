package pipeline

import (
	"sync"
	"time"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// ownedShop is what a node has in memory of a shop that it owns: which of its
// conversations have something to do. owners.mu guards it.
type ownedShop struct {
	id      tenant.ShopID
	lease   cluster.Lease
	adopted bool // the store knows that the shop is ours
	closed  bool
	done    chan struct{} // closed with it
	work    sync.WaitGroup
	up      map[message.ChannelType]bool

	active   map[conversation.ID]*activeConversation
	steps    workQueue // conversations with new items
	sends    workQueue // conversations with messages that may leave
	calls    callState
	timer    timerState
	schedule scheduleState
	caughtUp time.Time // see aggregate.Arrivals
}

// activeConversation is a conversation with something to do.
type activeConversation struct {
	id       conversation.ID
	step     stepState
	debounce debounceState
	waiters  waiters
	send     sendState
}

func newOwnedShop(l cluster.Lease) *ownedShop {
	return &ownedShop{
		id: l.Shop, lease: l, done: make(chan struct{}), up: make(map[message.ChannelType]bool),
		active: make(map[conversation.ID]*activeConversation), calls: callState{pending: make(map[string]bool)},
	}
}

// close takes up no further work.
func (sh *ownedShop) close() {
	if sh.closed {
		return
	}
	sh.closed = true
	close(sh.done)
	stopTimer(sh.timer.alarm)
	for _, c := range sh.active {
		stopTimer(c.step.retry)
		stopTimer(c.send.pause)
		stopTimer(c.debounce.timer)
	}
}

func stopTimer(t *time.Timer) {
	if t != nil {
		t.Stop()
	}
}

// conversation returns the active conversation, created when it was idle.
func (sh *ownedShop) conversation(id conversation.ID) *activeConversation {
	c := sh.active[id]
	if c == nil {
		c = &activeConversation{id: id, send: sendState{last: noOrd}}
		sh.active[id] = c
	}
	return c
}

// evictIfIdle forgets a conversation that has nothing to do.
func (sh *ownedShop) evictIfIdle(c *activeConversation) {
	if c.step.idle() && c.debounce.timer == nil && c.send.idle() {
		delete(sh.active, c.id)
	}
}

// leaseLost reports whether the lease has ended, by this node's clock.
func (sh *ownedShop) leaseLost() bool { return isClosed(sh.lease.Lost) }

func (sh *ownedShop) isClosed() bool { return isClosed(sh.done) }

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// sleep returns false when the shop was closed meanwhile.
func (sh *ownedShop) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-sh.done:
		return false
	}
}

// workQueue is conversations in the order in which they got something to do, and
// how many goroutines work on them.
type workQueue struct {
	waiting []*activeConversation
	workers int
}

func (q *workQueue) push(c *activeConversation) { q.waiting = append(q.waiting, c) }

// next returns the first conversation, or nil when the worker that asks has to end.
func (q *workQueue) next(stopping bool) *activeConversation {
	if len(q.waiting) == 0 || stopping {
		q.workers--
		return nil
	}
	c := q.waiting[0]
	q.waiting[0] = nil
	q.waiting = q.waiting[1:]
	return c
}
