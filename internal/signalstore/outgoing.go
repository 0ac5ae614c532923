package signalstore

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
)

// Sent messages are kept by days for whatsmeow's retry store. Recado answers retries from its outbox and leaves that
// store off; the interface is whole all the same.
const outgoingDays = 7

func (s *stores) outgoingDay() int64 { return s.now().Unix() / int64(24*time.Hour/time.Second) }

func (s *stores) outgoingRef(day int64, chat types.JID, id types.MessageID) kv.Ref {
	return kv.Ref{Kind: kv.KindOutgoing, Field: bucket(day) + s.name(kv.KindOutgoing, chat.String()+"|"+id)}
}

// AddOutgoingEvent keeps a sent message for a week.
func (s *stores) AddOutgoingEvent(ctx context.Context, chat types.JID, id types.MessageID, format string, plaintext []byte) error {
	return s.atomically(ctx, func(u *unit) error {
		u.putLater(s.outgoingRef(s.outgoingDay(), chat, id), newRecord(16+len(plaintext)).str(format).bytes(plaintext).buf)
		return nil
	})
}

// GetOutgoingEvent returns a sent message by either name of its chat, or an error when there is none.
func (s *stores) GetOutgoingEvent(ctx context.Context, chat, altChat types.JID, id types.MessageID) (string, []byte, error) {
	var refs []kv.Ref
	for age := range int64(outgoingDays + 1) {
		for _, name := range []types.JID{chat, altChat} {
			refs = append(refs, s.outgoingRef(s.outgoingDay()-age, name, id))
		}
	}
	items, err := s.getMany(ctx, nil, refs)
	if err != nil {
		return "", nil, err
	}
	for _, it := range items {
		if it.data != nil {
			r := openRecord(it.data)
			format, plaintext := r.str(), r.bytes()
			return format, plaintext, s.outcome("read sent message", r.err)
		}
	}
	return "", nil, errNotFound
}

// DeleteOldOutgoingEvents drops the days before the last week.
func (s *stores) DeleteOldOutgoingEvents(ctx context.Context) error {
	const lookBack = 60 // days
	return s.atomically(ctx, func(u *unit) error {
		for age := int64(outgoingDays + 1); age < lookBack; age++ {
			u.drop(kv.Range{Kind: kv.KindOutgoing, Prefix: bucket(s.outgoingDay() - age)})
		}
		return nil
	})
}
