package linked

import (
	"context"
	"fmt"

	"recado/internal/message"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// receive makes one message durable. Messages that belong in no conversation, such
// as protocol messages, are dropped.
func (s *session) receive(ctx context.Context, e *events.Message) error {
	client, device := s.current()
	in, ok := incoming(e, ownPeer(client.Store), s.offline.Load())
	if !ok {
		return device.Sync(ctx) // persists the advanced ratchet: no record will be written
	}
	if e.Message.GetPollUpdateMessage() != nil {
		content, err := s.decryptVote(ctx, client, e)
		if err != nil {
			return fmt.Errorf("read vote: %w", err)
		}
		in.Content = content
	}
	if err := fillAlias(ctx, client, &in.Chat); err != nil {
		return err
	}
	if err := fillAlias(ctx, client, &in.Sender); err != nil {
		return err
	}
	return s.sink.Receive(ctx, in)
}

// fillAlias adds the phone or LID that the stanza did not carry, if the store has it.
func fillAlias(ctx context.Context, client *whatsmeow.Client, p *message.Peer) error {
	switch {
	case p.LID != "" && p.Phone == "":
		pn, err := client.Store.LIDs.GetPNForLID(ctx, types.NewJID(p.LID, types.HiddenUserServer))
		if err != nil {
			return fmt.Errorf("look up phone of LID: %w", err)
		}
		p.Phone = pn.User
	case p.Phone != "" && p.LID == "":
		lid, err := client.Store.LIDs.GetLIDForPN(ctx, types.NewJID(p.Phone, types.DefaultUserServer))
		if err != nil {
			return fmt.Errorf("look up LID of phone: %w", err)
		}
		p.LID = lid.User
	}
	return nil
}

var receiptStatuses = map[types.ReceiptType]message.Status{
	types.ReceiptTypeDelivered: message.Delivered,
	types.ReceiptTypeRead:      message.Read,
	types.ReceiptTypePlayed:    message.Read,
}

// receipt reports the delivery of our messages.
func (s *session) receipt(ctx context.Context, e *events.Receipt) error {
	status, ok := receiptStatuses[e.Type]
	if !ok || e.IsFromMe {
		return nil
	}
	return s.sink.Update(ctx, message.Update{
		Chat: peerOf(e.Chat, e.SenderAlt), IDs: e.MessageIDs, Status: status, At: e.Timestamp,
	})
}
