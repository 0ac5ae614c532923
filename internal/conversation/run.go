package conversation

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// wake says that a conversation has something new in its inbox. When w is not
// nil and the conversation was at rest, w is all there is: it need not be read.
func (s *Service) wake(sh *shop, id ID, w *InboxBatch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := sh.conv(id)
	if c.stepping || c.again || c.linger != nil || !sh.adopted {
		w = nil
	}
	c.again, c.fresh = true, w
	s.step(sh, c)
}

// step gives a conversation with new items to a runner, unless it has one. The
// caller holds s.mu.
func (s *Service) step(sh *shop, c *conv) {
	if c.stepping || !c.again || c.stepWait != nil || !sh.adopted || sh.closed {
		return
	}
	c.stepping, c.again = true, false
	if c.linger != nil { // what has come may end the wait, or prolong it
		c.linger.Stop()
		c.linger = nil
	}
	sh.toStep.push(c)
	if sh.stepping < s.o.Steps && s.spawn(sh, func(ctx context.Context) { s.runner(ctx, sh) }) {
		sh.stepping++
	}
}

// runner steps conversations until there are none.
func (s *Service) runner(ctx context.Context, sh *shop) {
	for {
		s.mu.Lock()
		if len(sh.toStep) == 0 || s.with == nil || sh.closed {
			sh.stepping--
			s.mu.Unlock()
			return
		}
		c := sh.toStep.pop()
		fresh := c.fresh
		c.fresh = nil
		s.mu.Unlock()
		more, err := s.advance(ctx, sh, c, fresh)
		s.stepped(sh, c, more, err)
	}
}

// stepped decides what becomes of a conversation after a step.
func (s *Service) stepped(sh *shop, c *conv, more bool, err error) {
	if errors.Is(err, ErrStale) {
		s.lost(sh)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.stepping = false
	c.settle()
	c.again = c.again || more
	if err == nil {
		c.stepFails = 0
		s.step(sh, c)
		sh.rest(c)
		return
	}
	s.o.Log.Error("step conversation", "shop", sh.id, "conversation", c.id, "failures", c.stepFails+1, "err", err)
	s.stepLater(sh, c)
}

// stepLater has a conversation stepped after a back-off. The caller holds s.mu.
func (s *Service) stepLater(sh *shop, c *conv) {
	c.stepFails++
	c.again, c.fresh = true, nil
	if c.stepWait != nil || sh.closed {
		return
	}
	c.stepWait = time.AfterFunc(s.o.backoff(c.stepFails), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		c.stepWait = nil
		s.step(sh, c)
	})
}

// lostCommit makes good that a commit turned out not to be stored: what it decided
// is forgotten, and decided again under the same ids.
func (s *Service) lostCommit(sh *shop, id ID, err error) {
	s.o.Log.Error("commit was lost", "shop", sh.id, "conversation", id, "err", err)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := sh.conv(id)
	c.outbox, c.last = nil, -1<<62
	c.refill()
	s.stepLater(sh, c)
}

