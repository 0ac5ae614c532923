package linked

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"recado/internal/channel"

	"go.mau.fi/whatsmeow/types/events"
)

// signal is an event of the connection, for the supervisor.
type signal struct {
	kind   signalKind
	reason channel.Reason
	codes  []string
	delay  time.Duration
}

type signalKind int

const (
	sigQR         signalKind = iota // codes to show
	sigPaired                       // scanned and confirmed; 515 follows
	sigPasskey                      // linking waits for a passkey
	sigRefused                      // we refused the pairing, for reason
	sigPairFailed                   // the pairing failed
	sigRestart                      // 515: connect again at once
	sigConnected                    // logged in
	sigLost                         // the connection ended or is dead
	sigLoggedOut                    // unlinked, for reason
	sigReplaced                     // another client connected with our credentials
	sigOutdated                     // WhatsApp refuses our version
	sigBanned                       // for delay
	sigNotDurable                   // a message could not be stored
)

// handle is whatsmeow's only event handler. Its result true acknowledges a message,
// so a message must be durable by then. After false the server keeps the message and
// withholds later ones, so the connection is closed at once. A panic is recovered
// here: whatsmeow would take it for success.
func (s *session) handle(ctx context.Context, c *connection, evt any) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("event handler panicked", "event", fmt.Sprintf("%T", evt), "stack", string(debug.Stack()))
			ok = s.stopReceiving(c)
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
		s.calls.offered(e.BasicCallMeta, e.Data)
	case *events.CallAccept:
		s.calls.answered(e.CallID)
	case *events.CallReject:
		s.calls.answered(e.CallID)
	case *events.CallTerminate:
		return s.durable(ctx, c, func() error { return s.callEnded(ctx, e) })
	case *events.OfflineSyncCompleted:
		s.offline.Store(false)
	default:
		if sig, ok := signalOf(evt); ok {
			c.signal(sig)
		}
	}
	return true
}

// durable runs store and reports success. After a failure the connection receives
// nothing more: the next message would overtake the failed one.
func (s *session) durable(ctx context.Context, c *connection, store func() error) bool {
	if s.receiving.Load() != c {
		return false
	}
	err := store()
	if err == nil {
		return true
	}
	if ctx.Err() == nil {
		s.log.Error("store incoming event", "err", err)
	}
	return s.stopReceiving(c)
}

// stopReceiving ends receiving on c, and signals the first failure to the supervisor.
func (s *session) stopReceiving(c *connection) bool {
	if s.receiving.CompareAndSwap(c, nil) {
		c.signal(signal{kind: sigNotDurable})
	}
	return false
}

// signalOf converts whatsmeow's events about the connection; ok is false for others.
func signalOf(evt any) (sig signal, ok bool) {
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
		return signal{kind: sigBanned, delay: e.Expire}, true
	}
	return signal{}, false
}
