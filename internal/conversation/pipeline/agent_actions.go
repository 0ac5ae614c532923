package pipeline

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"recado/internal/conversation"
	"recado/internal/conversation/stepper"
	"recado/internal/flow/engine"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Send queues a message in the order of its conversation and returns its present
// state: queued, or further when the key was used before. It returns ErrNotFound,
// ErrKeyReused, and errors that wrap message.ErrContent.
func (s *Service) Send(ctx context.Context, shop tenant.ShopID, r conversation.SendRequest) (conversation.Message, error) {
	if err := r.Content.Validate(); err != nil {
		return conversation.Message{}, err
	}
	l, err := s.target(ctx, shop, r.Conversation, r.To, r.Channel)
	if err != nil {
		return conversation.Message{}, err
	}
	id := messageID(shop, r.Key)
	if m, err := s.sentBefore(ctx, shop, l, id, r); !errors.Is(err, conversation.ErrNotFound) {
		return m, err
	}
	err = s.commitManual(ctx, shop, l.Conversation.ID, func(b conversation.InboxBatch) (conversation.Commit, error) {
		v := b.Conversation
		return conversation.Commit{
			Run: v.Run, Paused: v.Paused, Handoff: v.Handoff,
			Sends: []conversation.Send{{MessageID: id, To: b.Contact.Peer, Quoted: r.Quoted, Content: r.Content, By: r.By}},
		}, nil
	})
	if err != nil {
		return conversation.Message{}, fmt.Errorf("send message: %w", err)
	}
	return s.sentBefore(ctx, shop, l, id, r)
}

// target returns the conversation of a request, opened when it names a peer.
func (s *Service) target(ctx context.Context, shop tenant.ShopID, id conversation.ID, to message.Peer, channel message.ChannelType) (conversation.ConversationWithContact, error) {
	if id != "" {
		return s.o.Store.Conversation(ctx, shop, id)
	}
	if channel == "" {
		var err error
		if channel, err = s.o.Channel(ctx, shop); err != nil {
			return conversation.ConversationWithContact{}, err
		}
	}
	return s.o.Store.Open(ctx, shop, channel, to, s.o.Now())
}

// messageID is the same for the same key; without a key it is random.
func messageID(shop tenant.ShopID, key string) string {
	if key == "" {
		key = rand.Text()
	}
	return engine.MessageID("rest|" + string(shop) + "|" + key)
}

// sentBefore returns the message with that id, or ErrNotFound. It returns
// ErrKeyReused when r asks for another message.
func (s *Service) sentBefore(ctx context.Context, shop tenant.ShopID, l conversation.ConversationWithContact, id string, r conversation.SendRequest) (conversation.Message, error) {
	item, m, err := s.sent(ctx, shop, l.Conversation.Channel, id)
	if err != nil {
		return conversation.Message{}, err
	}
	before, err := json.Marshal(item.Out.Content)
	if err != nil {
		return conversation.Message{}, fmt.Errorf("compare message: %w", err)
	}
	now, err := json.Marshal(r.Content)
	if err != nil {
		return conversation.Message{}, fmt.Errorf("compare message: %w", err)
	}
	if item.Conversation != l.Conversation.ID || item.Out.Quoted != r.Quoted || !bytes.Equal(before, now) {
		return conversation.Message{}, conversation.ErrKeyReused
	}
	return m, nil
}

// Pause keeps the flow silent in a conversation until Resume, and recalls its
// queued messages. ErrNotFound.
func (s *Service) Pause(ctx context.Context, shop tenant.ShopID, id conversation.ID, by string) (conversation.ConversationWithContact, error) {
	return s.sendCommand(ctx, shop, id, &engine.Command{Do: engine.PauseBot, By: by})
}

// Resume gives a conversation back to its flow. ErrNotFound.
func (s *Service) Resume(ctx context.Context, shop tenant.ShopID, id conversation.ID, by string) (conversation.ConversationWithContact, error) {
	return s.sendCommand(ctx, shop, id, &engine.Command{Do: engine.Resume, By: by})
}

func (s *Service) sendCommand(ctx context.Context, shop tenant.ShopID, id conversation.ID, in *engine.Command) (conversation.ConversationWithContact, error) {
	err := s.stepManual(ctx, shop, id, func(st *stepper.Stepper, _ conversation.InboxBatch) { st.Step(in) })
	if err != nil {
		return conversation.ConversationWithContact{}, fmt.Errorf("%s conversation: %w", in.Do, err)
	}
	return s.o.Store.Conversation(ctx, shop, id)
}

// stepManual commits the steps that a person or a program asks for.
func (s *Service) stepManual(ctx context.Context, shop tenant.ShopID, id conversation.ID, step func(*stepper.Stepper, conversation.InboxBatch)) error {
	return s.commitManual(ctx, shop, id, func(b conversation.InboxBatch) (conversation.Commit, error) {
		st, err := s.runner.stepper(ctx, b)
		if err != nil {
			return conversation.Commit{}, err
		}
		step(st, b)
		return st.Finish()
	})
}

// commitManual commits an act of a person, which any node may do: on a conflict
// the loser reads and computes again.
func (s *Service) commitManual(ctx context.Context, shop tenant.ShopID, id conversation.ID, decide func(conversation.InboxBatch) (conversation.Commit, error)) error {
	const attempts = 20
	for range attempts {
		b, err := s.o.Store.Next(ctx, shop, id, 0)
		if err != nil {
			return err
		}
		c, err := decide(b)
		if err != nil {
			return err
		}
		c.Shop, c.Conversation, c.Rev, c.Epoch, c.At = shop, id, b.Conversation.Rev, 0, s.o.Now()
		doubtful, err := s.committer.commit(ctx, b, c)
		if doubtful {
			s.runner.doubt(shop, id)
		}
		if !errors.Is(err, conversation.ErrConflict) {
			s.wakeOwner(ctx, shop, id)
			return err
		}
	}
	return conversation.ErrConflict
}

// MarkRead says that a person of the shop has read the conversation. ErrNotFound.
func (s *Service) MarkRead(ctx context.Context, shop tenant.ShopID, id conversation.ID) (conversation.ConversationWithContact, error) {
	if err := s.o.Store.MarkRead(ctx, shop, id); err != nil {
		return conversation.ConversationWithContact{}, err
	}
	l, err := s.o.Store.Conversation(ctx, shop, id)
	if err != nil {
		return conversation.ConversationWithContact{}, err
	}
	s.publisher.conversation(ctx, shop, l)
	return l, nil
}
