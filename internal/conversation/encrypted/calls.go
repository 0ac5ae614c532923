package encrypted

import (
	"context"
	"time"

	"recado/internal/conversation"
	"recado/internal/tenant"
)

// Calls implements conversation.Calls.
func (s *Store) Calls(ctx context.Context, shop tenant.ShopID, after string, limit int) ([]conversation.Call, error) {
	list, err := s.inner.Calls(ctx, shop, after, limit)
	return openAll(ctx, s, shop, list, err, func(b *codec, c conversation.Call) conversation.Call {
		c.Request = b.openJSON(kindCall, c.Key, c.Request)
		return c
	})
}

// Push implements conversation.Calls.
func (s *Store) Push(ctx context.Context, shop tenant.ShopID, id conversation.ID, n conversation.QueuedInput) (conversation.PushResult, error) {
	b, err := s.sealCodec(ctx, shop)
	if err != nil {
		return conversation.PushResult{}, err
	}
	if n.Input = b.sealJSON(kindInput, n.Key, n.Input); b.err != nil {
		return conversation.PushResult{}, b.err
	}
	return s.inner.Push(ctx, shop, id, n)
}

// Traces implements conversation.Traces.
func (s *Store) Traces(ctx context.Context, shop tenant.ShopID, id conversation.ID, before int64, limit int) ([]conversation.Trace, error) {
	list, err := s.inner.Traces(ctx, shop, id, before, limit)
	return openAll(ctx, s, shop, list, err, func(b *codec, t conversation.Trace) conversation.Trace {
		t.Data = b.openJSON(kindTrace, "", t.Data)
		return t
	})
}

// DropTraces implements conversation.Traces.
func (s *Store) DropTraces(ctx context.Context, before time.Time) error {
	return s.inner.DropTraces(ctx, before)
}
