package encrypted

import (
	"context"
	"time"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Adopt implements conversation.Outbox.
func (s *Store) Adopt(ctx context.Context, l cluster.Lease) (conversation.Unfinished, error) {
	return s.inner.Adopt(ctx, l)
}

// Ready implements conversation.Outbox.
func (s *Store) Ready(ctx context.Context, shop tenant.ShopID, id conversation.ID, after int64, limit int) ([]conversation.OutboxItem, error) {
	list, err := s.inner.Ready(ctx, shop, id, after, limit)
	return openAll(ctx, s, shop, list, err, (*codec).openOutbox)
}

// Settle implements conversation.Outbox.
func (s *Store) Settle(ctx context.Context, l cluster.Lease, outcomes []conversation.Outcome) error {
	return s.inner.Settle(ctx, l, outcomes)
}

// Update implements conversation.Outbox.
func (s *Store) Update(ctx context.Context, u message.Update) ([]conversation.Message, error) {
	b, err := s.sealCodec(ctx, u.Shop)
	if err != nil {
		return nil, err
	}
	if u.Chat = b.sealPeer(u.Chat); b.err != nil {
		return nil, b.err
	}
	changed, err := s.inner.Update(ctx, u)
	return openAll(ctx, s, u.Shop, changed, err, (*codec).openMessage)
}

// Sent implements conversation.Outbox.
func (s *Store) Sent(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, messageID string) (conversation.OutboxItem, conversation.Message, error) {
	item, m, err := s.inner.Sent(ctx, shop, channel, messageID)
	if err != nil {
		return conversation.OutboxItem{}, conversation.Message{}, err
	}
	b, err := s.openCodec(ctx, shop)
	if err != nil {
		return conversation.OutboxItem{}, conversation.Message{}, err
	}
	item, m = b.openOutbox(item), b.openMessage(m)
	return item, m, b.err
}

// Fire implements conversation.Timers.
func (s *Store) Fire(ctx context.Context, l cluster.Lease, now time.Time, limit int) ([]conversation.ID, error) {
	return s.inner.Fire(ctx, l, now, limit)
}

// NextTimer implements conversation.Timers.
func (s *Store) NextTimer(ctx context.Context, shop tenant.ShopID) (time.Time, error) {
	return s.inner.NextTimer(ctx, shop)
}

// opened opens a list that the inner store has returned.
func openAll[T any](ctx context.Context, s *Store, shop tenant.ShopID, list []T, err error, open func(*codec, T) T) ([]T, error) {
	if err != nil || len(list) == 0 {
		return list, err
	}
	b, err := s.openCodec(ctx, shop)
	if err != nil {
		return nil, err
	}
	list = mapSlice(list, func(v T) T { return open(b, v) })
	if b.err != nil {
		return nil, b.err
	}
	return list, nil
}
