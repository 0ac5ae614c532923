package linked

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/message"

	"go.mau.fi/whatsmeow/types"
)

// Typing implements channel.TypingNotifier. It sends no presence "available" first:
// while a linked device is available, WhatsApp does not notify the shop's phone.
func (s *session) Typing(ctx context.Context, to message.Peer) error {
	chat, ok := jidOf(to)
	if !ok {
		return errors.New("show typing: no recipient")
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("show typing: %w", err)
	}
	// A frame whose write is abandoned may leave after the next one, which the server
	// then cannot decrypt: wait for it even if ctx ends.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ackWait)
	defer cancel()
	client, _ := s.current()
	if err := client.SendChatPresence(ctx, chat, types.ChatPresenceComposing, types.ChatPresenceMediaText); err != nil {
		return fmt.Errorf("show typing: %w", err)
	}
	return nil
}
