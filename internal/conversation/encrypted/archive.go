package encrypted

import (
	"context"
	"time"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Open implements conversation.Archive.
func (s *Store) Open(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, peer message.Peer, now time.Time) (conversation.ConversationWithContact, error) {
	b, err := s.sealCodec(ctx, shop)
	if err != nil {
		return conversation.ConversationWithContact{}, err
	}
	hidden := b.sealPeer(peer)
	if b.err != nil {
		return conversation.ConversationWithContact{}, b.err
	}
	l, err := s.inner.Open(ctx, shop, channel, hidden, now)
	if err != nil {
		return conversation.ConversationWithContact{}, err
	}
	l = b.openWithContact(l)
	return l, b.err
}

// Conversation implements conversation.Archive.
func (s *Store) Conversation(ctx context.Context, shop tenant.ShopID, id conversation.ID) (conversation.ConversationWithContact, error) {
	l, err := s.inner.Conversation(ctx, shop, id)
	if err != nil {
		return conversation.ConversationWithContact{}, err
	}
	b, err := s.openCodec(ctx, shop)
	if err != nil {
		return conversation.ConversationWithContact{}, err
	}
	l = b.openWithContact(l)
	return l, b.err
}

// Conversations implements conversation.Archive.
func (s *Store) Conversations(ctx context.Context, shop tenant.ShopID, p conversation.Page) ([]conversation.ConversationWithContact, error) {
	list, err := s.inner.Conversations(ctx, shop, p)
	return openAll(ctx, s, shop, list, err, (*codec).openWithContact)
}

// Messages implements conversation.Archive.
func (s *Store) Messages(ctx context.Context, shop tenant.ShopID, id conversation.ID, before int64, limit int) ([]conversation.Message, error) {
	list, err := s.inner.Messages(ctx, shop, id, before, limit)
	return openAll(ctx, s, shop, list, err, (*codec).openMessage)
}

// MarkRead implements conversation.Archive.
func (s *Store) MarkRead(ctx context.Context, shop tenant.ShopID, id conversation.ID) error {
	return s.inner.MarkRead(ctx, shop, id)
}
