package pipeline

import (
	"context"
	"fmt"
	"time"

	"recado/internal/conversation"
	"recado/internal/message"
)

// dispatcher sends the outbox to the channel: strictly in order within a
// conversation, several conversations of a shop at once.
type dispatcher struct {
	o        *Options
	owners   *owners
	relays   *relayBatcher
	outcomes *outcomeBatcher
}

// add queues the messages of a commit. The caller holds owners.mu.
func (d *dispatcher) add(sh *ownedShop, c conversation.Commit, result conversation.CommitResult) {
	v := sh.conversation(c.Conversation)
	v.send.typing = c.Typing
	if !sh.adopted {
		v.send.refill()
	}
	v.send.recall(result.Recalled)
	v.send.add(result.Queued, v.step.doubts > 0)
	d.enqueue(sh, v)
	sh.evictIfIdle(v)
}

// merge moves the outboxes of conversations that ceased to exist to c: all of it
// is read from the store, in its order. The caller holds owners.mu.
func (d *dispatcher) merge(sh *ownedShop, c *activeConversation, gone []conversation.ID) {
	c.send.reset()
	for _, id := range gone {
		if g := sh.active[id]; g != nil {
			g.send.queue, g.send.inStore = nil, false
		}
	}
	d.enqueue(sh, c)
}

// enqueue gives a conversation with messages to a worker, unless it has one, or
// waits. The caller holds owners.mu.
func (d *dispatcher) enqueue(sh *ownedShop, c *activeConversation) {
	if c.send.running || c.send.pause != nil || !sh.adopted || sh.closed || c.send.empty() && c.send.typing == nil {
		return
	}
	if len(c.send.queue) > 0 && !sh.up[c.send.queue[0].Out.Channel] || len(sh.up) == 0 {
		return // until ChannelReady
	}
	c.send.running = true
	sh.sends.push(c)
	if sh.sends.workers < d.o.Sends && d.owners.spawn(sh, func(ctx context.Context) { d.work(ctx, sh) }) {
		sh.sends.workers++
	}
}

// work sends one message of each conversation in turn, until there is none.
func (d *dispatcher) work(ctx context.Context, sh *ownedShop) {
	for {
		d.owners.mu.Lock()
		c := sh.sends.next(d.owners.stopping(sh))
		d.owners.mu.Unlock()
		if c == nil {
			return
		}
		wait := d.sendNext(ctx, sh, c)
		d.owners.mu.Lock()
		c.send.running = false
		c.closeIfIdle()
		if wait > 0 {
			d.pause(sh, c, wait)
		}
		d.enqueue(sh, c)
		sh.evictIfIdle(c)
		d.owners.mu.Unlock()
	}
}

// pause keeps a conversation from being sent to for wait. The caller holds owners.mu.
func (d *dispatcher) pause(sh *ownedShop, c *activeConversation, wait time.Duration) {
	if sh.closed {
		return
	}
	c.send.pause = time.AfterFunc(wait, func() {
		d.owners.mu.Lock()
		defer d.owners.mu.Unlock()
		c.send.pause = nil
		d.enqueue(sh, c)
		sh.evictIfIdle(c)
	})
}

// sendNext sends a conversation's oldest message and returns how long to wait
// before the next attempt.
func (d *dispatcher) sendNext(ctx context.Context, sh *ownedShop, c *activeConversation) (wait time.Duration) {
	item, ok, err := d.oldest(ctx, sh, c)
	if err != nil {
		d.o.Log.Error("read outbox", "shop", sh.id, "conversation", c.id, "err", err)
		return d.backoff(c)
	}
	if !ok {
		d.typeInDelay(ctx, sh, c)
		return 0
	}
	d.typeBefore(ctx, sh, c, item)
	now := d.o.Now()
	if wait := item.NotBefore.Sub(now); wait > 0 {
		return wait
	}
	if now.Sub(item.QueuedAt) > d.o.GiveUpAfter {
		d.complete(sh, c, item, message.Failed, "expired")
		return 0
	}
	if d.o.Crash(CrashSending) != nil || sh.leaseLost() {
		return time.Hour
	}
	err = d.send(ctx, item.Out)
	if d.o.Crash(CrashSent) != nil {
		return time.Hour
	}
	if err == nil {
		d.complete(sh, c, item, message.Sent, "")
		return 0
	}
	e := message.AsSendError(err)
	d.o.Log.Warn("send message", "shop", sh.id, "conversation", c.id, "code", e.Code, "retry", e.Retry, "err", err)
	if !e.Retry {
		d.complete(sh, c, item, message.Failed, e.Code)
		return 0
	}
	return max(e.After, d.backoff(c))
}

