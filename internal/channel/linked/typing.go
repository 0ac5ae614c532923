package linked

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/message"

	"go.mau.fi/whatsmeow/types"
)

// Typing implements channel.TypingNotifier. The device does not say for it that it is
// available: while a linked device does, WhatsApp keeps from notifying the
// phone, and the shop's own phone has to go on ringing.
func (s *session) Typing(ctx context.Context, to message.Peer) error {
	chat, ok := jidOf(to)
	if !ok {
		return errors.New("show typing: no recipient")
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("show typing: %w", err)
	}
	// A frame that whatsmeow has begun to write must be waited for: given up, it may
	// leave behind the next one, which the server then cannot open.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ackWait)
	defer cancel()
	client, _ := s.live()
	if err := client.SendChatPresence(ctx, chat, types.ChatPresenceComposing, types.ChatPresenceMediaText); err != nil {
		return fmt.Errorf("show typing: %w", err)
	}
	return nil
}
