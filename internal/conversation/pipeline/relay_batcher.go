package pipeline

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"recado/internal/conversation"
	"recado/internal/tenant"
)

// relayBatcher has the store relay commits, many at a time. A commit is durable
// before that, and its messages are sent at once; readers of the store's other
// records call flush first. A commit is published once it is relayed, so that
// the store has everything an event speaks of.
type relayBatcher struct {
	o         *Options
	publisher publisher
	poke      func()

	mu    sync.Mutex
	shops map[tenant.ShopID]*unrelayed
}

// unrelayed is the commits of a shop that wait.
type unrelayed struct {
	commits []committed
	busy    chan struct{} // holds one while they are relayed, so that commits are published in their order
	behind  bool          // so many could not be relayed that no more are taken
}

// maxRelay is the number of commits of a shop that does not wait for more.
const maxRelay = 64

func newRelayBatcher(o *Options, p publisher, poke func()) *relayBatcher {
	return &relayBatcher{o: o, publisher: p, poke: poke, shops: make(map[tenant.ShopID]*unrelayed)}
}

// of returns what waits of a shop. The caller holds t.mu.
func (t *relayBatcher) of(shop tenant.ShopID) *unrelayed {
	u := t.shops[shop]
	if u == nil {
		u = &unrelayed{busy: make(chan struct{}, 1)}
		t.shops[shop] = u
	}
	return u
}

// waitForRoom returns when another commit of a shop may wait: when many do, they
// are relayed first. While that fails nothing more is decided, and messages stay in the inbox.
func (t *relayBatcher) waitForRoom(ctx context.Context, shop tenant.ShopID) error {
	t.mu.Lock()
	u := t.shops[shop]
	full := u != nil && (u.behind || len(u.commits) >= maxRelay)
	t.mu.Unlock()
	if !full {
		return nil
	}
	return t.flush(ctx, shop)
}

// add takes a commit, and relays it before it returns unless that can be deferred.
func (t *relayBatcher) add(ctx context.Context, b conversation.InboxBatch, c conversation.Commit, result conversation.CommitResult) error {
	deferred := canDefer(c)
	b.Items, b.Conversation.Run, result.Conversation.Run, c.Run, c.Trace = nil, nil, nil, nil, nil // no event has them
	t.mu.Lock()
	u := t.of(c.Shop)
	u.commits = append(u.commits, committed{b, c, result})
	t.mu.Unlock()
	if !deferred {
		return t.flush(ctx, c.Shop)
	}
	t.poke()
	return nil
}

// canDefer reports whether the relay of c may be delayed: it is the owner's, and
// neither the flow's next step nor a web call nor a person depends on it.
func canDefer(c conversation.Commit) bool {
	return c.Epoch != 0 && !c.Recall && len(c.Calls) == 0 && len(c.Contact) == 0 && len(c.Failed) == 0
}

// flush relays what waits of a shop, and returns when the store has all of it.
func (t *relayBatcher) flush(ctx context.Context, shop tenant.ShopID) error {
	t.mu.Lock()
	u := t.of(shop)
	t.mu.Unlock()
	select {
	case u.busy <- struct{}{}:
		defer func() { <-u.busy }()
	case <-ctx.Done():
		return ctx.Err()
	}
	t.mu.Lock()
	batch := u.commits
	u.commits = nil
	t.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	err := t.o.Store.Relay(ctx, shop, conversationsOf(batch)...)
	t.mu.Lock()
	if err != nil {
		u.commits = append(batch, u.commits...)
	}
	u.behind = err != nil && len(u.commits) >= maxRelay
	t.mu.Unlock()
	if err != nil {
		t.poke()
		return err
	}
	for _, d := range batch { // also when the caller has gone: the subscribers have not
		t.publisher.commit(context.WithoutCancel(ctx), d)
	}
	return nil
}

func conversationsOf(batch []committed) []conversation.ID {
	var ids []conversation.ID
	seen := make(map[conversation.ID]bool, len(batch))
	for _, d := range batch {
		if id := d.commit.Conversation; !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// maxFlush is how many shops' batches are stored side by side.
const maxFlush = 8

// flushAll relays everything that waits; false when something still does.
func (t *relayBatcher) flushAll(ctx context.Context) bool {
	t.mu.Lock()
	var shops []tenant.ShopID
	for shop, u := range t.shops {
		if len(u.commits) > 0 {
			shops = append(shops, shop)
		}
	}
	t.mu.Unlock()
	var g errgroup.Group
	g.SetLimit(maxFlush)
	failed := make([]error, len(shops))
	for i, shop := range shops {
		g.Go(func() error {
			if failed[i] = t.flush(ctx, shop); failed[i] != nil {
				t.o.Log.Error("relay commits", "shop", shop, "err", failed[i])
			}
			return nil
		})
	}
	_ = g.Wait() // the errors are in failed
	return errors.Join(failed...) == nil
}

func (t *relayBatcher) waiting() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, u := range t.shops {
		if len(u.commits) > 0 {
			return true
		}
	}
	return false
}
