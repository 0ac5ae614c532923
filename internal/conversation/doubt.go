package conversation

import (
	"context"
	"errors"
)

// A commit that failed may have happened all the same: the store's answer was lost,
// or it could not be relayed. One of another node is only heard of. What they decided
// memory does not know, and who reads only what was relayed does not see it. So Next
// reads the conversation, which relays first; then everything that a commit may have
// left is looked for. Until then, what else is decided is sent from the store, in its order.

// doubtOf has the conversation of c looked at, if this node owns the shop.
func (s *Service) doubtOf(c Commit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sh := s.shops[c.Shop]; sh != nil && !sh.closed { // the next owner finds it in the store
		s.doubt(sh, c.Conversation)
	}
}

// doubt has a conversation looked at. The caller holds s.mu.
func (s *Service) doubt(sh *shop, id ID) {
	v := sh.conv(id)
	v.doubts++
	v.again, v.fresh = true, nil
	s.step(sh, v)
}

// look reads a conversation and its oldest new items, and ends what doubt there was.
func (s *Service) look(ctx context.Context, sh *shop, v *conv) (InboxBatch, error) {
	s.mu.Lock()
	doubts := v.doubts
	s.mu.Unlock()
	w, err := s.o.Store.Next(ctx, sh.id, v.id, s.o.Batch)
	if doubts == 0 || err != nil && !errors.Is(err, ErrNotFound) {
		return w, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if v.doubts == doubts {
		v.doubts = 0
	}
	v.refill()
	s.dispatch(sh, v)
	s.reviewCalls(sh)
	s.spawn(sh, func(ctx context.Context) { s.wakeTimers(ctx, sh) })
	return w, err
}
