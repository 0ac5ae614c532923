package pipeline

import (
	"context"
	"encoding/json"

	"recado/internal/bus"
	"recado/internal/conversation"
	"recado/internal/tenant"
)

// EventWake tells the node that owns a shop that a conversation has something to
// do: another node stored it on behalf of a person or a program.
const EventWake = "wake"

// wakePayload is the data of EventWake. It needs no shop: the event has one, and
// no panel sees it.
type wakePayload struct {
	ID conversation.ID `json:"id"`
}

// ForShop implements payload.
func (p wakePayload) ForShop(tenant.ShopID) any { return p }

// wakeOwner publishes EventWake, unless this node owns the shop.
func (s *Service) wakeOwner(ctx context.Context, shop tenant.ShopID, id conversation.ID) {
	if s.owners.of(shop) == nil {
		s.publisher.publish(context.WithoutCancel(ctx), shop, EventWake, wakePayload{id})
	}
}

// OnRemoteWake re-reads the conversation of an EventWake, if this node owns the
// shop. Other events do nothing.
func (s *Service) OnRemoteWake(e bus.Event) {
	var p wakePayload
	if e.Name == EventWake && json.Unmarshal(e.Data, &p) == nil {
		s.runner.doubt(e.Shop, p.ID)
	}
}

// RescanShops looks for everything that waits in the shops of this node, in case
// an EventWake was missed.
func (s *Service) RescanShops() {
	s.owners.mu.Lock()
	defer s.owners.mu.Unlock()
	for _, sh := range s.owners.shops {
		s.takeOver(sh)
	}
}
