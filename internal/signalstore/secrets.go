package signalstore

import (
	"context"
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
)

// Every message brings a secret, needed again if somebody votes in it, edits it or reacts to it. They are kept by periods
// of four weeks, this one and the last, so that old ones can be dropped without being looked at.
const (
	secretPeriod  = 28 * 24 * time.Hour
	secretPeriods = 2
)

func (s *stores) secretPeriod() int64 { return s.now().Unix() / int64(secretPeriod/time.Second) }

func (s *stores) secretRef(period int64, chat, sender types.JID, id types.MessageID) kv.Ref {
	name := chat.String() + "|" + sender.String() + "|" + id
	return kv.Ref{Kind: kv.KindSecret, Field: bucket(period) + s.name(kv.KindSecret, name)}
}

// bucket is the beginning of the fields of a period or day.
func bucket(n int64) string { return strconv.FormatInt(n, 10) + ":" }

// PutMessageSecrets stores the secrets of many messages.
func (s *stores) PutMessageSecrets(ctx context.Context, inserts []store.MessageSecretInsert) error {
	none := func(store.MessageSecretInsert) []kv.Ref { return nil }
	return putMany(ctx, s, inserts, none, func(u *unit, m store.MessageSecretInsert) error {
		sender := m.Sender.ToNonAD()
		record := newRecord(64 + len(m.Secret)).bytes(m.Secret).jid(sender).buf
		u.putOnceLater(s.secretRef(s.secretPeriod(), m.Chat.ToNonAD(), sender, m.ID), record)
		return nil
	})
}

// PutMessageSecret stores the secret of a message; the first one stays.
func (s *stores) PutMessageSecret(ctx context.Context, chat, sender types.JID, id types.MessageID, secret []byte) error {
	return s.PutMessageSecrets(ctx, []store.MessageSecretInsert{{Chat: chat, Sender: sender, ID: id, Secret: secret}})
}

// GetMessageSecret returns the secret of a message and who it was stored for: chat and sender are looked up under both
// their names.
func (s *stores) GetMessageSecret(ctx context.Context, chat, sender types.JID, id types.MessageID) ([]byte, types.JID, error) {
	chats, err := s.names(ctx, chat.ToNonAD())
	if err != nil {
		return nil, types.EmptyJID, err
	}
	senders, err := s.names(ctx, sender.ToNonAD())
	if err != nil {
		return nil, types.EmptyJID, err
	}
	var refs []kv.Ref
	for age := range int64(secretPeriods) {
		for _, c := range chats {
			for _, from := range senders {
				refs = append(refs, s.secretRef(s.secretPeriod()-age, c, from, id))
			}
		}
	}
	items, err := s.getMany(ctx, nil, refs)
	if err != nil {
		return nil, types.EmptyJID, err
	}
	for _, it := range items {
		if it.data != nil {
			r := openRecord(it.data)
			secret, realSender := r.bytes(), r.jid()
			return secret, realSender, s.outcome("read message secret", r.err)
		}
	}
	return nil, types.EmptyJID, nil
}

// dropOldSecrets drops the periods before the last; a device that slept for years has a few more than it looks for, and
// they are dropped when it is.
func (s *stores) dropOldSecrets(u *unit) {
	const lookBack = 14 // periods, a year
	for age := int64(secretPeriods); age < lookBack; age++ {
		u.drop(kv.Range{Kind: kv.KindSecret, Prefix: bucket(s.secretPeriod() - age)})
	}
}
