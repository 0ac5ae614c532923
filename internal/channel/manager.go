package channel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"recado/internal/bus"
	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Host is the rest of the program as the Manager needs it: it keeps incoming
// messages and works on a shop while this node owns it.
type Host interface {
	Receive(ctx context.Context, m message.In) error
	Update(ctx context.Context, u message.Update) error
	Own(l cluster.Lease)
	Disown(shop tenant.ShopID)
	ChannelReady(k Key)
	ChannelDown(k Key)
}

// Manager keeps the live sessions of this node, at most one per channel, and the
// leases under which they live. It executes what Service decides.
type Manager struct {
	strategies map[Type]Strategy
	store      Store
	bus        bus.Bus
	liveStates LiveStates
	host       Host
	now        func() time.Time
	log        *slog.Logger

	recorder *recorder
	leases   *leaseRefs
	commands keyedMutex[Key] // one command at a time per channel

	mu       sync.Mutex
	sessions map[Key]*liveSession
	closed   bool
}

// ManagerOptions are a Manager's parts; all are required.
type ManagerOptions struct {
	Strategies map[Type]Strategy // a type without strategy is "not configured"
	Store      Store
	Leases     cluster.Leases
	Bus        bus.Bus
	LiveStates LiveStates
	Host       Host
	Now        func() time.Time
	Log        *slog.Logger
}

// NewManager returns a Manager without sessions; Restore opens the stored ones.
func NewManager(o ManagerOptions) *Manager {
	return &Manager{
		strategies: o.Strategies, store: o.Store, bus: o.Bus, liveStates: o.LiveStates, host: o.Host, now: o.Now, log: o.Log,
		recorder: &recorder{
			store: o.Store, liveStates: o.LiveStates, bus: o.Bus, log: o.Log,
			unstored: make(map[Key]State), failed: make(chan struct{}, 1),
		},
		leases:   &leaseRefs{leases: o.Leases, host: o.Host, refs: make(map[tenant.ShopID]leaseRef)},
		sessions: make(map[Key]*liveSession),
	}
}

// ErrClosed says that the node is stopping.
var ErrClosed = errors.New("this node is stopping")

// Run stores the states that the store refused at first, until ctx ends.
func (m *Manager) Run(ctx context.Context) error {
	m.recorder.retryUnstored(ctx)
	return nil
}

// start acquires the shop's lease, moves the channel from old to next and opens its
// session. A session that cannot be opened leaves the channel in error; a shop that
// another node serves (cluster.ErrOwned) leaves it as it is.
func (m *Manager) start(ctx context.Context, old, next State) (State, error) {
	lease, err := m.leases.acquire(ctx, next.Shop)
	switch {
	case errors.Is(err, cluster.ErrOwned):
		return old, err
	case err != nil:
		m.recorder.record(ctx, old, next)
		return m.recordFailure(ctx, next, err)
	}
	return m.open(ctx, old, next, lease)
}

// open is start under a lease whose reference goes over to the session.
func (m *Manager) open(ctx context.Context, old, next State, lease cluster.Lease) (State, error) {
	m.recorder.record(ctx, old, next)
	l := newLiveSession(m, next, lease)
	if err := m.openSession(ctx, l, next.Channel); err != nil {
		return m.recordFailure(ctx, next, err)
	}
	go m.supervise(l)
	return l.snapshot(), nil
}

func (m *Manager) recordFailure(ctx context.Context, s State, cause error) (State, error) {
	failed, err := s.move(fail, StoreFailed, m.now())
	if err == nil {
		m.recorder.record(ctx, s, failed)
	}
	return failed, errors.Join(cause, m.liveStates.Clear(ctx, s.Key()))
}