// oldest returns the conversation's oldest message, which stays until complete.
// The store is read when memory has none.
func (d *dispatcher) oldest(ctx context.Context, sh *ownedShop, c *activeConversation) (conversation.OutboxItem, bool, error) {
	d.owners.mu.Lock()
	if len(c.send.queue) > 0 || !c.send.inStore {
		defer d.owners.mu.Unlock()
		item, ok := c.send.sendable(sh)
		return item, ok, nil
	}
	refills, last := c.send.refills, c.send.last
	d.owners.mu.Unlock()

	if err := d.relays.flush(ctx, sh.id); err != nil {
		return conversation.OutboxItem{}, false, err
	}
	items, err := d.o.Store.Ready(ctx, sh.id, c.id, last, maxOutbox)
	if err != nil {
		return conversation.OutboxItem{}, false, err
	}
	d.owners.mu.Lock()
	defer d.owners.mu.Unlock()
	if c.send.last != last { // merged with another meanwhile: read again
		return conversation.OutboxItem{}, false, nil
	}
	c.send.refilled(items, refills)
	item, ok := c.send.sendable(sh)
	return item, ok, nil
}

func (d *dispatcher) send(ctx context.Context, out message.Out) (err error) {
	defer func() {
		if p := recover(); p != nil { // one message must neither end the program nor be tried for ever
			err = &message.SendError{Code: "internal", Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, d.o.SendTimeout)
	defer cancel()
	_, err = d.o.Sender.Send(ctx, out)
	return err
}

// backoff counts a failure and returns the wait before the next attempt.
func (d *dispatcher) backoff(c *activeConversation) time.Duration {
	d.owners.mu.Lock()
	defer d.owners.mu.Unlock()
	c.send.fails++
	return d.o.backoff(c.send.fails)
}

// complete takes an item out of memory and has its outcome stored.
func (d *dispatcher) complete(sh *ownedShop, c *activeConversation, item conversation.OutboxItem, status message.Status, code string) {
	d.owners.mu.Lock()
	c.send.fails = 0
	c.send.remove(item.Out.ID)
	d.owners.mu.Unlock()
	d.outcomes.add(sh, item, conversation.Outcome{
		Conversation: item.Conversation, Ord: item.Ord, MessageID: item.Out.ID, Status: status, Code: code, At: d.o.Now(),
	})
}

// typeBefore shows that item is being typed, once, if it has to wait for its time.
func (d *dispatcher) typeBefore(ctx context.Context, sh *ownedShop, c *activeConversation, item conversation.OutboxItem) {
	if !item.Typing {
		return
	}
	d.owners.mu.Lock()
	again := c.send.typingFor == item.Out.ID
	c.send.typingFor = item.Out.ID
	d.owners.mu.Unlock()
	if !again {
		d.showTyping(ctx, sh, c, conversation.TypingIndicator{Channel: item.Out.Channel, To: item.Out.To, Until: item.NotBefore})
	}
}

// typeInDelay shows the indicator of a flow's delay, once everything before it was sent.
func (d *dispatcher) typeInDelay(ctx context.Context, sh *ownedShop, c *activeConversation) {
	d.owners.mu.Lock()
	t := c.send.typing
	if t == nil || !c.send.empty() {
		d.owners.mu.Unlock()
		return
	}
	c.send.typing = nil
	d.owners.mu.Unlock()
	d.showTyping(ctx, sh, c, *t)
}

// showTyping asks the channel, for no longer than the indicator lasts.
func (d *dispatcher) showTyping(ctx context.Context, sh *ownedShop, c *activeConversation, t conversation.TypingIndicator) {
	notifier, ok := d.o.Sender.(TypingNotifier)
	left := t.Until.Sub(d.o.Now())
	if !ok || left <= 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	if err := notifier.Typing(ctx, sh.id, t.Channel, t.To); err != nil {
		d.o.Log.Debug("show typing", "shop", sh.id, "conversation", c.id, "err", err)
	}
}
