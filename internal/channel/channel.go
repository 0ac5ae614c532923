// Package channel links a shop to a WhatsApp number. It holds the values (Channel,
// Status, Reason), the state machine (state.go), the Service that executes commands
// and the Manager that keeps this node's live sessions. A Strategy reaches WhatsApp
// in one way: channel/linked as a linked device, over whatsmeow.
//
// Activate: Service.Activate → Manager.start acquires the shop's lease → recorder
// stores, shows and publishes the transition → Strategy.Open. The Session reports
// its events to its liveSession, which moves the State and records that.
//
// Deactivate, stop and loss of the lease all end the liveSession; Manager.supervise
// then closes the Session and releases the lease, in this order.
//
// Goroutines: one Manager.supervise per live session; Manager.Run, Manager.TakeOver
// and Service.Serve until their contexts end.
package channel

import (
	"context"
	"errors"
	"time"

	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Type is the type of a channel.
type Type = message.ChannelType

// Key names a channel: a shop has at most one of each type.
type Key struct {
	Shop tenant.ShopID
	Type Type
}

// Status is the state of a channel in the state machine.
type Status string

// The four statuses of the contract.
const (
	Connecting Status = "connecting"
	Active     Status = "active"
	Inactive   Status = "inactive"
	Errored    Status = "error"
)

// Reason says why a channel has its status. i18n turns it into a sentence.
type Reason string

// Reasons. The empty one needs no explanation.
const (
	NoReason        Reason = ""
	QRExpired       Reason = "qr_expired"
	LoggedOut       Reason = "logged_out"
	Replaced        Reason = "replaced"
	Outdated        Reason = "outdated"
	Banned          Reason = "banned"
	TemporaryBan    Reason = "temporary_ban"
	Unreachable     Reason = "unreachable"
	PasskeyRequired Reason = "passkey_required"
	Deactivated     Reason = "deactivated"
	Restoring       Reason = "restoring"
	NotConfigured   Reason = "not_configured"
	NumberInUse     Reason = "number_in_use"
	StoreFailed     Reason = "store_failed"
	SessionLost     Reason = "session_lost"
	PairingFailed   Reason = "pairing_failed"
	Linking         Reason = "linking"
)

// Channel is the stored state of one link.
type Channel struct {
	Shop           tenant.ShopID
	Type           Type
	Enabled        bool // the shop wants it connected; restored at start
	Status         Status
	Reason         Reason
	Number         string // digits, empty until linked
	Name           string // the account's own name
	LastConnection time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Key returns the channel's key.
func (c Channel) Key() Key { return Key{c.Shop, c.Type} }

// Strategy reaches WhatsApp in one way.
type Strategy interface {
	// Open starts a session and returns at once; the session reports to sink. It
	// lives until Close, which follows a lost lease too, or until it notifies Stopped.
	Open(ctx context.Context, c Channel, l cluster.Lease, sink Sink) (Session, error)
}

// Session is an open connection of a channel to WhatsApp, or the attempt at one.
type Session interface {
	// Send returns when WhatsApp's server has accepted m. A refusal is a *message.SendError.
	Send(ctx context.Context, m message.Out) (message.Receipt, error)
	// Close disconnects and keeps the credentials. It returns when no goroutine of
	// the session is left.
	Close(ctx context.Context) error
}

// Sink takes the reports of a session. Its methods may be called from any goroutine.
type Sink interface {
	// Receive returns nil only when m is durable.
	Receive(ctx context.Context, m message.In) error
	// Update returns nil when u is accepted. It need not be durable: the last
	// receipts may be lost in a crash.
	Update(ctx context.Context, u message.Update) error
	// Notify must not block on the session itself.
	Notify(ctx context.Context, e Event)
}

// Code is a pairing code that the shop types into its phone.
type Code struct {
	Code      string // "ABCD-EFGH"
	ExpiresAt time.Time
}

// CodePairer is an optional ability of a Session: linking by a typed code.
type CodePairer interface {
	Pair(ctx context.Context, phone string) (Code, error)
}

// Unlinker is an optional ability of a Session: it removes its device from the
// account and destroys the credentials.
type Unlinker interface {
	Unlink(ctx context.Context) error
}

// Downloader is an optional ability of a Session: it fetches the file of a
// received message.
type Downloader interface {
	Download(ctx context.Context, m message.Media) ([]byte, error)
}

// TypingNotifier is an optional ability of a Session: the chat shows "typing…"
// until the next message, or for some seconds.
type TypingNotifier interface {
	Typing(ctx context.Context, to message.Peer) error
}

// Destroyer is an optional ability of a Strategy: it destroys stored credentials
// without a live session, under the lease of the shop.
type Destroyer interface {
	Destroy(ctx context.Context, k Key, l cluster.Lease) error
}

// CredentialChecker is an optional ability of a Strategy: it reports whether the
// channel has stored credentials, so that activating it needs no QR.
type CredentialChecker interface {
	HasCredentials(ctx context.Context, k Key) (bool, error)
}

// Event is a change in the life of a session.
type Event interface{ event() }

type (
	// QR is a code to scan, shown until ExpiresAt.
	QR struct {
		Code      string
		ExpiresAt time.Time
	}
	// Ready says that the session is connected and logged in.
	Ready struct {
		Number string
		Name   string
	}
	// Retrying says that the connection was lost, and the time of the next attempt.
	Retrying struct {
		Reason  Reason
		Attempt int
		Max     int
		At      time.Time
	}
	// Waiting says that linking waits for something that is not a QR, such as a passkey.
	Waiting struct{ Reason Reason }
	// Stopped is the last event of a session that ended by itself.
	Stopped struct {
		Reason Reason
		Failed bool // error instead of inactive
	}
)

func (QR) event()       {}
func (Ready) event()    {}
func (Retrying) event() {}
func (Waiting) event()  {}
func (Stopped) event()  {}

// Store keeps the channels of all shops.
type Store interface {
	// Channel returns ErrNotFound when the shop has none of that type.
	Channel(ctx context.Context, k Key) (Channel, error)
	// Channels returns the shop's channels, the most recently updated first.
	Channels(ctx context.Context, shop tenant.ShopID) ([]Channel, error)
	// PutChannel inserts or replaces c. When the shop's connection changed, the shop's
	// whatsapp summary {connected, number, lastConnection} is updated with it.
	PutChannel(ctx context.Context, c Channel) error
	// EnabledChannels returns the channels to restore at start, of all shops,
	// the most recently connected first.
	EnabledChannels(ctx context.Context) ([]Channel, error)
	// NumberHolder returns the shop that has linked the number; ok is false when none has.
	NumberHolder(ctx context.Context, number string) (holder Key, ok bool, err error)
}

// ErrNotFound says that there is no such channel.
var ErrNotFound = errors.New("no such channel")
