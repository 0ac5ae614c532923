package signalstore

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
	"recado/internal/signalstore/txn"
)

// chatStore implements store.ChatSettingsStore.
type chatStore struct{ *values }

const forever = -1 // muted until further notice; otherwise seconds, 0 = not muted

type chatSettings struct {
	mutedUntil       int64
	pinned, archived bool
}

func (c chatSettings) encode() []byte {
	return record.New(16).Int(c.mutedUntil).Flag(c.pinned).Flag(c.archived).Done()
}

func decodeChat(data []byte) (chatSettings, error) {
	r := record.Open(data)
	return chatSettings{mutedUntil: r.Int(), pinned: r.Flag(), archived: r.Flag()}, r.Err()
}

func (s *chatStore) update(ctx context.Context, chat types.JID, change func(c *chatSettings)) error {
	return s.Update(ctx, func(t *txn.Txn) error {
		ref := s.ref(kv.KindChat, chat.String())
		old, found, err := get(ctx, s.values, t, ref, decodeChat)
		c := old
		change(&c)
		if err == nil && (!found || c != old) {
			t.PutLater(ref, c.encode())
		}
		return err
	})
}

// PutMutedUntil stores until when a chat is muted; the zero time is not at all.
func (s *chatStore) PutMutedUntil(ctx context.Context, chat types.JID, mutedUntil time.Time) error {
	return s.update(ctx, chat, func(c *chatSettings) {
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

func (s *chatStore) PutPinned(ctx context.Context, chat types.JID, pinned bool) error {
	return s.update(ctx, chat, func(c *chatSettings) { c.pinned = pinned })
}

func (s *chatStore) PutArchived(ctx context.Context, chat types.JID, archived bool) error {
	return s.update(ctx, chat, func(c *chatSettings) { c.archived = archived })
}

func (s *chatStore) GetChatSettings(ctx context.Context, chat types.JID) (types.LocalChatSettings, error) {
	c, found, err := get(ctx, s.values, nil, s.ref(kv.KindChat, chat.String()), decodeChat)
	settings := types.LocalChatSettings{Found: found, Pinned: c.pinned, Archived: c.archived}
	switch {
	case c.mutedUntil == forever:
		settings.MutedUntil = store.MutedForever
	case c.mutedUntil > 0:
		settings.MutedUntil = time.Unix(c.mutedUntil, 0)
	}
	return settings, err
}
