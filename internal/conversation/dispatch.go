package conversation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"recado/internal/message"
)

// refill says that the store has messages that memory has not.
func (c *conv) refill() {
	c.stored = true
	c.refills++
}

// queue adds committed items. When there are too many, or the store has some
// that come before, they are read from the store when their turn comes.
func (c *conv) queue(items []OutboxItem) {
	for _, item := range items {
		if c.stored || c.doubts > 0 || len(c.outbox) >= maxOutbox {
			c.refill()
			return
		}
		c.outbox = append(c.outbox, item)
		c.last = item.Ord
	}
}

// recall takes back what has not left.
func (c *conv) recall(dropped []Message) {
	if len(dropped) == 0 {
		return
	}
	c.outbox = slices.DeleteFunc(c.outbox, func(i OutboxItem) bool {
		return slices.ContainsFunc(dropped, func(m Message) bool { return m.ID == i.Out.ID })
	})
}

// dispatch gives a conversation with messages to a sender, unless it has one,
// or waits. The caller holds s.mu.
func (s *Service) dispatch(sh *shop, c *conv) {
	if c.sending || c.sendWait != nil || !sh.adopted || sh.closed || len(c.outbox) == 0 && !c.stored && c.typing == nil {
		return
	}
	if len(c.outbox) > 0 && !sh.up[c.outbox[0].Out.Channel] || len(sh.up) == 0 {
		return // ChannelReady comes back
	}
	c.sending = true
	sh.toSend.push(c)
	if sh.sending < s.o.Sends && s.spawn(sh, func(ctx context.Context) { s.sender(ctx, sh) }) {
		sh.sending++
	}
}

// sender sends one message of each conversation in turn, until there is none.
func (s *Service) sender(ctx context.Context, sh *shop) {
	for {
		s.mu.Lock()
		if len(sh.toSend) == 0 || s.with == nil || sh.closed {
			sh.sending--
			s.mu.Unlock()
			return
		}
		c := sh.toSend.pop()
		s.mu.Unlock()
		wait := s.sendFirst(ctx, sh, c)
		s.mu.Lock()
		c.sending = false
		c.settle()
		if wait > 0 {
			s.wait(sh, c, wait)
		}
		s.dispatch(sh, c)
		sh.rest(c)
		s.mu.Unlock()
	}
}

// wait keeps a conversation from being sent to for d. The caller holds s.mu.
func (s *Service) wait(sh *shop, c *conv, d time.Duration) {
	if sh.closed {
		return
	}
	c.sendWait = time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		c.sendWait = nil
		s.dispatch(sh, c)
		sh.rest(c)
	})
}

// sendFirst sends a conversation's oldest message and returns how long to wait
// before the next attempt.
func (s *Service) sendFirst(ctx context.Context, sh *shop, c *conv) (wait time.Duration) {
	item, ok, err := s.firstItem(ctx, sh, c)
	if err != nil {
		s.o.Log.Error("read outbox", "shop", sh.id, "conversation", c.id, "err", err)
		return s.failed(c)
	}
	if !ok {
		s.typeInDelay(ctx, sh, c)
		return 0
	}
	s.typeBefore(ctx, sh, c, item)
	now := s.o.Now()
	if wait := item.NotBefore.Sub(now); wait > 0 {
		return wait
	}
	if now.Sub(item.QueuedAt) > s.o.GiveUpAfter {
		s.settle(sh, c, item, message.Failed, "expired")
		return 0
	}
	if wait := s.o.Pacer.Pause(item, now); wait > 0 {
		return wait
	}
	if s.o.Crash(CrashSending) != nil || leaseLost(sh) {
		return time.Hour
	}
	_, err = s.send(ctx, item.Out)
	if s.o.Crash(CrashSent) != nil {
		return time.Hour
	}
	return s.sent(sh, c, item, err)
}

func leaseLost(sh *shop) bool {
	select {
	case <-sh.lease.Lost:
		return true
	default:
		return false
	}
}

// firstItem returns the oldest message, reading the store when memory has none.
// It stays first until it is settled.
func (s *Service) firstItem(ctx context.Context, sh *shop, c *conv) (OutboxItem, bool, error) {
	s.mu.Lock()
	if len(c.outbox) > 0 || !c.stored {
		defer s.mu.Unlock()
		if len(c.outbox) == 0 || !sh.up[c.outbox[0].Out.Channel] {
			return OutboxItem{}, false, nil
		}
		return c.outbox[0], true, nil
	}
	refills, last := c.refills, c.last
	s.mu.Unlock()

	if err := s.relays.flush(ctx, sh.id); err != nil {
		return OutboxItem{}, false, err
	}
	items, err := s.o.Store.Ready(ctx, sh.id, c.id, last, maxOutbox)
	if err != nil {
		return OutboxItem{}, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.last != last { // it was merged with another meanwhile: read again
		return OutboxItem{}, false, nil
	}
	c.outbox = append(c.outbox, items...)
	if len(items) > 0 {
		c.last = items[len(items)-1].Ord
	}
	if len(items) < maxOutbox && c.refills == refills {
		c.stored = false
	}
	if len(c.outbox) == 0 || !sh.up[c.outbox[0].Out.Channel] {
		return OutboxItem{}, false, nil
	}
	return c.outbox[0], true, nil
}

func (s *Service) send(ctx context.Context, out message.Out) (r message.Receipt, err error) {
	defer func() {
		if p := recover(); p != nil { // one message must not end the program, nor be tried for ever
			err = &message.SendError{Code: "internal", Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, s.o.SendTimeout)
	defer cancel()
	return s.o.Sender.Send(ctx, out)
}

// sent decides what the outcome of an attempt means.
func (s *Service) sent(sh *shop, c *conv, item OutboxItem, err error) (wait time.Duration) {
	if err == nil {
		s.settle(sh, c, item, message.Sent, "")
		return 0
	}
	e := message.AsSendError(err)
	s.o.Log.Warn("send message", "shop", sh.id, "conversation", c.id, "code", e.Code, "retry", e.Retry, "err", err)
	if !e.Retry {
		s.settle(sh, c, item, message.Failed, e.Code)
		return 0
	}
	return max(e.After, s.failed(c))
}

// failed counts a failure and returns the back-off.
func (s *Service) failed(c *conv) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.sendFails++
	return s.o.backoff(c.sendFails)
}

// settle takes an item out of memory and has its outcome stored.
func (s *Service) settle(sh *shop, c *conv, item OutboxItem, status message.Status, code string) {
	s.mu.Lock()
	c.sendFails = 0
	c.outbox = slices.DeleteFunc(c.outbox, func(i OutboxItem) bool { return i.Out.ID == item.Out.ID })
	s.mu.Unlock()
	s.settler.add(sh, item, Outcome{
		Conversation: item.Conversation, Ord: item.Ord, MessageID: item.Out.ID, Status: status, Code: code, At: s.o.Now(),
	})
}
