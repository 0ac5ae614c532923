package channel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recado/internal/bus"
	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Errors of the commands. Who serves them maps them to codes.
var (
	ErrInvalidType   = errors.New("no such channel type")
	ErrNotConfigured = errors.New("this channel type is not configured")
	ErrQRTimeout     = errors.New("no QR arrived in time")
	ErrNotConnecting = errors.New("the channel is not waiting to be linked")
	ErrNoPairing     = errors.New("this channel type cannot be linked by code")
)

// Service takes people's commands: activate, deactivate, pair, look. It knows
// nothing of who may give them; that is decided before.
type Service struct {
	m *Manager
}

// NewService returns the Service over m's sessions.
func NewService(m *Manager) *Service { return &Service{m: m} }

// Activation is the reply to Activate.
type Activation struct {
	State         State
	AlreadyActive bool
	Restoring     bool // stored credentials are used: no QR will come
}

// Activate starts the channel and returns at once. Activating what is already
// connecting or active changes nothing.
func (s *Service) Activate(ctx context.Context, shop tenant.ShopID, t Type) (Activation, error) {
	k, err := s.resolve(ctx, shop, t)
	if err != nil {
		return Activation{}, err
	}
	if s.m.strategies[k.Type] == nil {
		return Activation{}, ErrNotConfigured
	}
	defer s.m.channels.lock(k)()
	l, err := s.m.link(ctx, k)
	if err != nil {
		return Activation{}, err
	}
	if l != nil {
		st := l.snapshot()
		return Activation{State: st, AlreadyActive: st.Status == Active, Restoring: st.Reason == Restoring}, nil
	}
	linked, err := s.m.remembers(ctx, k)
	if err != nil {
		return Activation{}, err
	}
	old, err := s.stored(ctx, k)
	if err != nil {
		return Activation{}, err
	}
	next, err := old.activated(linked, s.m.now())
	if err != nil {
		return Activation{}, err
	}
	// The session outlives the request that asked for it.
	st, err := s.m.start(context.WithoutCancel(ctx), old, next)
	if errors.Is(err, cluster.ErrOwned) {
		return s.activateElsewhere(ctx, k)
	}
	return Activation{State: st, Restoring: linked}, err
}

// AwaitQR returns as soon as the channel shows a QR, is active, or stopped
// connecting. It returns ErrQRTimeout with the last state when ctx ends first.
func (s *Service) AwaitQR(ctx context.Context, k Key) (State, error) {
	sub, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		events, err := s.m.bus.Subscribe(sub, 256)
		if err != nil {
			return State{}, fmt.Errorf("wait for QR: %w", err)
		}
		for {
			st, err := s.State(context.WithoutCancel(ctx), k.Shop, k.Type)
			if err != nil {
				return State{}, err
			}
			if st.QR != "" || st.Status != Connecting || st.Reason == PasskeyRequired {
				return st, nil
			}
			if !s.nextOf(events, k.Shop) {
				break
			}
		}
		if ctx.Err() != nil {
			st, err := s.State(context.WithoutCancel(ctx), k.Shop, k.Type)
			return st, errors.Join(ErrQRTimeout, err)
		}
	}
}

// nextOf waits for an event of shop; false when the subscription ended.
func (s *Service) nextOf(events <-chan bus.Event, shop tenant.ShopID) bool {
	for e := range events {
		if e.Shop == shop {
			return true
		}
	}
	return false
}

// State returns the channel as it stands now. A channel that never was is inactive.
func (s *Service) State(ctx context.Context, shop tenant.ShopID, t Type) (State, error) {
	k, err := s.resolve(ctx, shop, t)
	if err != nil {
		return State{}, err
	}
	st, ok, err := s.m.liveStates.State(ctx, k)
	if err != nil { // what is stored is as true, but for a QR
		s.m.log.Warn("read channel state", "shop", k.Shop, "type", k.Type, "err", err)
	}
	if ok {
		return st, nil
	}
	return s.stored(ctx, k)
}

// Deactivate stops the channel; with logout it also unlinks the device and
// destroys its credentials. It may be repeated.
func (s *Service) Deactivate(ctx context.Context, shop tenant.ShopID, t Type, logout bool) (State, error) {
	k, err := s.resolve(ctx, shop, t)
	if err != nil {
		return State{}, err
	}
	defer s.m.channels.lock(k)()
	l, err := s.m.link(ctx, k)
	if err != nil {
		return State{}, err
	}
	if l != nil {
		return s.end(ctx, l, logout)
	}
	lease, err := s.m.join(ctx, shop)
	if errors.Is(err, cluster.ErrOwned) {
		return s.deactivateElsewhere(ctx, k, logout)
	}
	if err != nil {
		return State{}, err
	}
	st, err := s.switchOff(ctx, k, lease, logout)
	return st, errors.Join(err, s.m.leave(ctx, shop))
}

