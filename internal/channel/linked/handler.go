package linked

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"recado/internal/channel"
	"recado/internal/message"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// signal is what the supervisor learns of its connection.
type signal struct {
	kind   signalKind
	reason channel.Reason
	codes  []string
	wait   time.Duration
}

type signalKind int

const (
	sigQR         signalKind = iota // codes to show
	sigPaired                       // scanned and confirmed; 515 follows
	sigPasskey                      // linking waits for a passkey
	sigRefused                      // we refused the pairing, for reason
	sigPairFailed                   // the pairing went wrong
	sigRestart                      // 515: connect again at once
	sigConnected                    // logged in
	sigLost                         // the connection ended or is dead
	sigLoggedOut                    // unlinked, for reason
	sigReplaced                     // somebody connected with our credentials
	sigOutdated                     // WhatsApp refuses our version
	sigBanned                       // for wait
	sigNotDurable                   // a message could not be stored
)

// handle is the one event handler. For a message, true lets whatsmeow
// acknowledge it: only when it is durable. A false one stays with the server,
// which withholds what comes behind it, so the connection is given up at once.
// whatsmeow would count a panic as success, so it ends here.
func (s *session) handle(ctx context.Context, c *connection, evt any) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("event handler panicked", "event", fmt.Sprintf("%T", evt), "stack", string(debug.Stack()))
			ok = s.refuse(c)
		}
	}()
	switch e := evt.(type) {
	case *events.Message:
		return s.durable(ctx, c, func() error { return s.receive(ctx, e) })
	case *events.Receipt:
		return s.durable(ctx, c, func() error { return s.receipt(ctx, e) })
	case *events.UndecryptableMessage:
		s.log.Warn("a message could not be decrypted; its sender was asked to repeat it", "id", e.Info.ID)
	case *events.IdentityChange:
		s.log.Info("a contact's security code changed", "implicit", e.Implicit)
	case *events.CallOffer:
		s.calls.ring(e.BasicCallMeta, e.Data)
	case *events.CallAccept:
		s.calls.taken(e.CallID)
	case *events.CallReject:
		s.calls.taken(e.CallID)
	case *events.CallTerminate:
		return s.durable(ctx, c, func() error { return s.hungUp(ctx, e) })
	case *events.OfflineSyncCompleted:
		s.offline.Store(false)
	default:
		if sig, known := signalOf(evt); known {
			c.signal(sig)
		}
	}
	return true
}

// durable stores what arrived. After a failure nothing more is taken on this
// connection, or the next message would overtake the one that failed.
func (s *session) durable(ctx context.Context, c *connection, store func() error) bool {
	if s.taking.Load() != c {
		return false
	}
	err := store()
	if err == nil {
		return true
	}
	if ctx.Err() == nil {
		s.log.Error("store what arrived", "err", err)
	}
	return s.refuse(c)
}

// refuse ends the taking. The first that fails tells the supervisor; once
// somebody else ended it, the connection is given up anyway.
func (s *session) refuse(c *connection) bool {
	if s.taking.CompareAndSwap(c, nil) {
		c.signal(signal{kind: sigNotDurable})
	}
	return false
}

// signalOf translates whatsmeow's events about the connection.
func signalOf(evt any) (signal, bool) {
	switch e := evt.(type) {
	case *events.QR:
		return signal{kind: sigQR, codes: slices.Clone(e.Codes)}, true
	case *events.PairSuccess:
		return signal{kind: sigPaired}, true
	case *events.PairPasskeyRequest, *events.PairPasskeyConfirmation, *events.PairPasskeyError:
		return signal{kind: sigPasskey}, true
	case *events.PairError:
		return signal{kind: sigPairFailed}, true
	case *events.ManualLoginReconnect:
		return signal{kind: sigRestart}, true
	case *events.Connected:
		return signal{kind: sigConnected}, true
	case *events.Disconnected, *events.ConnectFailure, *events.StreamError, *events.CATRefreshError:
		return signal{kind: sigLost}, true
	case *events.KeepAliveTimeout:
		return signal{kind: sigLost}, e.ErrorCount >= 3
	case *events.LoggedOut:
		if e.Reason == events.ConnectFailureUnknownLogout {
			return signal{kind: sigLoggedOut, reason: channel.Banned}, true
		}
		return signal{kind: sigLoggedOut, reason: channel.LoggedOut}, true
	case *events.StreamReplaced:
		return signal{kind: sigReplaced}, true
	case *events.ClientOutdated:
		return signal{kind: sigOutdated}, true
	case *events.TemporaryBan:
		return signal{kind: sigBanned, wait: e.Expire}, true
	}
	return signal{}, false
}

// receive makes one message durable; nil for what no conversation is made of.
func (s *session) receive(ctx context.Context, e *events.Message) error {
	client, device := s.live()
	in, ok := incoming(e, ownPeer(client.Store), s.offline.Load())
	if !ok {
		return device.Sync(ctx) // nothing of ours will be written for it
	}
	if e.Message.GetPollUpdateMessage() != nil {
		content, err := s.vote(ctx, client, e)
		if err != nil {
			return fmt.Errorf("read vote: %w", err)
		}
		in.Content = content
	}
	if err := fill(ctx, client, &in.Chat); err != nil {
		return err
	}
	if err := fill(ctx, client, &in.Sender); err != nil {
		return err
	}
	return s.sink.Receive(ctx, in)
}

// fill adds the alias that the stanza did not carry, where it is known.
func fill(ctx context.Context, client *whatsmeow.Client, p *message.Peer) error {
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

var statuses = map[types.ReceiptType]message.Status{
	types.ReceiptTypeDelivered: message.Delivered,
	types.ReceiptTypeRead:      message.Read,
	types.ReceiptTypePlayed:    message.Read,
}

// receipt makes durable how far messages of ours got.
func (s *session) receipt(ctx context.Context, e *events.Receipt) error {
	status, ok := statuses[e.Type]
	if !ok || e.IsFromMe {
		return nil
	}
	return s.sink.Update(ctx, message.Update{
		Chat: peerOf(e.Chat, e.SenderAlt), IDs: e.MessageIDs, Status: status, At: e.Timestamp,
	})
}
