package conversation

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/flow"
	"recado/internal/message"
)

// Receive stores a message that arrived and wakes its conversation. It returns
// nil only when the message is durable, or will never be wanted; WhatsApp may be
// told then. The same message may come again.
func (s *Service) Receive(ctx context.Context, m message.In) error {
	if m.Chat.Group != "" {
		wanted, err := s.wanted(ctx, m)
		if err != nil || !wanted {
			return err
		}
	}
	if m.FromMe { // the store has to know our own messages from the phone's
		if err := s.relays.flush(ctx, m.Shop); err != nil {
			return fmt.Errorf("receive message: %w", err)
		}
	}
	a, pending, err := s.appendIn(ctx, m)
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
		s.remind(a.Conversation)
		return nil
	}
	for _, id := range a.Merged {
		s.publish(ctx, m.Shop, EventMerged, MergedEvent{ID: id, Into: a.Conversation.ID})
	}
	s.publish(ctx, m.Shop, EventMessage, a.Message.Event())
	s.publish(ctx, m.Shop, EventConversation, ConversationWithContact{a.Conversation, a.Contact}.Event())
	settled := s.arrived(m, a) // last, so that the answer is announced after the question
	if err := durable(ctx, pending, settled); err != nil {
		return fmt.Errorf("receive message: %w", err)
	}
	return nil
}

// wanted reports whether any flow of the shop may answer what was written in a
// group. Nobody wants to keep what a thousand people say to each other.
func (s *Service) wanted(ctx context.Context, m message.In) (bool, error) {
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

// arrived wakes the conversation and lets go of those that it took in. What it
// returns closes when nothing is to be written for the message at once.
func (s *Service) arrived(m message.In, a AppendResult) <-chan struct{} {
	fresh := &InboxBatch{Conversation: a.Conversation, Contact: a.Contact, Items: []InboxItem{{N: a.Message.N, In: &m}}}
	s.mu.Lock()
	sh := s.shops[m.Shop]
	if sh != nil {
		sh.hear(sh.conv(a.Conversation.ID), m.Offline, s.o.Now())
	}
	if sh != nil && len(a.Merged) > 0 {
		fresh = nil
		c := sh.conv(a.Conversation.ID)
		// What the others had to send comes before: everything is read anew.
		c.outbox, c.last = nil, -1<<62
		c.refill()
		for _, gone := range a.Merged {
			if g := sh.convs[gone]; g != nil {
				g.outbox, g.stored = nil, false
			}
		}
		s.dispatch(sh, c)
	}
	var settled <-chan struct{}
	if sh != nil {
		settled = sh.conv(a.Conversation.ID).follow()
	}
	s.mu.Unlock()
	if sh != nil {
		s.wake(sh, a.Conversation.ID, fresh)
	}
	return settled
}

// remind wakes a conversation in which a message waits that was stored before,
// perhaps without this process having heard of it.
func (s *Service) remind(v Conversation) {
	s.mu.Lock()
	sh := s.shops[v.Shop]
	s.mu.Unlock()
	if sh != nil && v.ID != "" {
		s.wake(sh, v.ID, nil)
	}
}

// Update records what phones tell of our messages, a moment later; see ticks.
func (s *Service) Update(_ context.Context, u message.Update) error {
	s.ticks.add(u)
	return nil
}
