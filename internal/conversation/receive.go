package conversation

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/flow"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Receive stores a message that arrived and wakes its conversation. It returns
// nil only when the message is durable, or will never be wanted; WhatsApp may be
// told then. The same message may come again.
func (s *Service) Receive(ctx context.Context, m message.In) error {
	if m.Chat.Group != "" {
		wanted, err := s.groups(ctx, m.Shop)
		if err != nil || !wanted {
			return err
		}
	}
	a, err := s.o.Store.Append(ctx, m)
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
		return nil
	}
	for _, id := range a.Merged {
		s.publish(ctx, m.Shop, EventMerged, MergedEvent{ID: id, Into: a.Conversation.ID})
	}
	s.publish(ctx, m.Shop, EventMessage, a.Message.Event())
	s.publish(ctx, m.Shop, EventConversation, Listed{a.Conversation, a.Contact}.Event())
	s.arrived(m, a) // last, so that the answer is announced after the question
	return nil
}

// groups reports whether any flow of the shop answers in groups. Nobody wants to
// keep what a thousand people say to each other.
func (s *Service) groups(ctx context.Context, shop tenant.ShopID) (bool, error) {
	defs, err := s.o.Flows.Defs(ctx, shop)
	if err != nil {
		return false, fmt.Errorf("receive group message: %w", err)
	}
	for _, f := range defs.Flows() {
		if f.Settings.Groups != "" && f.Settings.Groups != flow.IgnoreGroups {
			return true, nil
		}
	}
	return false, nil
}

// arrived wakes the conversation and lets go of those that it took in.
func (s *Service) arrived(m message.In, a Appended) {
	fresh := &Work{Conversation: a.Conversation, Contact: a.Contact, Items: []InboxItem{{N: a.Message.N, In: &m}}}
	s.mu.Lock()
	sh := s.shops[m.Shop]
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
	s.mu.Unlock()
	if sh != nil {
		s.wake(sh, a.Conversation.ID, fresh)
	}
}

// Update records what phones tell of our messages, a moment later; see ticks.
func (s *Service) Update(_ context.Context, u message.Update) error {
	s.ticks.add(u)
	return nil
}
