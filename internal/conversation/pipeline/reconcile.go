package pipeline

import (
	"context"
	"errors"

	"recado/internal/conversation"
	"recado/internal/tenant"
)

// A failed Commit may still have been applied: the store's answer was lost, or it
// could not be relayed. A commit of another node is known from its event only.
// In-memory state is stale until the conversation is re-read: Next, which relays
// first, then outbox, calls and timers. Until then further messages of the
// conversation are sent from the store, in its order.

// doubt has a conversation re-read, if this node owns the shop; otherwise its
// owner finds everything in the store.
func (r *runner) doubt(shop tenant.ShopID, id conversation.ID) {
	r.owners.mu.Lock()
	defer r.owners.mu.Unlock()
	sh := r.owners.shops[shop]
	if sh == nil || sh.closed {
		return
	}
	c := sh.conversation(id)
	c.step.doubts++
	c.step.pending, c.step.batch = true, nil
	r.enqueue(sh, c)
}

// readAndReconcile reads a conversation and its oldest new items and, when there
// are commits of unknown outcome, everything that they may have left.
func (r *runner) readAndReconcile(ctx context.Context, sh *ownedShop, c *activeConversation) (conversation.InboxBatch, error) {
	r.owners.mu.Lock()
	doubts := c.step.doubts
	r.owners.mu.Unlock()
	b, err := r.o.Store.Next(ctx, sh.id, c.id, r.o.Batch)
	if doubts == 0 || err != nil && !errors.Is(err, conversation.ErrNotFound) {
		return b, err
	}
	r.owners.mu.Lock()
	defer r.owners.mu.Unlock()
	if c.step.doubts == doubts {
		c.step.doubts = 0
	}
	c.send.refill()
	r.dispatcher.enqueue(sh, c)
	r.caller.review(sh)
	r.owners.spawn(sh, func(ctx context.Context) { r.timers.reload(ctx, sh) })
	return b, err
}

// onCommitLost handles a commit that turned out not to be stored: its messages
// are forgotten, and decided again under the same ids.
func (r *runner) onCommitLost(sh *ownedShop, id conversation.ID, err error) {
	r.o.Log.Error("commit was lost", "shop", sh.id, "conversation", id, "err", err)
	r.owners.mu.Lock()
	defer r.owners.mu.Unlock()
	c := sh.conversation(id)
	c.send.reset()
	r.retry(sh, c)
}
