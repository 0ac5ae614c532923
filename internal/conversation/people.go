package conversation

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"recado/internal/flow/engine"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Errors of what people do.
var (
	ErrKeyReused = errors.New("the idempotency key was used with another message")
	ErrCursor    = errors.New("not a cursor of this list")
	ErrNoChannel = errors.New("the shop has no channel") // of Options.Channel
)

// SendRequest is a message that a person or a program sends.
type SendRequest struct {
	Conversation ID                  // where; or
	To           message.Peer        // to whom
	Channel      message.ChannelType // with To; empty: the shop's
	Quoted       string              // id of the message it answers
	Content      message.Content
	Key          string // idempotency: the same key and message again is the same message
	By           string // a user's or an API key's id
}

// Send queues a message in the order of its conversation and returns it as it
// is by now: queued, or further when the key was seen before. It returns
// ErrNotFound, ErrKeyReused, and what wraps message.ErrContent.
func (s *Service) Send(ctx context.Context, shop tenant.ShopID, r SendRequest) (Message, error) {
	if err := r.Content.Validate(); err != nil {
		return Message{}, err
	}
	l, err := s.target(ctx, shop, r)
	if err != nil {
		return Message{}, err
	}
	id := messageID(shop, r.Key)
	if m, err := s.known(ctx, shop, l, id, r); !errors.Is(err, ErrNotFound) {
		return m, err
	}
	err = s.act(ctx, shop, l.Conversation.ID, func(w InboxBatch) (Commit, error) {
		v := w.Conversation
		return Commit{
			Run: v.Run, Paused: v.Paused, Handoff: v.Handoff,
			Sends: []Send{{MessageID: id, To: w.Contact.Peer, Quoted: r.Quoted, Content: r.Content, By: r.By}},
		}, nil
	})
	if err != nil {
		return Message{}, fmt.Errorf("send message: %w", err)
	}
	return s.known(ctx, shop, l, id, r)
}

func (s *Service) target(ctx context.Context, shop tenant.ShopID, r SendRequest) (ConversationWithContact, error) {
	if r.Conversation != "" {
		return s.o.Store.Conversation(ctx, shop, r.Conversation)
	}
	channel := r.Channel
	if channel == "" {
		var err error
		if channel, err = s.o.Channel(ctx, shop); err != nil {
			return ConversationWithContact{}, err
		}
	}
	return s.o.Store.Open(ctx, shop, channel, r.To, s.o.Now())
}

// messageID is the same for the same key. Without one every message is another.
func messageID(shop tenant.ShopID, key string) string {
	if key == "" {
		key = rand.Text()
	}
	return engine.MessageID("rest|" + string(shop) + "|" + key)
}

// known returns the message that was sent under id, ErrNotFound when none was.
func (s *Service) known(ctx context.Context, shop tenant.ShopID, l ConversationWithContact, id string, r SendRequest) (Message, error) {
	item, m, err := s.sentBefore(ctx, shop, l.Conversation.Channel, id)
	if err != nil {
		return Message{}, err
	}
	before, err := json.Marshal(item.Out.Content)
	if err != nil {
		return Message{}, fmt.Errorf("compare message: %w", err)
	}
	now, err := json.Marshal(r.Content)
	if err != nil {
		return Message{}, fmt.Errorf("compare message: %w", err)
	}
	if item.Conversation != l.Conversation.ID || item.Out.Quoted != r.Quoted || !bytes.Equal(before, now) {
		return Message{}, ErrKeyReused
	}
	return m, nil
}

// Pause keeps the flow silent in a conversation until Resume, and takes back
// what it had queued. ErrNotFound.
func (s *Service) Pause(ctx context.Context, shop tenant.ShopID, id ID, by string) (ConversationWithContact, error) {
	return s.order(ctx, shop, id, &engine.Command{Do: engine.PauseBot, By: by})
}

// Resume gives a conversation back to its flow. ErrNotFound.
func (s *Service) Resume(ctx context.Context, shop tenant.ShopID, id ID, by string) (ConversationWithContact, error) {
	return s.order(ctx, shop, id, &engine.Command{Do: engine.Resume, By: by})
}

func (s *Service) order(ctx context.Context, shop tenant.ShopID, id ID, in *engine.Command) (ConversationWithContact, error) {
	err := s.act(ctx, shop, id, func(w InboxBatch) (Commit, error) {
		d, err := s.begin(ctx, w)
		if err != nil {
			return Commit{}, err
		}
		d.step(in)
		return d.finish()
	})
	if err != nil {
		return ConversationWithContact{}, fmt.Errorf("%s conversation: %w", in.Do, err)
	}
	return s.o.Store.Conversation(ctx, shop, id)
}

// act commits what a person does. Any node may do it: whoever else commits at
// the same moment notices and looks again.
func (s *Service) act(ctx context.Context, shop tenant.ShopID, id ID, do func(InboxBatch) (Commit, error)) error {
	const attempts = 20
	for range attempts {
		w, err := s.o.Store.Next(ctx, shop, id, 0)
		if err != nil {
			return err
		}
		c, err := do(w)
		if err != nil {
			return err
		}
		c.Shop, c.Conversation, c.Rev, c.Epoch, c.At = shop, id, w.Conversation.Rev, 0, s.o.Now()
		if err := s.commit(ctx, w, c); !errors.Is(err, ErrConflict) {
			s.wakeOwner(ctx, shop, id)
			return err
		}
	}
	return ErrConflict
}

// MarkRead says that the shop has looked. ErrNotFound.
func (s *Service) MarkRead(ctx context.Context, shop tenant.ShopID, id ID) (ConversationWithContact, error) {
	if err := s.o.Store.MarkRead(ctx, shop, id); err != nil {
		return ConversationWithContact{}, err
	}
	l, err := s.o.Store.Conversation(ctx, shop, id)
	if err != nil {
		return ConversationWithContact{}, err
	}
	s.publish(ctx, shop, EventConversation, l.Event())
	return l, nil
}

// SentMessage returns a message of ours by its WhatsApp id, for a phone that could not
// read it and asks again.
func (s *Service) SentMessage(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, id string) (message.Out, bool, error) {
	item, _, err := s.sentBefore(ctx, shop, channel, id)
	if errors.Is(err, ErrNotFound) {
		return message.Out{}, false, nil
	}
	return item.Out, err == nil, err
}

func (s *Service) sentBefore(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, id string) (OutboxItem, Message, error) {
	if err := s.relays.flush(ctx, shop); err != nil {
		return OutboxItem{}, Message{}, err
	}
	return s.o.Store.Sent(ctx, shop, channel, id)
}
