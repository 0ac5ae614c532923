package conversation

import (
	"context"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/message"
	"recado/internal/tenant"
)

// TypingNotifier is a Sender that can show in a chat that the shop is typing, until the
// next message or for as long as the channel thinks fit.
type TypingNotifier interface {
	Typing(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, to message.Peer) error
}

// TypingIndicator says to whom the shop seems to be typing, and until when. It is shown
// once, and never again: it is worth no message's delay and no place in a store.
type TypingIndicator struct {
	Channel message.ChannelType
	To      message.Peer
	Until   time.Time
}

// typing is what the customer sees of a delay that has begun in this commit.
func (d *decision) typing() *TypingIndicator {
	w := d.run.Wait
	if w == nil || w.Kind != engine.ForTimer || !w.Typing || d.run.Paused != nil || w.Since != engine.At(d.env.Now) {
		return nil
	}
	return &TypingIndicator{Channel: d.work.Conversation.Channel, To: d.work.Contact.Peer, Until: w.Until.Time()}
}

// typeBefore shows that item is being typed, if it has to wait for its time.
func (s *Service) typeBefore(ctx context.Context, sh *shop, c *conv, item OutboxItem) {
	if !item.Typing {
		return
	}
	s.mu.Lock()
	again := c.typed == item.Out.ID
	c.typed = item.Out.ID
	s.mu.Unlock()
	if !again {
		s.showTyping(ctx, sh, c, TypingIndicator{Channel: item.Out.Channel, To: item.Out.To, Until: item.NotBefore})
	}
}

// typeInDelay shows what a delay wants shown, once everything before it has left.
func (s *Service) typeInDelay(ctx context.Context, sh *shop, c *conv) {
	s.mu.Lock()
	t := c.typing
	if t == nil || len(c.outbox) > 0 || c.stored {
		s.mu.Unlock()
		return
	}
	c.typing = nil
	s.mu.Unlock()
	s.showTyping(ctx, sh, c, *t)
}

// showTyping tells the channel, which has no longer for it than the pause lasts.
func (s *Service) showTyping(ctx context.Context, sh *shop, c *conv, t TypingIndicator) {
	typist, ok := s.o.Sender.(TypingNotifier)
	left := t.Until.Sub(s.o.Now())
	if !ok || left <= 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	if err := typist.Typing(ctx, sh.id, t.Channel, t.To); err != nil {
		s.o.Log.Debug("show typing", "shop", sh.id, "conversation", c.id, "err", err)
	}
}