// switchOff deactivates a channel that has no session on any node.
func (s *Service) switchOff(ctx context.Context, k Key, lease cluster.Lease, logout bool) (State, error) {
	old, err := s.stored(ctx, k)
	if err != nil {
		return State{}, err
	}
	if logout {
		if err := s.destroy(ctx, k, lease); err != nil {
			return old, err
		}
	}
	if old.CreatedAt.IsZero() {
		return old, nil // never existed: nothing to store
	}
	next := old.deactivated(Deactivated, logout, s.m.now())
	s.m.record(ctx, old, next)
	return next, s.m.liveStates.Clear(ctx, k)
}

// end closes a live link, unlinking first when asked to: credentials that could
// not be destroyed leave the channel as it was.
func (s *Service) end(ctx context.Context, l *link, logout bool) (State, error) {
	if logout {
		session, _ := l.live()
		if u, ok := session.(Unlinker); ok {
			if err := u.Unlink(ctx); err != nil {
				return l.snapshot(), fmt.Errorf("unlink: %w", err)
			}
		}
	}
	st := l.end(ctx, logout)
	select {
	case <-l.gone:
		return st, nil
	case <-ctx.Done():
		return st, fmt.Errorf("close session: %w", ctx.Err())
	}
}

func (s *Service) destroy(ctx context.Context, k Key, lease cluster.Lease) error {
	d, ok := s.m.strategies[k.Type].(Destroyer)
	if !ok {
		return nil
	}
	if err := d.Destroy(ctx, k, lease); err != nil {
		return fmt.Errorf("destroy credentials: %w", err)
	}
	return nil
}

// Pair returns a code that links the channel to the account of phone (digits,
// with country code). It starts the channel if it does not run.
func (s *Service) Pair(ctx context.Context, shop tenant.ShopID, t Type, phone string) (Code, error) {
	a, err := s.Activate(ctx, shop, t)
	if err != nil {
		return Code{}, err
	}
	k := a.State.Key()
	if a.AlreadyActive || a.Restoring {
		return Code{}, ErrNotConnecting
	}
	st, err := s.AwaitQR(ctx, k) // a code can be asked for once WhatsApp offers to link
	if err != nil {
		return Code{}, err
	}
	l, err := s.m.link(ctx, k)
	if err != nil {
		return Code{}, err
	}
	if st.Status != Connecting {
		return Code{}, ErrNotConnecting
	}
	if l == nil {
		return s.pairElsewhere(ctx, k, phone)
	}
	session, _ := l.live()
	p, ok := session.(CodePairer)
	if !ok {
		return Code{}, ErrNoPairing
	}
	return p.Pair(ctx, phone)
}

// resolve turns "no type" into the shop's only or most recent one.
func (s *Service) resolve(ctx context.Context, shop tenant.ShopID, t Type) (Key, error) {
	if t != "" {
		if !t.Valid() {
			return Key{}, ErrInvalidType
		}
		return Key{shop, t}, nil
	}
	channels, err := s.m.store.Channels(ctx, shop)
	if err != nil {
		return Key{}, fmt.Errorf("list channels of %s: %w", shop, err)
	}
	if len(channels) == 0 {
		return Key{shop, message.WhatsAppBaileys}, nil
	}
	return channels[0].Key(), nil
}

func (s *Service) stored(ctx context.Context, k Key) (State, error) {
	c, err := s.m.store.Channel(ctx, k)
	switch {
	case errors.Is(err, ErrNotFound):
		return State{Channel: Channel{Shop: k.Shop, Type: k.Type, Status: Inactive}}, nil
	case err != nil:
		return State{}, fmt.Errorf("read channel: %w", err)
	}
	return State{Channel: c}, nil
}

// QRWait is how long activate waits for a QR before it says so.
const QRWait = 20 * time.Second

// Refusals of a pairing code.
var (
	ErrInvalidPhone   = errors.New("not an international phone number")
	ErrPairingRefused = errors.New("WhatsApp refused the phone number")
)
