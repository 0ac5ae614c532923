package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"recado/internal/bus"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// committer stores commits, publishes them, and hands messages, timers and web
// calls on to the parts that carry them out.
type committer struct {
	o          *Options
	owners     *owners
	relays     *relayBatcher
	publisher  publisher
	dispatcher *dispatcher
	caller     *caller
	timers     *timers
	locks      stripedLocks // a conversation's commits reach the dispatcher in their order
}

// errCrash ends a piece of work that a test has killed.
var errCrash = errors.New("killed")

// commit stores c, decided on what b has of the conversation. doubtful says that
// c may have been applied although there is an error.
func (m *committer) commit(ctx context.Context, b conversation.InboxBatch, c conversation.Commit) (doubtful bool, err error) {
	lock := m.locks.of(c.Conversation)
	lock.Lock()
	defer lock.Unlock()
	if err := m.relays.waitForRoom(ctx, c.Shop); err != nil {
		return false, err
	}
	result, err := m.o.Store.Commit(ctx, c)
	switch {
	case errors.Is(err, conversation.ErrConflict), errors.Is(err, conversation.ErrStale), errors.Is(err, conversation.ErrNotFound):
		return false, err
	case err != nil:
		return true, err
	}
	if m.o.Crash(CrashCommitted) != nil {
		return false, errCrash
	}
	if result.Unrelayed {
		if err := m.relays.add(ctx, b, c, result); err != nil {
			return true, err
		}
	} else {
		m.publisher.commit(ctx, committed{b, c, result}) // before its messages can be published as sent
	}
	if m.o.Crash(CrashRelayed) != nil {
		return false, errCrash
	}
	m.handOn(c, result)
	return false, nil
}

// handOn gives what was committed to the dispatcher, the timers and the caller.
func (m *committer) handOn(c conversation.Commit, result conversation.CommitResult) {
	m.owners.mu.Lock()
	defer m.owners.mu.Unlock()
	sh := m.owners.shops[c.Shop]
	if sh == nil {
		return // the owner finds it in the store
	}
	for _, t := range c.Timers {
		if !t.Cancel {
			m.timers.set(sh, t.Due)
		}
	}
	if len(c.Calls) > 0 {
		for i := range c.Calls {
			c.Calls[i].Conversation = c.Conversation
		}
		m.caller.enqueue(sh, c.Calls)
	}
	if len(c.Sends) > 0 || c.Recall || c.Typing != nil {
		m.dispatcher.add(sh, c, result)
	}
}

// stripedLocks are locks by conversation. One lock per conversation would need a
// map that grows; two conversations that share one merely wait for each other.
type stripedLocks [512]sync.Mutex

func (s *stripedLocks) of(id conversation.ID) *sync.Mutex {
	h := uint32(2166136261) // FNV-1a, without the allocation of hash/fnv
	for i := range len(id) {
		h = (h ^ uint32(id[i])) * 16777619
	}
	return &s[h%uint32(len(s))]
}

// publisher publishes changes that are stored. A subscriber that misses an event
// reads the store.
type publisher struct {
	bus bus.Bus
	log *slog.Logger
}

// payload is the data of an event, to which the shop is added.
type payload interface{ ForShop(shop tenant.ShopID) any }

func (p publisher) publish(ctx context.Context, shop tenant.ShopID, name string, data payload) {
	e, err := bus.NewEvent(shop, name, data.ForShop(shop))
	if err == nil {
		err = p.bus.Publish(ctx, e)
	}
	if err != nil {
		p.log.Warn("publish event", "shop", shop, "event", name, "err", err)
	}
}

func (p publisher) message(ctx context.Context, shop tenant.ShopID, m conversation.Message) {
	p.publish(ctx, shop, conversation.EventMessage, m.Event())
}

func (p publisher) conversation(ctx context.Context, shop tenant.ShopID, l conversation.ConversationWithContact) {
	p.publish(ctx, shop, conversation.EventConversation, l.Event())
}

// committed is a commit with what it was decided on and what became of it.
type committed struct {
	batch  conversation.InboxBatch
	commit conversation.Commit
	result conversation.CommitResult
}

// commit publishes the messages of a commit, and the conversation when its line
// in the inbox has changed.
func (p publisher) commit(ctx context.Context, d committed) {
	shop := d.commit.Shop
	for _, m := range d.result.Recalled {
		p.message(ctx, shop, m)
	}
	for _, item := range d.result.Queued {
		p.message(ctx, shop, item.Message(message.Queued, ""))
	}
	contact := d.batch.Contact
	for _, patch := range d.commit.Contact {
		contact = contact.Apply(patch)
	}
	was, is := d.batch.Conversation, d.result.Conversation
	if len(d.result.Queued) > 0 || len(d.commit.Contact) > 0 || was.Paused != is.Paused || !sameHandoff(was.Handoff, is.Handoff) {
		p.conversation(ctx, shop, conversation.ConversationWithContact{Conversation: is, Contact: contact})
	}
}

func sameHandoff(a, b *conversation.HandoffRequest) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
