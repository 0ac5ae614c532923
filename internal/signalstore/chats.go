package signalstore

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
)

const forever = -1 // muted until further notice; otherwise seconds, 0 = not muted

type chatSettings struct {
	mutedUntil       int64
	pinned, archived bool
}

func (c chatSettings) encode() []byte {
	return newRecord(16).int(c.mutedUntil).flag(c.pinned).flag(c.archived).buf
}

func (s *stores) chatSettings(ctx context.Context, u *unit, chat types.JID) (c chatSettings, found bool, err error) {
	it, err := s.get(ctx, u, s.ref(kv.KindChat, chat.String()))
	if err != nil || it.data == nil {
		return c, false, err
	}
	r := openRecord(it.data)
	c = chatSettings{mutedUntil: r.int(), pinned: r.flag(), archived: r.flag()}
	return c, true, s.outcome("read chat settings", r.err)
}

func (s *stores) updateChat(ctx context.Context, chat types.JID, change func(c *chatSettings)) error {
	return s.atomically(ctx, func(u *unit) error {
		old, found, err := s.chatSettings(ctx, u, chat)
		c := old
		change(&c)
		if err == nil && (!found || c != old) {
			u.putLater(s.ref(kv.KindChat, chat.String()), c.encode())
		}
		return err
	})
}

// PutMutedUntil notes until when a chat is muted; the zero time is not at all.
func (s *stores) PutMutedUntil(ctx context.Context, chat types.JID, mutedUntil time.Time) error {
	return s.updateChat(ctx, chat, func(c *chatSettings) {
		switch {
		case mutedUntil.Equal(store.MutedForever):
			c.mutedUntil = forever
		case mutedUntil.IsZero():
			c.mutedUntil = 0
		default:
			c.mutedUntil = mutedUntil.Unix()
		}
	})
}

// PutPinned notes whether a chat is pinned.
func (s *stores) PutPinned(ctx context.Context, chat types.JID, pinned bool) error {
	return s.updateChat(ctx, chat, func(c *chatSettings) { c.pinned = pinned })
}

// PutArchived notes whether a chat is archived.
func (s *stores) PutArchived(ctx context.Context, chat types.JID, archived bool) error {
	return s.updateChat(ctx, chat, func(c *chatSettings) { c.archived = archived })
}

// GetChatSettings returns what is known of a chat.
func (s *stores) GetChatSettings(ctx context.Context, chat types.JID) (types.LocalChatSettings, error) {
	c, found, err := s.chatSettings(ctx, nil, chat)
	settings := types.LocalChatSettings{Found: found, Pinned: c.pinned, Archived: c.archived}
	switch {
	case c.mutedUntil == forever:
		settings.MutedUntil = store.MutedForever
	case c.mutedUntil > 0:
		settings.MutedUntil = time.Unix(c.mutedUntil, 0)
	}
	return settings, err
}
