package conversation

import (
	"context"
	"encoding/json"

	"recado/internal/bus"
	"recado/internal/tenant"
)

// EventWake tells the node that owns a shop that a conversation has something to
// do: another node stored it on behalf of a person or a program.
const EventWake = "wake"

// wakePayload is the data of EventWake.
type wakePayload struct {
	ID ID `json:"id"`
}

func (p wakePayload) of(tenant.ShopID) any { return p }

// wakeOwner tells the owner of a shop, unless this node is it.
func (s *Service) wakeOwner(ctx context.Context, shop tenant.ShopID, id ID) {
	s.mu.Lock()
	_, own := s.shops[shop]
	s.mu.Unlock()
	if !own {
		s.publish(context.WithoutCancel(ctx), shop, EventWake, wakePayload{id})
	}
}

// OnRemoteWake looks at what EventWake tells, if this node owns the shop. Other events do nothing.
func (s *Service) OnRemoteWake(e bus.Event) {
	var p wakePayload
	if e.Name != EventWake || json.Unmarshal(e.Data, &p) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shops[e.Shop]
	if sh == nil || sh.closed {
		return
	}
	s.doubt(sh, p.ID)
}

// RescanShops looks at everything that waits in the shops of this node: an EventWake
// may have been missed.
func (s *Service) RescanShops() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sh := range s.shops {
		s.start(sh)
	}
}
