package conversation

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"recado/internal/contact"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/message"
	"recado/internal/tenant"
)

// EventRequest is an event of the shop's other programs: an order was paid.
type EventRequest struct {
	Conversation ID                  // whom it is about; or
	To           message.Peer        // whom
	Channel      message.ChannelType // with To; empty: the shop's
	Name         string              // the shop's own word, without a colon
	Data         map[string]any      // JSON values
	Key          string              // idempotency: the same key again is the same event
}

// Errors of what starts flows.
var (
	ErrNoSuchFlow = errors.New("the shop has published no such flow")
	ErrNoSuchNode = errors.New("the flow has no such node")
)

// ReceiveEvent tells a conversation's flow of an event, once it is stored. ErrNotFound.
func (s *Service) ReceiveEvent(ctx context.Context, shop tenant.ShopID, h EventRequest) (ConversationWithContact, error) {
	l, err := s.target(ctx, shop, SendRequest{Conversation: h.Conversation, To: h.To, Channel: h.Channel})
	if err != nil {
		return ConversationWithContact{}, err
	}
	key := h.Key
	if key == "" {
		key = rand.Text()
	}
	if err := s.push(ctx, shop, l.Conversation.ID, "event:"+key, &engine.ExternalEvent{Name: h.Name, Data: h.Data}); err != nil {
		return ConversationWithContact{}, fmt.Errorf("tell event: %w", err)
	}
	return l, nil
}

// StartFlow starts a flow in a conversation, in place of what is under way. An empty
// id is the shop's main flow, an empty node its start. ErrNotFound,
// ErrNoSuchFlow, ErrNoSuchNode.
func (s *Service) StartFlow(ctx context.Context, shop tenant.ShopID, id ID, f flow.ID, node flow.NodeID, by string) (ConversationWithContact, error) {
	if _, err := s.o.Store.Conversation(ctx, shop, id); err != nil {
		return ConversationWithContact{}, err
	}
	defs, err := s.o.Flows.Defs(ctx, shop)
	if err != nil {
		return ConversationWithContact{}, fmt.Errorf("start flow: %w", err)
	}
	if all := defs.Flows(); f == "" && len(all) > 0 {
		f = all[0].ID
	}
	def, ok := defs.Published(f)
	if !ok {
		return ConversationWithContact{}, ErrNoSuchFlow
	}
	if _, ok := def.Node(node); node != "" && !ok {
		return ConversationWithContact{}, ErrNoSuchNode
	}
	return s.order(ctx, shop, id, &engine.Command{Do: engine.StartFlow, By: by, Flow: f, Node: node})
}

// ChangeTags changes the tags of a conversation's contact. Flows that wait for one that
// is new are told. ErrNotFound.
func (s *Service) ChangeTags(ctx context.Context, shop tenant.ShopID, id ID, add, remove []string) (ConversationWithContact, error) {
	err := s.act(ctx, shop, id, func(w InboxBatch) (Commit, error) {
		d, err := s.begin(ctx, w)
		if err != nil {
			return Commit{}, err
		}
		patch := contact.Patch{Key: "tag:" + rand.Text(), AddTags: add, RemoveTags: remove}
		d.commit.Contact = append(d.commit.Contact, patch)
		had := w.Contact.Tags
		d.env.Contact.Tags = w.Contact.Apply(patch).Tags
		for _, t := range add {
			if !slices.Contains(had, t) && !slices.Contains(remove, t) {
				d.step(&engine.ExternalEvent{Name: "tag:" + t})
			}
		}
		return d.finish()
	})
	if err != nil {
		return ConversationWithContact{}, fmt.Errorf("tag contact: %w", err)
	}
	return s.o.Store.Conversation(ctx, shop, id)
}

// Retract takes the conversation out of a flow's version that was withdrawn,
// through its give_up. It does nothing to a conversation that is elsewhere.
func (s *Service) Retract(ctx context.Context, shop tenant.ShopID, id ID, f flow.ID, version int) error {
	err := s.act(ctx, shop, id, func(w InboxBatch) (Commit, error) {
		d, err := s.begin(ctx, w)
		if err != nil {
			return Commit{}, err
		}
		if runsIn(d.run, f, version) {
			d.step(&engine.Command{Do: engine.Retract})
		}
		return d.finish()
	})
	if err != nil {
		return fmt.Errorf("retract flow: %w", err)
	}
	return nil
}

func runsIn(r engine.Run, f flow.ID, version int) bool {
	return slices.ContainsFunc(r.Stack, func(fr engine.Frame) bool { return fr.Flow == f && fr.Version == version })
}
