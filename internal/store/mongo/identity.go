package mongo

import (
	"context"
	"slices"
	"sync"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// identityStore finds the contact that a peer is, and merges two that turn out to be one.
type identityStore struct {
	db            *collections
	contacts      *contactStore
	conversations *conversationStore
	timers        *timerStore
	relay         *relayer
	merging       sync.Mutex // one merge at a time in this process: they are rare and touch two of everything
}

// recognize returns the contact that peer is, found, created or merged, and the
// conversations that a merge ended. It may lose a race.
func (s *identityStore) recognize(ctx context.Context, shop tenant.ShopID, peer message.Peer, name string, now int64) (contact.Contact, []conversation.ID, error) {
	h, err := s.contacts.lookUp(ctx, shop, peer)
	if err != nil {
		return contact.Contact{}, nil, err
	}
	id := contact.Identify(peer, h.contacts)
	if id.Keep < 0 {
		c, _ := contact.Contact{Shop: shop, ID: contact.NewID(), CreatedAt: moment(now)}.Observe(peer, name)
		return c, nil, s.contacts.insertContact(ctx, c, len(h.has) > 0)
	}
	if id.Absorb >= 0 {
		s.merging.Lock()
		defer s.merging.Unlock()
		return s.merge(ctx, h, id, peer, name)
	}
	doc := h.docs[id.Keep]
	c, changed := h.contacts[id.Keep].Observe(peer, name)
	if !changed && slices.Equal(c.Aliases, doc.Aliases) {
		return c, nil, nil
	}
	return c, nil, s.contacts.claimAll(ctx, doc, c, id.Claim, "")
}
