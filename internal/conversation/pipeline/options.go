package pipeline

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"recado/internal/bus"
	"recado/internal/conversation"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/message"
	"recado/internal/retry"
	"recado/internal/tenant"
)

// Sender sends messages to WhatsApp. A refusal is a *message.SendError.
type Sender interface {
	Send(ctx context.Context, m message.Out) (message.Receipt, error)
}

// TypingNotifier is a Sender that can show in a chat that the shop is typing,
// until the next message or until the channel ends it.
type TypingNotifier interface {
	Typing(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, to message.Peer) error
}

// Caller makes the web calls that flows ask for; httpcall.Client is one.
type Caller interface {
	// Call makes a call with key as its Idempotency-Key; after a crash it is made
	// again under the same key. ok is false when ctx ended before there was an outcome.
	Call(ctx context.Context, shop tenant.ShopID, key string, r engine.HTTP) (res engine.Result, ok bool)
}

// Flows provides a shop's compiled flows; library.Service is one.
type Flows interface {
	Defs(ctx context.Context, shop tenant.ShopID) (*library.Defs, error)
}

// Options are a Service's parts and limits. Store, Flows, Bus and Sender are required.
type Options struct {
	Store  conversation.Store
	Flows  Flows
	Bus    bus.Bus
	Sender Sender
	Log    *slog.Logger // nil: slog.Default

	// Shop is what flows may know of a shop; nil: its id, UTC.
	Shop func(ctx context.Context, shop tenant.ShopID) (engine.Shop, error)
	// Channel is the channel of a message that names none, or ErrNoChannel; nil: WHATSAPP_BAILEYS.
	Channel func(ctx context.Context, shop tenant.ShopID) (message.ChannelType, error)

	// OneLog says that Sender writes what it sends into Store's log before it leaves:
	// a message cannot leave before its cause is durable. Only then does the Service
	// go on with data that the disk may still lose.
	OneLog bool

	Caller Caller // nil: web calls fail as unavailable
	// Webhook is where a shop's notices are posted: URL, secret and headers; ok is
	// false when it has none. nil: no shop has one.
	Webhook func(ctx context.Context, shop tenant.ShopID) (r engine.HTTP, ok bool, err error)
	Now     func() time.Time // nil: time.Now
	Jitter  func() float64   // [0,1), for back-off; nil: random

	Debounce time.Duration // how long a message that may go on waits for the next; 0 = 250 ms, negative: not at all
	Album    time.Duration // how long a photo of an album waits for the next; 0 = 2 s
	Offline  time.Duration // how long a message that waited at the server waits for the next one; 0 = 1 s

	Batch        int           // inbox items per commit; 0 = 20
	Steps        int           // conversations of a shop that are stepped at once; 0 = 8
	Sends        int           // conversations of a shop that are sent to at once; 0 = 4
	Calls        int           // web calls of a shop that are made at once; 0 = 4
	Tick         time.Duration // how often schedules are evaluated; 0 = 20 s
	SendTimeout  time.Duration // of one attempt; 0 = 2 min, uploads included
	GiveUpAfter  time.Duration // age at which a message that cannot be sent fails; 0 = 24 h
	RetryBase    time.Duration // first back-off of a message or a store that fails; 0 = 1 s
	RetryMax     time.Duration // longest back-off; 0 = 5 min
	OutcomeDelay time.Duration // how long an outcome waits for others to be stored with; 0 = 100 ms
	Grace        time.Duration // how long work under way may take when stopping; 0 = 10 s

	// Crash is for tests: an error at a labelled point ends the work there and
	// then, as if the process had been killed.
	Crash func(point string) error
}

// Points at which Options.Crash is asked.
const (
	CrashAppended  = "appended"  // stored, not acknowledged to WhatsApp
	CrashComputed  = "computed"  // stepped, not committed
	CrashCommitted = "committed" // not relayed
	CrashRelayed   = "relayed"   // not dispatched
	CrashSending   = "sending"   // taken from the outbox, not sent
	CrashSent      = "sent"      // sent, its outcome not stored
	CrashSettled   = "settled"   // not published
	CrashCalling   = "calling"   // a web call was taken up, not made
	CrashCalled    = "called"    // made, its answer not stored
)

func orDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

func (o Options) withDefaults() *Options {
	orDefault(&o.Log, slog.Default())
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.Crash == nil {
		o.Crash = func(string) error { return nil }
	}
	if o.Shop == nil {
		o.Shop = func(_ context.Context, shop tenant.ShopID) (engine.Shop, error) {
			return engine.Shop{ID: shop, Zone: time.UTC}, nil
		}
	}
	if o.Channel == nil {
		o.Channel = func(context.Context, tenant.ShopID) (message.ChannelType, error) {
			return message.WhatsAppBaileys, nil
		}
	}
	orDefault(&o.Debounce, 250*time.Millisecond)
	orDefault(&o.Album, 2*time.Second)
	orDefault(&o.Offline, time.Second)
	orDefault(&o.Batch, 20)
	orDefault(&o.Steps, 8)
	orDefault(&o.Sends, 4)
	orDefault(&o.Calls, 4)
	orDefault(&o.Tick, 20*time.Second)
	orDefault(&o.SendTimeout, 2*time.Minute)
	orDefault(&o.GiveUpAfter, 24*time.Hour)
	orDefault(&o.RetryBase, time.Second)
	orDefault(&o.RetryMax, 5*time.Minute)
	orDefault(&o.OutcomeDelay, 100*time.Millisecond)
	orDefault(&o.Grace, 10*time.Second)
	return &o
}

// backoff is the wait before attempt n+1, n from 1.
func (o *Options) backoff(n int) time.Duration {
	return retry.Backoff{Base: o.RetryBase, Max: o.RetryMax, Floor: 0.1}.Delay(n, o.Jitter())
}
