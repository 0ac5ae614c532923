package signalstore

import (
	"context"
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
	"recado/internal/signalstore/txn"
)

// secretStore implements store.MsgSecretStore. Every message brings a secret, needed again when a contact votes in it, edits
// it or reacts to it. They are kept by periods of four weeks, this one and the last, so that old ones can be dropped
// without being looked at.
type secretStore struct {
	*values
	lids *lidStore
}

const (
	secretPeriod  = 28 * 24 * time.Hour
	secretPeriods = 2

	// secretsSwept is how many periods back old secrets are looked for: a year. A device that was off for longer keeps
	// some until it is deleted.
	secretsSwept = 14
)

func periodOf(t time.Time) int64 { return t.Unix() / int64(secretPeriod/time.Second) }

// periodPrefix begins the fields of a period.
func periodPrefix(n int64) string { return strconv.FormatInt(n, 10) + ":" }

func dropOldSecrets(t *txn.Txn, now time.Time) {
	for age := int64(secretPeriods); age < secretsSwept; age++ {
		t.Drop(kv.Range{Kind: kv.KindSecret, Prefix: periodPrefix(periodOf(now) - age)})
	}
}

func (s *secretStore) secretRef(period int64, chat, sender types.JID, id types.MessageID) kv.Ref {
	name := chat.String() + "|" + sender.String() + "|" + id
	return kv.Ref{Kind: kv.KindSecret, Field: periodPrefix(period) + s.name(kv.KindSecret, name)}
}

type secret struct {
	bytes  []byte
	sender types.JID
}

func decodeSecret(data []byte) (secret, error) {
	r := record.Open(data)
	return secret{bytes: r.Bytes(), sender: r.JID()}, r.Err()
}

func (s *secretStore) PutMessageSecrets(ctx context.Context, inserts []store.MessageSecretInsert) error {
	none := func(store.MessageSecretInsert) []kv.Ref { return nil }
	return txn.UpdateBatch(ctx, s.Manager, inserts, none, func(t *txn.Txn, m store.MessageSecretInsert) error {
		sender := m.Sender.ToNonAD()
		data := record.New(64 + len(m.Secret)).Bytes(m.Secret).JID(sender).Done()
		t.PutOnceLater(s.secretRef(periodOf(s.now()), m.Chat.ToNonAD(), sender, m.ID), data)
		return nil
	})
}

// PutMessageSecret stores the secret of a message; the first one stays.
func (s *secretStore) PutMessageSecret(ctx context.Context, chat, sender types.JID, id types.MessageID, secret []byte) error {
	return s.PutMessageSecrets(ctx, []store.MessageSecretInsert{{Chat: chat, Sender: sender, ID: id, Secret: secret}})
}

// GetMessageSecret returns the secret of a message and the sender it was stored for: chat and sender are looked up under
// both their names.
func (s *secretStore) GetMessageSecret(ctx context.Context, chat, sender types.JID, id types.MessageID) ([]byte, types.JID, error) {
	chats, err := s.lids.names(ctx, chat.ToNonAD())
	if err != nil {
		return nil, types.EmptyJID, err
	}
	senders, err := s.lids.names(ctx, sender.ToNonAD())
	if err != nil {
		return nil, types.EmptyJID, err
	}
	var refs []kv.Ref
	for age := range int64(secretPeriods) {
		for _, c := range chats {
			for _, from := range senders {
				refs = append(refs, s.secretRef(periodOf(s.now())-age, c, from, id))
			}
		}
	}
	found, err := getMany(ctx, s.values, refs, decodeSecret)
	for _, f := range found {
		if f != nil {
			return f.bytes, f.sender, nil
		}
	}
	return nil, types.EmptyJID, err
}
