package sqlite

import (
	"context"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

// conversationColumns have no table alias: RETURNING of an UPDATE does not know it.
const conversationColumns = `conversations.shop, conversations.id, conversations.channel, conversations.contact, conversations.rev,
	conversations.run, conversations.paused, conversations.attention, conversations.unread, conversations.window_until,
	conversations.last_id, conversations.last_dir, conversations.last_kind, conversations.last_text, conversations.last_at,
	conversations.created_at`

func conversationInto(v *conversation.Conversation) []any {
	return []any{
		&v.Shop, &v.ID, &v.Channel, &v.Contact, &v.Rev, (*[]byte)(&v.Run), &v.Paused,
		jsonInto[conversation.HandoffRequest]{&v.Handoff},
		&v.Unread,
		timeInto{&v.WindowUntil},
		&v.Last.ID, &v.Last.Direction, &v.Last.Kind, &v.Last.Text,
		timeInto{&v.Last.At},
		timeInto{&v.CreatedAt},
	}
}

func scanConversation(s scanner) (v conversation.Conversation, err error) {
	return v, or(s.Scan(conversationInto(&v)...), conversation.ErrNotFound)
}

func scanListed(s scanner) (l conversation.ConversationWithContact, err error) {
	dest, finish := contactInto(&l.Contact)
	if err := s.Scan(append(conversationInto(&l.Conversation), dest...)...); err != nil {
		return l, or(err, conversation.ErrNotFound)
	}
	return l, finish()
}

const insertConversation = `INSERT INTO conversations (shop, id, channel, contact, rev, top, run, paused, attention, unread,
	window_until, last_id, last_dir, last_kind, last_text, last_at, created_at)
	VALUES (?1, ?2, ?3, ?4, 0, 0, NULL, 0, '', 0, 0, '', '', '', '', 0, ?5)
	ON CONFLICT (shop, contact, channel) DO NOTHING`

func openConversation(ctx context.Context, tx *native.Conn, c contact.Contact, channel message.ChannelType, now int64) error {
	_, err := tx.ExecContext(ctx, insertConversation, c.Shop, conversation.IDOf(c.Shop, channel, c.ID), channel, c.ID, now)
	return err
}

const selectListed = `SELECT ` + conversationColumns + `, ` + contactColumns + ` FROM conversations
	JOIN contacts c ON c.shop = conversations.shop AND c.id = conversations.contact
	WHERE conversations.shop = ? AND conversations.id = ?`

// load reads a conversation and its contact, or ErrNotFound.
func (r *conversationStore) load(ctx context.Context, shop tenant.ShopID, id conversation.ID) (conversation.ConversationWithContact, error) {
	return scanListed(r.prepared[selectListed].QueryRowContext(ctx, shop, id))
}

// hotReads are the reads that happen for every message.
var hotReads = []string{selectListed, selectShop}