// openSession opens l's session; on failure it releases the lease.
func (m *Manager) openSession(ctx context.Context, l *liveSession, c Channel) error {
	strategy := m.strategies[c.Type]
	if strategy == nil {
		return errors.Join(ErrNotConfigured, m.leases.release(ctx, c.Shop))
	}
	if err := m.add(l); err != nil {
		return errors.Join(err, m.leases.release(ctx, c.Shop))
	}
	session, err := strategy.Open(ctx, c, l.lease, l)
	if err != nil {
		l.detach()
		m.closeSession(l)
		return fmt.Errorf("open channel %s of %s: %w", c.Type, c.Shop, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.session = session
	return nil
}

func (m *Manager) add(l *liveSession) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	m.sessions[l.key] = l
	return nil
}

// supervise closes the session when it has ended or its lease is lost.
func (m *Manager) supervise(l *liveSession) {
	select {
	case <-l.ended:
	case <-l.lease.Lost:
		l.leaseLost(context.Background())
	}
	m.closeSession(l)
}

// closeSession closes the session, then releases the lease: the next owner must
// find the connection closed.
func (m *Manager) closeSession(l *liveSession) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	defer close(l.closed)
	log := m.log.With("shop", l.key.Shop, "type", l.key.Type)
	if session, _ := l.current(); session != nil {
		if err := session.Close(ctx); err != nil {
			log.Error("close session", "err", err)
		}
	}
	m.mu.Lock()
	delete(m.sessions, l.key)
	m.mu.Unlock()
	if err := m.liveStates.Clear(ctx, l.key); err != nil {
		log.Error("clear channel state", "err", err)
	}
	if err := m.leases.release(ctx, l.key.Shop); err != nil {
		log.Error("leave shop", "err", err)
	}
}

// liveSession returns the session of k that has not ended, or nil. It waits until
// one that has ended is closed.
func (m *Manager) liveSession(ctx context.Context, k Key) (*liveSession, error) {
	for {
		m.mu.Lock()
		l := m.sessions[k]
		m.mu.Unlock()
		if l == nil || !l.hasEnded() {
			return l, nil
		}
		select {
		case <-l.closed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// activeSession returns the Session of an active channel.
func (m *Manager) activeSession(k Key) (Session, error) {
	m.mu.Lock()
	l := m.sessions[k]
	m.mu.Unlock()
	if l != nil {
		if s, status := l.current(); s != nil && status == Active {
			return s, nil
		}
	}
	return nil, &message.SendError{Code: "not_connected", Retry: true}
}

// Send gives out to the session of its channel.
func (m *Manager) Send(ctx context.Context, out message.Out) (message.Receipt, error) {
	s, err := m.activeSession(Key{out.Shop, out.Channel})
	if err != nil {
		return message.Receipt{}, err
	}
	return s.Send(ctx, out)
}

// Typing shows in a chat of the channel that the shop is typing, if the channel is
// able to.
func (m *Manager) Typing(ctx context.Context, k Key, to message.Peer) error {
	s, err := m.activeSession(k)
	if err != nil {
		return err
	}
	if t, ok := s.(TypingNotifier); ok {
		return t.Typing(ctx, to)
	}
	return nil
}

// Download fetches the file of a message that the channel received.
func (m *Manager) Download(ctx context.Context, k Key, media message.Media) ([]byte, error) {
	s, err := m.activeSession(k)
	if err != nil {
		return nil, err
	}
	d, ok := s.(Downloader)
	if !ok {
		return nil, &message.SendError{Code: "unsupported"}
	}
	return d.Download(ctx, media)
}

// Close disconnects every session and keeps the stored states. It returns when all
// are closed or ctx ends.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	sessions := m.all()
	for _, l := range sessions {
		l.detach()
	}
	for _, l := range sessions {
		select {
		case <-l.closed:
		case <-ctx.Done():
			return fmt.Errorf("close sessions: %w", ctx.Err())
		}
	}
	return nil
}

// Count returns the number of live channels of this node by status.
func (m *Manager) Count() map[Status]int {
	count := map[Status]int{Connecting: 0, Active: 0}
	for _, l := range m.all() {
		_, status := l.current()
		count[status]++
	}
	return count
}

func (m *Manager) all() []*liveSession {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.sessions))
}
