package app

import (
	"context"
	"sync"
	"time"

	"recado/internal/tenant"
)

// shopFresh is how old a shop's name may be in a message of its flow.
const shopFresh = 2 * time.Second

// shops remembers, for a moment, the shops that are talking: every step of
// every conversation asks for one.
type shops struct {
	store tenant.Shops

	mu   sync.Mutex
	seen map[tenant.ShopID]seenShop
}

type seenShop struct {
	shop  tenant.Shop
	until time.Time
}

func newShops(store tenant.Shops) *shops {
	return &shops{store: store, seen: make(map[tenant.ShopID]seenShop)}
}

func (s *shops) get(ctx context.Context, id tenant.ShopID) (tenant.Shop, error) {
	now := time.Now()
	s.mu.Lock()
	known, ok := s.seen[id]
	s.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.shop, nil
	}
	t, err := s.store.Shop(ctx, id)
	if err != nil {
		return tenant.Shop{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) > 4096 {
		clear(s.seen)
	}
	s.seen[id] = seenShop{t, now.Add(shopFresh)}
	return t, nil
}
