package conversation

import (
	"context"
	"errors"
	"sync"

	"recado/internal/tenant"

	"golang.org/x/sync/errgroup"
)

// relays has the store carry out what commits decided, many at a time. A commit is
// durable without, and what it sends goes out at once; what reads the store's other
// records asks for flush before. People hear of a commit when it has been relayed,
// so that what they then read has it, too.
type relays struct {
	s *Service

	mu    sync.Mutex
	shops map[tenant.ShopID]*unrelayed
}

// unrelayed is what waits of one shop.
type unrelayed struct {
	commits []committed
	busy    chan struct{} // holds one while they are relayed: what was committed first is announced first
	behind  bool          // so many could not be relayed that no more are wanted
}

// committed is a commit that the store has to relay, with what is announced then.
type committed struct {
	work   InboxBatch
	commit Commit
	done   CommitResult
}

// maxRelay is the number of commits of a shop that does not wait for more.
const maxRelay = 64

func (t *relays) init(s *Service) { t.s, t.shops = s, make(map[tenant.ShopID]*unrelayed) }

// of returns what waits of a shop. The caller holds t.mu.
func (t *relays) of(shop tenant.ShopID) *unrelayed {
	u := t.shops[shop]
	if u == nil {
		u = &unrelayed{busy: make(chan struct{}, 1)}
		t.shops[shop] = u
	}
	return u
}

// room returns when another commit of a shop may wait: many that do are relayed
// first. While that fails nothing more is decided, and what arrives stays in the inbox.
func (t *relays) room(ctx context.Context, shop tenant.ShopID) error {
	t.mu.Lock()
	u := t.shops[shop]
	full := u != nil && (u.behind || len(u.commits) >= maxRelay)
	t.mu.Unlock()
	if !full {
		return nil
	}
	return t.flush(ctx, shop)
}

// add takes a commit, and relays it before it returns unless it can wait.
func (t *relays) add(ctx context.Context, w InboxBatch, c Commit, done CommitResult) error {
	w.Items, w.Conversation.Run, done.Conversation.Run, c.Run, c.Trace = nil, nil, nil, nil, nil // nobody is told of them
	t.mu.Lock()
	u := t.of(c.Shop)
	u.commits = append(u.commits, committed{w, c, done})
	t.mu.Unlock()
	if !waits(c) {
		return t.flush(ctx, c.Shop)
	}
	t.s.settler.poke()
	return nil
}

// waits reports whether nobody misses what c decided for a moment: it is the shop's
// owner who commits, and neither the flow's next step nor a web call nor a person
// who takes over depends on it.
func waits(c Commit) bool {
	return c.Epoch != 0 && !c.Recall && len(c.Calls) == 0 && len(c.Contact) == 0 && len(c.Failed) == 0
}

// flush relays what waits of a shop, and returns when the store has all of it.
func (t *relays) flush(ctx context.Context, shop tenant.ShopID) error {
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
	if err := t.s.o.Store.Relay(ctx, shop, conversationsOf(batch)...); err != nil {
		t.mu.Lock()
		u.commits = append(batch, u.commits...)
		u.behind = len(u.commits) >= maxRelay
		t.mu.Unlock()
		t.s.settler.poke()
		return err
	}
	t.mu.Lock()
	u.behind = false
	t.mu.Unlock()
	for _, b := range batch { // whoever asked for it may have gone meanwhile; the others have not
		t.s.announceCommit(context.WithoutCancel(ctx), b.work, b.commit, b.done)
	}
	return nil
}

func conversationsOf(batch []committed) []ID {
	var ids []ID
	seen := make(map[ID]bool, len(batch))
	for _, b := range batch {
		if id := b.commit.Conversation; !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// flushAll relays everything that waits; false when something still does.
func (t *relays) flushAll(ctx context.Context) bool {
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
				t.s.o.Log.Error("relay commits", "shop", shop, "err", failed[i])
			}
			return nil
		})
	}
	_ = g.Wait() // each says for itself
	return errors.Join(failed...) == nil
}

// maxFlush is how many shops' batches are stored side by side.
const maxFlush = 8

func (t *relays) some() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, u := range t.shops {
		if len(u.commits) > 0 {
			return true
		}
	}
	return false
}
