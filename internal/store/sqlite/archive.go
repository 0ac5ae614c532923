package sqlite

import (
	"context"
	"fmt"
	"math"
	"time"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

// Open implements conversation.Archive.
func (r *conversationStore) Open(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, peer message.Peer, now time.Time) (l conversation.ConversationWithContact, err error) {
	err = r.write(ctx, "open conversation", func(ctx context.Context, tx *native.Conn) error {
		c, _, err := recognize(ctx, tx, shop, peer, "", millis(now))
		if err != nil {
			return err
		}
		if err := openConversation(ctx, tx, c, channel, millis(now)); err != nil {
			return err
		}
		l.Contact = c
		l.Conversation, err = scanConversation(tx.QueryRowContext(ctx, `SELECT `+conversationColumns+` FROM conversations
			WHERE shop = ? AND contact = ? AND channel = ?`, shop, c.ID, channel))
		return err
	})
	return l, err
}

// Conversation implements conversation.Archive.
func (r *conversationStore) Conversation(ctx context.Context, shop tenant.ShopID, id conversation.ID) (conversation.ConversationWithContact, error) {
	return r.load(ctx, shop, id)
}

// Conversations implements conversation.Archive.
func (r *conversationStore) Conversations(ctx context.Context, shop tenant.ShopID, p conversation.Page) ([]conversation.ConversationWithContact, error) {
	before := int64(math.MaxInt64)
	if !p.Before.IsZero() {
		before = millis(p.Before)
	}
	rows, err := r.d.reader().QueryContext(ctx, `SELECT `+conversationColumns+`, `+contactColumns+` FROM conversations
		JOIN contacts c ON c.shop = conversations.shop AND c.id = conversations.contact
		WHERE conversations.shop = ? AND last_at > 0 AND (last_at, conversations.id) < (?, ?)
		ORDER BY last_at DESC, conversations.id DESC LIMIT ?`, shop, before, p.BeforeID, p.Limit)
	return collect(rows, err, scanListed)
}

// Messages implements conversation.Archive.
func (r *conversationStore) Messages(ctx context.Context, shop tenant.ShopID, id conversation.ID, before int64, limit int) ([]conversation.Message, error) {
	if _, err := r.load(ctx, shop, id); err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	rows, err := r.d.reader().QueryContext(ctx, `SELECT `+messageColumns+` FROM messages
		WHERE shop = ? AND conv = ? AND n < ? AND dir IN ('in', 'out') ORDER BY n DESC LIMIT ?`, shop, id, before, limit)
	return collect(rows, err, func(s scanner) (conversation.Message, error) {
		m, err := scanRow(shop)(s)
		return m.message(), err
	})
}

// MarkRead implements conversation.Archive.
func (r *conversationStore) MarkRead(ctx context.Context, shop tenant.ShopID, id conversation.ID) error {
	return r.exec(ctx, "mark conversation read", conversation.ErrNotFound, `UPDATE conversations SET unread = 0 WHERE shop = ? AND id = ?`, shop, id)
}

var _ conversation.Store = (*Records)(nil)