// advance makes one unit of work: it reads a conversation and its oldest new
// items, unless it is given them, steps the flow and commits. more says that it
// is not done yet.
func (s *Service) advance(ctx context.Context, sh *shop, v *conv, fresh *InboxBatch) (more bool, err error) {
	defer func() {
		if p := recover(); p != nil { // of a store or a flow, not of an item: those are caught one by one
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	var w InboxBatch
	id := v.id
	if fresh != nil {
		w = *fresh
	} else if w, err = s.look(ctx, sh, v); errors.Is(err, ErrNotFound) {
		return false, nil // merged into another, which was woken
	} else if err != nil {
		return false, err
	}
	if len(w.Items) == 0 {
		return false, nil
	}
	c, rest, wait, err := s.decide(ctx, sh, v, w)
	if err != nil {
		return false, err
	}
	if wait > 0 && len(c.Done)+len(c.Failed) == 0 {
		s.lingerFor(sh, v, wait)
		return false, nil
	}
	c.Epoch = sh.lease.Epoch
	if s.o.OneLog && len(c.Calls) == 0 { // a web service is not asked for what the disk may still lose
		c.Lost = func(err error) { s.lostCommit(sh, id, err) }
	}
	if err := s.o.Crash(CrashComputed); err != nil {
		return false, errCrash
	}
	switch err := s.commit(ctx, w, c); {
	case errors.Is(err, errCrash):
		return false, nil
	case errors.Is(err, ErrConflict):
		return true, nil
	case errors.Is(err, ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	}
	s.waited(v)
	return rest || w.More, nil
}

// decide makes a commit of the items of w. wait is how long those that are left
// have to wait for more, if that is why they are left.
func (s *Service) decide(ctx context.Context, sh *shop, v *conv, w InboxBatch) (c Commit, rest bool, wait time.Duration, err error) {
	d, err := s.begin(ctx, w)
	if err != nil {
		return Commit{}, false, 0, err
	}
	rest, _ = d.consume(w.Items, func(p pause) bool {
		wait = s.left(sh, v, p, w.Conversation.Channel, d.env.Now)
		return wait <= 0
	})
	for _, dead := range d.commit.Failed {
		s.o.Log.Error("item put aside", "shop", w.Conversation.Shop, "conversation", w.Conversation.ID, "item", dead.N, "err", dead.Reason)
	}
	c, err = d.finish()
	return c, rest, wait, err
}

// begin looks up what a decision on w needs.
func (s *Service) begin(ctx context.Context, w InboxBatch) (*decision, error) {
	defs, err := s.o.Flows.Defs(ctx, w.Conversation.Shop)
	if err != nil {
		return nil, fmt.Errorf("read flows: %w", err)
	}
	about, err := s.o.Shop(ctx, w.Conversation.Shop)
	if err != nil {
		return nil, fmt.Errorf("read shop: %w", err)
	}
	d, err := begin(w, defs, about, s.o.Now())
	if err != nil {
		s.o.Log.Error("conversation starts anew", "shop", w.Conversation.Shop, "err", err)
	}
	d.calls = s.o.Caller != nil
	d.limits = limits{Breath: s.o.Breath, Album: s.o.Album, Offline: s.o.Offline}
	return d, nil
}

// errCrash ends a piece of work that a test has killed.
var errCrash = errors.New("killed")

// commit stores what was decided, announces it and hands it on.
func (s *Service) commit(ctx context.Context, w InboxBatch, c Commit) error {
	lock := s.commits.of(c.Conversation)
	lock.Lock()
	defer lock.Unlock()
	if err := s.relays.room(ctx, c.Shop); err != nil {
		return err
	}
	done, err := s.o.Store.Commit(ctx, c)
	switch {
	case errors.Is(err, ErrConflict), errors.Is(err, ErrStale), errors.Is(err, ErrNotFound):
		return err
	case err != nil: // it may have happened all the same
		s.doubtOf(c)
		return err
	}
	if s.o.Crash(CrashCommitted) != nil {
		return errCrash
	}
	if done.Unrelayed {
		if err := s.relays.add(ctx, w, c, done); err != nil {
			s.doubtOf(c)
			return err
		}
	} else {
		s.announceCommit(ctx, w, c, done) // before what it sends can be announced as sent
	}
	if s.o.Crash(CrashRelayed) != nil {
		return errCrash
	}
	s.handOn(c, done)
	return nil
}

// handOn gives what was committed to the dispatcher and the timers.
func (s *Service) handOn(c Commit, done CommitResult) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shops[c.Shop]
	if sh == nil {
		return // the owner finds it in the store
	}
	for _, t := range c.Timers {
		if !t.Cancel {
			s.setAlarm(sh, t.Due)
		}
	}
	if len(c.Calls) > 0 {
		for i := range c.Calls {
			c.Calls[i].Conversation = c.Conversation
		}
		s.callOut(sh, c.Calls)
	}
	if len(c.Sends) == 0 && !c.Recall && c.Typing == nil {
		return
	}
	v := sh.conv(c.Conversation)
	v.typing = c.Typing
	if !sh.adopted {
		v.refill()
	}
	v.recall(done.Recalled)
	v.queue(done.Queued)
	s.dispatch(sh, v)
	sh.rest(v)
}

func (s *Service) announceCommit(ctx context.Context, w InboxBatch, c Commit, done CommitResult) {
	for _, m := range done.Recalled {
		s.publish(ctx, c.Shop, EventMessage, m.Event())
	}
	for _, item := range done.Queued {
		s.publish(ctx, c.Shop, EventMessage, item.message("queued", "").Event())
	}
	contact := w.Contact
	for _, p := range c.Contact {
		contact = contact.Apply(p)
	}
	was, is := w.Conversation, done.Conversation
	if len(done.Queued) > 0 || len(c.Contact) > 0 || was.Paused != is.Paused || !sameAttention(was.Handoff, is.Handoff) {
		s.publish(ctx, c.Shop, EventConversation, ConversationWithContact{done.Conversation, contact}.Event())
	}
}

func sameAttention(a, b *HandoffRequest) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
