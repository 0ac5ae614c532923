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

// Errors of the commands; api and realtime map them to codes.
var (
	ErrInvalidType    = errors.New("no such channel type")
	ErrNotConfigured  = errors.New("this channel type is not configured")
	ErrQRTimeout      = errors.New("no QR arrived in time")
	ErrNotConnecting  = errors.New("the channel is not waiting to be linked")
	ErrNoPairing      = errors.New("this channel type cannot be linked by code")
	ErrInvalidPhone   = errors.New("not an international phone number")
	ErrPairingRefused = errors.New("WhatsApp refused the phone number")
)

// QRWait is how long activate waits for a QR before it says so.
const QRWait = 20 * time.Second

// Service executes the commands of people: activate, deactivate, pair, and reading
// the state. Permissions are checked by its callers.
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

func newActivation(s State) Activation {
	return Activation{State: s, AlreadyActive: s.Status == Active, Restoring: s.Reason == Restoring}
}

// Activate starts the channel and returns before it is connected. A channel that is
// connecting or active stays as it is.
func (s *Service) Activate(ctx context.Context, shop tenant.ShopID, t Type) (Activation, error) {
	k, err := s.resolve(ctx, shop, t)
	if err != nil {
		return Activation{}, err
	}
	if s.m.strategies[k.Type] == nil {
		return Activation{}, ErrNotConfigured
	}
	defer s.m.commands.lock(k)()
	l, err := s.m.liveSession(ctx, k)
	if err != nil {
		return Activation{}, err
	}
	if l != nil {
		return newActivation(l.snapshot()), nil
	}
	linked, err := s.m.hasCredentials(ctx, k)
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
		return s.activateRemotely(ctx, k)
	}
	return Activation{State: st, Restoring: linked}, err
}

// AwaitQR returns as soon as the channel shows a QR, is active, or stopped
// connecting. It returns ErrQRTimeout with the last state when ctx ends first.
func (s *Service) AwaitQR(ctx context.Context, k Key) (State, error) {
	sub, cancel := context.WithCancel(ctx)
	defer cancel()
	var events <-chan bus.Event
	for {
		if events == nil && ctx.Err() == nil { // first, or after falling behind; the state is read after it
			var err error
			if events, err = s.m.bus.Subscribe(sub, 256); err != nil {
				return State{}, fmt.Errorf("wait for QR: %w", err)
			}
		}
		st, err := s.State(context.WithoutCancel(ctx), k.Shop, k.Type)
		if err != nil || st.QR != "" || st.Status != Connecting || st.Reason == PasskeyRequired {
			return st, err
		}
		if ctx.Err() != nil {
			return st, ErrQRTimeout
		}
		if !awaitEvent(events, k.Shop) {
			events = nil
		}
	}
}

// awaitEvent returns at the next event of shop; false says that the subscription ended.
func awaitEvent(events <-chan bus.Event, shop tenant.ShopID) bool {
	for e := range events {
		if e.Shop == shop {
			return true
		}
	}
	return false
}

// State returns the channel's current state: inactive if it never was activated.
func (s *Service) State(ctx context.Context, shop tenant.ShopID, t Type) (State, error) {
	k, err := s.resolve(ctx, shop, t)
	if err != nil {
		return State{}, err
	}
	st, ok, err := s.m.liveStates.State(ctx, k)
	if err != nil { // the stored state lacks only the QR
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
	defer s.m.commands.lock(k)()
	l, err := s.m.liveSession(ctx, k)
	if err != nil {
		return State{}, err
	}
	if l != nil {
		return s.closeLive(ctx, l, logout)
	}
	lease, err := s.m.leases.acquire(ctx, shop)
	if errors.Is(err, cluster.ErrOwned) {
		return s.deactivateRemotely(ctx, k, logout)
	}
	if err != nil {
		return State{}, err
	}
	st, err := s.deactivateStored(ctx, k, lease, logout)
	return st, errors.Join(err, s.m.leases.release(ctx, shop))
}

// deactivateStored deactivates a channel that has no session on any node.
func (s *Service) deactivateStored(ctx context.Context, k Key, lease cluster.Lease, logout bool) (State, error) {
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
	s.m.recorder.record(ctx, old, next)
	return next, s.m.liveStates.Clear(ctx, k)
}

// closeLive closes a live session, unlinking it first if logout is set: a channel
// whose credentials cannot be destroyed keeps its state.
func (s *Service) closeLive(ctx context.Context, l *liveSession, logout bool) (State, error) {
	if logout {
		session, _ := l.current()
		if u, ok := session.(Unlinker); ok {
			if err := u.Unlink(ctx); err != nil {
				return l.snapshot(), fmt.Errorf("unlink: %w", err)
			}
		}
	}
	st := l.deactivate(ctx, logout)
	select {
	case <-l.closed:
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
// with country code). It activates the channel if necessary.
func (s *Service) Pair(ctx context.Context, shop tenant.ShopID, t Type, phone string) (Code, error) {
	a, err := s.Activate(ctx, shop, t)
	if err != nil {
		return Code{}, err
	}
	k := a.State.Key()
	if a.AlreadyActive || a.Restoring {
		return Code{}, ErrNotConnecting
	}
	st, err := s.AwaitQR(ctx, k) // WhatsApp grants a code once it offers to link
	if err != nil {
		return Code{}, err
	}
	l, err := s.m.liveSession(ctx, k)
	if err != nil {
		return Code{}, err
	}
	if st.Status != Connecting {
		return Code{}, ErrNotConnecting
	}
	if l == nil {
		return s.pairRemotely(ctx, k, phone)
	}
	session, _ := l.current()
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
