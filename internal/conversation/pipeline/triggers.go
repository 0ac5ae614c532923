package pipeline

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/conversation/stepper"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/tenant"
)

// ReceiveEvent puts an event of another program into a conversation's inbox. ErrNotFound.
func (s *Service) ReceiveEvent(ctx context.Context, shop tenant.ShopID, r conversation.EventRequest) (conversation.ConversationWithContact, error) {
	l, err := s.target(ctx, shop, r.Conversation, r.To, r.Channel)
	if err != nil {
		return conversation.ConversationWithContact{}, err
	}
	key := r.Key
	if key == "" {
		key = rand.Text()
	}
	if err := s.push(ctx, shop, l.Conversation.ID, "event:"+key, &engine.ExternalEvent{Name: r.Name, Data: r.Data}); err != nil {
		return conversation.ConversationWithContact{}, fmt.Errorf("receive event: %w", err)
	}
	return l, nil
}

// push stores an input and wakes its conversation, on whichever node.
func (s *Service) push(ctx context.Context, shop tenant.ShopID, id conversation.ID, key string, in engine.Input) error {
	data, err := engine.EncodeInput(in)
	if err != nil {
		return err
	}
	p, err := s.o.Store.Push(ctx, shop, id, conversation.QueuedInput{Key: key, Input: data})
	if err != nil {
		return err
	}
	if sh := s.owners.of(shop); sh != nil {
		s.runner.wake(sh, p.Conversation, nil)
	}
	s.wakeOwner(ctx, shop, p.Conversation)
	return nil
}

// StartFlow starts a flow in a conversation, in place of the active one. An empty
// f is the shop's main flow, an empty node its start. ErrNotFound, ErrNoSuchFlow,
// ErrNoSuchNode.
func (s *Service) StartFlow(ctx context.Context, shop tenant.ShopID, id conversation.ID, f flow.ID, node flow.NodeID, by string) (conversation.ConversationWithContact, error) {
	if _, err := s.o.Store.Conversation(ctx, shop, id); err != nil {
		return conversation.ConversationWithContact{}, err
	}
	defs, err := s.o.Flows.Defs(ctx, shop)
	if err != nil {
		return conversation.ConversationWithContact{}, fmt.Errorf("start flow: %w", err)
	}
	if all := defs.Flows(); f == "" && len(all) > 0 {
		f = all[0].ID
	}
	def, ok := defs.Published(f)
	if !ok {
		return conversation.ConversationWithContact{}, conversation.ErrNoSuchFlow
	}
	if _, ok := def.Node(node); node != "" && !ok {
		return conversation.ConversationWithContact{}, conversation.ErrNoSuchNode
	}
	return s.sendCommand(ctx, shop, id, &engine.Command{Do: engine.StartFlow, By: by, Flow: f, Node: node})
}

// ChangeTags changes the tags of a conversation's contact. A tag that is new is an
// event for its flows. ErrNotFound.
func (s *Service) ChangeTags(ctx context.Context, shop tenant.ShopID, id conversation.ID, add, remove []string) (conversation.ConversationWithContact, error) {
	err := s.stepManual(ctx, shop, id, func(st *stepper.Stepper, b conversation.InboxBatch) {
		st.PatchContact(contact.Patch{Key: "tag:" + rand.Text(), AddTags: add, RemoveTags: remove})
		for _, t := range add {
			if !slices.Contains(b.Contact.Tags, t) && !slices.Contains(remove, t) {
				st.Step(&engine.ExternalEvent{Name: "tag:" + t})
			}
		}
	})
	if err != nil {
		return conversation.ConversationWithContact{}, fmt.Errorf("tag contact: %w", err)
	}
	return s.o.Store.Conversation(ctx, shop, id)
}

// Retract takes the conversation out of a flow's version that was withdrawn,
// through its give_up. It does nothing to a conversation that is elsewhere.
func (s *Service) Retract(ctx context.Context, shop tenant.ShopID, id conversation.ID, f flow.ID, version int) error {
	err := s.stepManual(ctx, shop, id, func(st *stepper.Stepper, _ conversation.InboxBatch) {
		if st.RunsIn(f, version) {
			st.Step(&engine.Command{Do: engine.Retract})
		}
	})
	if err != nil {
		return fmt.Errorf("retract flow: %w", err)
	}
	return nil
}
