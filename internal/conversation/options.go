package conversation

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"recado/internal/bus"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Sender gives messages to WhatsApp. A refusal is a *message.SendError.
type Sender interface {
	Send(ctx context.Context, m message.Out) (message.Receipt, error)
}

// Flows hands out a shop's compiled flows; library.Service is one.
type Flows interface {
	Defs(ctx context.Context, shop tenant.ShopID) (*library.Defs, error)
}

// Pacer slows a shop down to what WhatsApp takes for human.
type Pacer interface {
	// Pause returns how long item has to wait from now on; 0 sends it. It is asked
	// again after the wait, and once more for every retry.
	Pause(item OutboxItem, now time.Time) time.Duration
}

// NoPacing sends everything at once.
type NoPacing struct{}

// Pause implements Pacer.
func (NoPacing) Pause(OutboxItem, time.Time) time.Duration { return 0 }

// Options are a Service's parts and limits. Store, Flows, Bus and Sender are required.
type Options struct {
	Store  Store
	Flows  Flows
	Bus    bus.Bus
	Sender Sender
	Log    *slog.Logger // nil: slog.Default

	// Shop is what flows may know of a shop; nil: its id, UTC.
	Shop func(ctx context.Context, shop tenant.ShopID) (engine.Shop, error)
	// Channel is the channel of a message that names none; nil: WHATSAPP_BAILEYS.
	Channel func(ctx context.Context, shop tenant.ShopID) (message.ChannelType, error)

	// OneLog says that Sender writes what it sends into Store's log before it leaves:
	// a message cannot leave before what led to it is durable. Only then does the
	// Service go on with what the disk may still lose.
	OneLog bool

	Caller Caller // makes web calls; nil: they fail as unavailable
	// Webhook is where a shop's notices are posted: URL, secret and headers; ok is
	// false when it has none, which is what nil says of all.
	Webhook func(ctx context.Context, shop tenant.ShopID) (r engine.HTTP, ok bool, err error)
	Pacer   Pacer            // nil: NoPacing
	Now     func() time.Time // nil: time.Now
	Jitter  func() float64   // [0,1), for back-off; nil: random

	Breath  time.Duration // how long a message that may go on waits for the next; 0 = 250 ms, negative: not at all
	Album   time.Duration // how long a photo of an album waits for the next; 0 = 2 s
	Offline time.Duration // how long what waited at the server waits for more of that; 0 = 1 s

	Batch       int           // inbox items per commit; 0 = 20
	Steps       int           // conversations of a shop that are stepped at once; 0 = 8
	Sends       int           // conversations of a shop that are sent to at once; 0 = 4
	Calls       int           // web calls of a shop that are made at once; 0 = 4
	Tick        time.Duration // how often schedules are looked at; 0 = 20 s
	SendTimeout time.Duration // of one attempt; 0 = 2 min, uploads included
	GiveUpAfter time.Duration // age at which a message that cannot be sent fails; 0 = 24 h
	RetryBase   time.Duration // first back-off of a message or a store that fails; 0 = 1 s
	RetryMax    time.Duration // longest back-off; 0 = 5 min
	Linger      time.Duration // how long an outcome waits for others to be settled with; 0 = 100 ms
	Grace       time.Duration // how long what is under way may take when stopping; 0 = 10 s

	// Crash is for tests: an error at a labelled point ends the work there and
	// then, as if the process had been killed.
	Crash func(point string) error
}

// Points at which Options.Crash is asked.
const (
	CrashAppended  = "appended"  // stored, WhatsApp not told
	CrashComputed  = "computed"  // stepped, not committed
	CrashCommitted = "committed" // not relayed
	CrashRelayed   = "relayed"   // not dispatched
	CrashSending   = "sending"   // taken from the outbox, not sent
	CrashSent      = "sent"      // sent, not settled
	CrashSettled   = "settled"   // not announced
	CrashCalling   = "calling"   // a web call was taken up, not made
	CrashCalled    = "called"    // made, its answer not stored
)

func orDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

func (o Options) withDefaults() Options {
	orDefault(&o.Log, slog.Default())
	if o.Pacer == nil {
		o.Pacer = NoPacing{}
	}
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
	orDefault(&o.Breath, 250*time.Millisecond)
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
	orDefault(&o.Linger, 100*time.Millisecond)
	orDefault(&o.Grace, 10*time.Second)
	return o
}

// backoff is the wait before attempt n+1, n from 1: exponential with full jitter
// above a tenth, so that nothing is hammered.
func (o Options) backoff(n int) time.Duration {
	d := o.RetryMax
	if n < 20 {
		d = min(d, o.RetryBase<<(n-1))
	}
	return d/10 + time.Duration(float64(d)*0.9*o.Jitter())
}
