package conversation

import (
	"context"
	"errors"
	"sync"
	"time"

	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/tenant"
)

// shop is what a node has in memory of a shop that it owns: which of its
// conversations have something to do. Service.mu guards it.
type shop struct {
	id      tenant.ShopID
	lease   cluster.Lease
	adopted bool // the store knows that the shop is ours
	closed  bool
	done    chan struct{} // closed with it
	work    sync.WaitGroup
	up      map[message.ChannelType]bool
	convs   map[ID]*conv // with something to do, or under way

	toStep   queue // conversations with new items
	stepping int
	toSend   queue // conversations with messages that may leave
	sending  int

	calls   map[string]bool // by key: false when it is over
	toCall  []Call
	calling int

	caughtUp time.Time // when the channel came up, or the last message that had waited at the server

	scheduling bool
	scheduled  time.Time // until when schedules were looked at; of the one who schedules

	alarm   *time.Timer // for the earliest timer
	alarmAt time.Time
}

// conv is a conversation with something to do.
type conv struct {
	id ID

	stepping  bool
	again     bool        // something new is in the inbox
	fresh     *InboxBatch // all of it, when memory happens to know
	doubts    int         // commits since the store was last read that may have happened
	stepFails int
	stepWait  *time.Timer
	following following
	lingering

	outbox    []OutboxItem // to be sent, in order
	stored    bool         // the store has more than that
	refills   int          // grows whenever stored was set
	last      int64        // Ord of the newest item that was ever in outbox
	sending   bool
	sendFails int
	sendWait  *time.Timer      // the first item waits: for its time, or after a failure
	typing    *TypingIndicator // to be shown when outbox is empty
	typed     string           // id of the last message before which it was shown
}

// maxOutbox bounds the messages of one conversation in memory; the rest waits in the store.
const maxOutbox = 32

func newShop(l cluster.Lease) *shop {
	return &shop{
		id: l.Shop, lease: l, done: make(chan struct{}), up: make(map[message.ChannelType]bool), convs: make(map[ID]*conv),
		calls: make(map[string]bool),
	}
}

// close lets nothing new begin.
func (sh *shop) close() {
	if sh.closed {
		return
	}
	sh.closed = true
	close(sh.done)
	if sh.alarm != nil {
		sh.alarm.Stop()
	}
	for _, c := range sh.convs {
		if c.stepWait != nil {
			c.stepWait.Stop()
		}
		if c.sendWait != nil {
			c.sendWait.Stop()
		}
		if c.linger != nil {
			c.linger.Stop()
		}
	}
}

// conv returns the conversation, made when it had nothing to do so far.
func (sh *shop) conv(id ID) *conv {
	c := sh.convs[id]
	if c == nil {
		c = &conv{id: id, last: -1 << 62}
		sh.convs[id] = c
	}
	return c
}

// rest forgets a conversation that has nothing to do any more.
func (sh *shop) rest(c *conv) {
	if !c.stepping && !c.again && c.stepWait == nil && c.linger == nil && !c.sending && !c.stored && len(c.outbox) == 0 && c.sendWait == nil {
		delete(sh.convs, c.id)
	}
}

// calm ends the waiting after a failure to send.
func (c *conv) calm() {
	if c.sendFails > 0 && c.sendWait != nil && c.sendWait.Stop() {
		c.sendWait = nil
	}
	c.sendFails = 0
}

// queue is first in, first out.
type queue []*conv

func (q *queue) push(c *conv) { *q = append(*q, c) }

func (q *queue) pop() *conv {
	c := (*q)[0]
	(*q)[0] = nil
	*q = (*q)[1:]
	return c
}

// start begins the work on a shop. The caller holds s.mu.
func (s *Service) start(sh *shop) {
	s.spawn(sh, func(ctx context.Context) { s.adopt(ctx, sh) })
}

// adopt tells the store whose the shop is, for as long as it takes, and takes
// up what waits.
func (s *Service) adopt(ctx context.Context, sh *shop) {
	for n := 1; ; n++ {
		backlog, err := s.o.Store.Adopt(ctx, sh.lease)
		if err == nil {
			s.takeUp(sh, backlog)
			s.wakeTimers(ctx, sh)
			return
		}
		if errors.Is(err, ErrStale) {
			s.lost(sh)
			return
		}
		s.o.Log.Error("take over shop", "shop", sh.id, "err", err)
		if !sh.sleep(s.o.backoff(n)) {
			return
		}
	}
}

func (s *Service) takeUp(sh *shop, b Unfinished) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh.adopted = true
	for _, id := range b.Outbox {
		sh.conv(id).refill()
	}
	for _, id := range b.Inbox {
		sh.conv(id).again = true
	}
	s.reviewCalls(sh)
	for _, c := range sh.convs { // also those that woke up in the meantime
		s.step(sh, c)
		s.dispatch(sh, c)
	}
}

// sleep returns false when the shop was closed meanwhile.
func (sh *shop) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-sh.done:
		return false
	}
}
