package pipeline

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/message"
)

// Receive stores a message that arrived and wakes its conversation. It returns
// nil only when the message is durable or will never be wanted: WhatsApp may then
// be acknowledged. The same message may come again.
func (s *Service) Receive(ctx context.Context, m message.In) error {
	if m.Chat.Group != "" {
		wanted, err := s.groupIsWanted(ctx, m)
		if err != nil || !wanted {
			return err
		}
	}
	if m.FromMe { // the store has to distinguish our own messages from the phone's
		if err := s.relays.flush(ctx, m.Shop); err != nil {
			return fmt.Errorf("receive message: %w", err)
		}
	}
	a, ticket, err := s.appendAsync(ctx, m)
	if errors.Is(err, message.ErrContent) { // no address: no later attempt will find one
		s.o.Log.Error("message dropped", "shop", m.Shop, "kind", m.Kind(), "err", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("receive message: %w", err)
	}
	if err := s.o.Crash(CrashAppended); err != nil {
		return err
	}
	if !a.Fresh {
		s.wakeStored(a.Conversation)
		return nil
	}
	for _, id := range a.Merged {
		s.publisher.publish(ctx, m.Shop, conversation.EventMerged, conversation.MergedEvent{ID: id, Into: a.Conversation.ID})
	}
	s.publisher.message(ctx, m.Shop, a.Message)
	s.publisher.conversation(ctx, m.Shop, conversation.ConversationWithContact{Conversation: a.Conversation, Contact: a.Contact})
	idle := s.wakeArrived(m, a) // last, so that the answer is published after the question
	if err := waitDurable(ctx, ticket, idle); err != nil {
		return fmt.Errorf("receive message: %w", err)
	}
	return nil
}

// groupIsWanted reports whether a flow of the shop may answer a group's message.
// Others are not even stored: groups write more than all customers together.
func (s *Service) groupIsWanted(ctx context.Context, m message.In) (bool, error) {
	defs, err := s.o.Flows.Defs(ctx, m.Shop)
	if err != nil {
		return false, fmt.Errorf("receive group message: %w", err)
	}
	for _, f := range defs.Flows() {
		switch f.Settings.Groups {
		case flow.AllGroups:
			return true, nil
		case flow.MentionOnly:
			if m.Content.Mentioned {
				return true, nil
			}
		default:
		}
	}
	return false, nil
}

// wakeArrived wakes the conversation of a message that is stored. The returned
// channel closes when the conversation has nothing more to write for now; it is
// nil when this node does not own the shop.
func (s *Service) wakeArrived(m message.In, a conversation.AppendResult) <-chan struct{} {
	batch := &conversation.InboxBatch{
		Conversation: a.Conversation, Contact: a.Contact, Items: []conversation.InboxItem{{N: a.Message.N, In: &m}},
	}
	s.owners.mu.Lock()
	sh := s.owners.shops[m.Shop]
	if sh == nil {
		s.owners.mu.Unlock()
		return nil
	}
	c := sh.conversation(a.Conversation.ID)
	sh.noteArrival(c, m.Offline, s.o.Now())
	if len(a.Merged) > 0 {
		batch = nil // the others' items come before
		s.dispatcher.merge(sh, c, a.Merged)
	}
	idle := c.waiters.add()
	s.owners.mu.Unlock()
	s.runner.wake(sh, c.id, batch)
	return idle
}

// wakeStored wakes a conversation in which a message waits that was stored
// before: a process that was killed may have stored it after this one asked what waits.
func (s *Service) wakeStored(v conversation.Conversation) {
	if sh := s.owners.of(v.Shop); sh != nil && v.ID != "" {
		s.runner.wake(sh, v.ID, nil)
	}
}

// Update records delivery receipts of our messages, a moment later.
func (s *Service) Update(_ context.Context, u message.Update) error {
	s.receipts.add(u)
	return nil
}

func (s *Service) appendAsync(ctx context.Context, m message.In) (conversation.AppendResult, conversation.Ticket, error) {
	if store, ok := s.o.Store.(conversation.AsyncAppender); ok && s.o.OneLog {
		return store.AppendAsync(ctx, m)
	}
	a, err := s.o.Store.Append(ctx, m)
	return a, nil, err
}

// waitDurable returns when the ticket's message is durable. idle closes when the
// conversation has nothing to write that could become durable together with it.
func waitDurable(ctx context.Context, t conversation.Ticket, idle <-chan struct{}) error {
	if t == nil {
		return nil
	}
	select {
	case err := <-t.Stored():
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-idle:
	}
	if err := t.Flush(ctx); err != nil {
		return err
	}
	select {
	case err := <-t.Stored():
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waiters are the calls of Receive that wait until a conversation is idle.
// owners.mu guards them.
type waiters []chan struct{}

// add returns a channel that closes with closeIfIdle.
func (w *waiters) add() <-chan struct{} {
	idle := make(chan struct{})
	*w = append(*w, idle)
	return idle
}

// closeIfIdle closes all waiters unless c is being sent to. It is called when c
// has been stepped, and when a message of it was sent.
func (c *activeConversation) closeIfIdle() {
	if c.send.running {
		return
	}
	for _, idle := range c.waiters {
		close(idle)
	}
	c.waiters = nil
}
