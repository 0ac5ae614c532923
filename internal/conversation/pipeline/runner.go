package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recado/internal/conversation"
	"recado/internal/conversation/aggregate"
	"recado/internal/conversation/stepper"
)

// runner steps conversations whose inbox has new items: it reads a batch, lets a
// Stepper make a commit of it and gives that to the committer.
type runner struct {
	o          *Options
	owners     *owners
	committer  *committer
	dispatcher *dispatcher
	caller     *caller
	timers     *timers
}

// stepState is what the runner knows of a conversation.
type stepState struct {
	running bool
	pending bool                     // something new is in the inbox
	batch   *conversation.InboxBatch // all of it, when it need not be read
	doubts  int                      // commits of unknown outcome since the store was last read
	fails   int
	retry   *time.Timer
}

func (s *stepState) idle() bool { return !s.running && !s.pending && s.retry == nil }

// wake says that a conversation has something new in its inbox. When the
// conversation is idle and b is not nil, b is all of it: it need not be read.
func (r *runner) wake(sh *ownedShop, id conversation.ID, b *conversation.InboxBatch) {
	r.owners.mu.Lock()
	defer r.owners.mu.Unlock()
	c := sh.conversation(id)
	if c.step.running || c.step.pending || c.debounce.timer != nil || !sh.adopted {
		b = nil
	}
	c.step.pending, c.step.batch = true, b
	r.enqueue(sh, c)
}

// enqueue gives a conversation with new items to a worker, unless it has one. The
// caller holds owners.mu.
func (r *runner) enqueue(sh *ownedShop, c *activeConversation) {
	if c.step.running || !c.step.pending || c.step.retry != nil || !sh.adopted || sh.closed {
		return
	}
	c.step.running, c.step.pending = true, false
	c.debounce.stop() // the new item may end the wait, or prolong it
	sh.steps.push(c)
	if sh.steps.workers < r.o.Steps && r.owners.spawn(sh, func(ctx context.Context) { r.work(ctx, sh) }) {
		sh.steps.workers++
	}
}

// work steps conversations until there are none.
func (r *runner) work(ctx context.Context, sh *ownedShop) {
	for {
		r.owners.mu.Lock()
		c := sh.steps.next(r.owners.stopping(sh))
		if c == nil {
			r.owners.mu.Unlock()
			return
		}
		batch := c.step.batch
		c.step.batch = nil
		r.owners.mu.Unlock()
		more, err := r.advance(ctx, sh, c, batch)
		r.finish(sh, c, more, err)
	}
}

// finish ends a step of c: it is stepped again when it has more, later when the step failed.
func (r *runner) finish(sh *ownedShop, c *activeConversation, more bool, err error) {
	if errors.Is(err, conversation.ErrStale) {
		r.owners.drop(sh)
		return
	}
	r.owners.mu.Lock()
	defer r.owners.mu.Unlock()
	c.step.running = false
	c.closeIfIdle()
	c.step.pending = c.step.pending || more
	if err == nil {
		c.step.fails = 0
		r.enqueue(sh, c)
		sh.evictIfIdle(c)
		return
	}
	r.o.Log.Error("step conversation", "shop", sh.id, "conversation", c.id, "failures", c.step.fails+1, "err", err)
	r.retry(sh, c)
}

// retry steps a conversation after a back-off. The caller holds owners.mu.
func (r *runner) retry(sh *ownedShop, c *activeConversation) {
	c.step.fails++
	c.step.pending, c.step.batch = true, nil
	if c.step.retry != nil || sh.closed {
		return
	}
	c.step.retry = time.AfterFunc(r.o.backoff(c.step.fails), func() {
		r.owners.mu.Lock()
		defer r.owners.mu.Unlock()
		c.step.retry = nil
		r.enqueue(sh, c)
	})
}

// advance makes one unit of work: it reads a conversation's oldest new items,
// unless they come with it, steps the flow and commits. more says that some are left.
func (r *runner) advance(ctx context.Context, sh *ownedShop, c *activeConversation, batch *conversation.InboxBatch) (more bool, err error) {
	defer func() {
		if p := recover(); p != nil { // of a store or a flow; the Stepper catches those of single items
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if batch == nil {
		read, err := r.readAndReconcile(ctx, sh, c)
		if errors.Is(err, conversation.ErrNotFound) {
			return false, nil // merged into another, which was woken
		}
		if err != nil {
			return false, err
		}
		batch = &read
	}
	if len(batch.Items) == 0 {
		return false, nil
	}
	commit, rest, wait, err := r.decide(ctx, sh, c, *batch)
	if err != nil {
		return false, err
	}
	if wait > 0 && len(commit.Done)+len(commit.Failed) == 0 {
		r.startDebounce(sh, c, wait)
		return false, nil
	}
	if err := r.o.Crash(CrashComputed); err != nil {
		return false, errCrash
	}
	doubtful, err := r.committer.commit(ctx, *batch, commit)
	if doubtful {
		r.doubt(commit.Shop, commit.Conversation)
	}
	switch {
	case errors.Is(err, errCrash), errors.Is(err, conversation.ErrNotFound):
		return false, nil
	case errors.Is(err, conversation.ErrConflict):
		return true, nil
	case err != nil:
		return false, err
	}
	r.clearWait(c)
	return rest || batch.More, nil
}

// decide makes a commit of the batch. wait is how long the items that are left
// wait for more, when that is why they are left.
func (r *runner) decide(ctx context.Context, sh *ownedShop, c *activeConversation, b conversation.InboxBatch) (commit conversation.Commit, rest bool, wait time.Duration, err error) {
	st, err := r.stepper(ctx, b)
	if err != nil {
		return commit, false, 0, err
	}
	rest = st.Consume(func(w aggregate.Wait) bool {
		wait = r.remainingWait(sh, c, w, b.Conversation.Channel)
		return wait <= 0
	})
	if commit, err = st.Finish(); err != nil {
		return commit, rest, wait, err
	}
	for _, f := range commit.Failed {
		r.o.Log.Error("item put aside", "shop", sh.id, "conversation", c.id, "item", f.N, "err", f.Reason)
	}
	commit.Epoch = sh.lease.Epoch
	if r.o.OneLog && len(commit.Calls) == 0 { // a web service is not called for a commit that the disk may still lose
		commit.Lost = func(err error) { r.onCommitLost(sh, c.id, err) }
	}
	return commit, rest, wait, nil
}

// stepper reads the flows and the shop, and returns a Stepper of the batch.
func (r *runner) stepper(ctx context.Context, b conversation.InboxBatch) (*stepper.Stepper, error) {
	shop := b.Conversation.Shop
	defs, err := r.o.Flows.Defs(ctx, shop)
	if err != nil {
		return nil, fmt.Errorf("read flows: %w", err)
	}
	about, err := r.o.Shop(ctx, shop)
	if err != nil {
		return nil, fmt.Errorf("read shop: %w", err)
	}
	st, err := stepper.New(b, stepper.Options{
		Defs: defs, Shop: about, Now: r.o.Now(), CanCall: r.o.Caller != nil,
		Limits: aggregate.Limits{Debounce: r.o.Debounce, Album: r.o.Album, Offline: r.o.Offline},
	})
	if err != nil {
		r.o.Log.Error("conversation starts from the beginning", "shop", shop, "err", err)
	}
	return st, nil
}
