package channel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"recado/internal/bus"
	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Host is what the manager needs of the rest of the program: somewhere to put
// what arrives, and somebody who works on a shop while this node owns it.
type Host interface {
	Receive(ctx context.Context, m message.In) error
	Update(ctx context.Context, u message.Update) error
	Own(l cluster.Lease)
	Disown(shop tenant.ShopID)
	ChannelReady(k Key)
	ChannelDown(k Key)
}

// Manager keeps the live sessions of this node, one link per channel, and the
// leases under which they live. It does what Service decides.
type Manager struct {
	strategies map[Type]Strategy
	store      Store
	leases     cluster.Leases
	bus        bus.Bus
	liveStates LiveStates
	host       Host
	now        func() time.Time
	log        *slog.Logger

	channels keyed[Key] // one command at a time per channel
	shops    keyed[tenant.ShopID]

	mu      sync.Mutex
	links   map[Key]*link
	tenures map[tenant.ShopID]tenure
	closed  bool
	dirty   map[Key]State // states that the store has refused so far
	wake    chan struct{}
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

// NewManager returns a Manager without links; Restore opens the stored ones.
func NewManager(o ManagerOptions) *Manager {
	return &Manager{
		strategies: o.Strategies, store: o.Store, leases: o.Leases, bus: o.Bus, liveStates: o.LiveStates,
		host: o.Host, now: o.Now, log: o.Log,
		links: make(map[Key]*link), tenures: make(map[tenant.ShopID]tenure),
		dirty: make(map[Key]State), wake: make(chan struct{}, 1),
	}
}

// ErrClosed says that the node is stopping.
var ErrClosed = errors.New("this node is stopping")

// start takes the shop, moves a channel from old to s and opens its session. A
// session that cannot be opened leaves the channel in error, with the cause
// returned; a shop that another node serves leaves it as it is.
func (m *Manager) start(ctx context.Context, old, s State) (State, error) {
	lease, err := m.join(ctx, s.Shop)
	if errors.Is(err, cluster.ErrOwned) {
		return old, err
	}
	if err != nil {
		m.record(ctx, old, s)
		return m.failed(ctx, s, err)
	}
	return m.begin(ctx, old, s, lease)
}

// begin is start under a lease, which the channel's link has from then on.
func (m *Manager) begin(ctx context.Context, old, s State, lease cluster.Lease) (State, error) {
	m.record(ctx, old, s)
	l, err := m.open(ctx, s, lease)
	if err != nil {
		return m.failed(ctx, s, err)
	}
	return l.snapshot(), nil
}

func (m *Manager) failed(ctx context.Context, s State, cause error) (State, error) {
	failed, err := s.move(fail, StoreFailed, m.now())
	if err == nil {
		m.record(ctx, s, failed)
	}
	return failed, errors.Join(cause, m.liveStates.Clear(ctx, s.Key()))
}

// open starts the session of the channel whose state is s. On failure the lease is left.
func (m *Manager) open(ctx context.Context, s State, lease cluster.Lease) (*link, error) {
	strategy := m.strategies[s.Type]
	if strategy == nil {
		return nil, errors.Join(ErrNotConfigured, m.leave(ctx, s.Shop))
	}
	l := &link{m: m, key: s.Key(), lease: lease, state: s, closing: make(chan struct{}), gone: make(chan struct{})}
	if err := m.add(l); err != nil {
		return nil, errors.Join(err, m.leave(ctx, s.Shop))
	}
	session, err := strategy.Open(ctx, s.Channel, lease, l)
	if err != nil {
		l.detach()
		m.reap(l)
		return nil, fmt.Errorf("open channel %s of %s: %w", s.Type, s.Shop, err)
	}
	l.mu.Lock()
	l.session = session
	l.mu.Unlock()
	go m.watch(l)
	return l, nil
}

func (m *Manager) add(l *link) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	m.links[l.key] = l
	return nil
}

// watch ends the link when its lease is lost, and reaps it when it ended.
func (m *Manager) watch(l *link) {
	select {
	case <-l.closing:
	case <-l.lease.Lost:
		l.lost(context.Background())
	}
	m.reap(l)
}

// reap closes the session, forgets the link and gives the lease back, in this
// order: whoever gets the lease next finds the connection closed.
func (m *Manager) reap(l *link) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	defer close(l.gone)
	log := m.log.With("shop", l.key.Shop, "type", l.key.Type)
	if session, _ := l.live(); session != nil {
		if err := session.Close(ctx); err != nil {
			log.Error("close session", "err", err)
		}
	}
	m.mu.Lock()
	delete(m.links, l.key)
	m.mu.Unlock()
	if err := m.liveStates.Clear(ctx, l.key); err != nil {
		log.Error("clear channel state", "err", err)
	}
	if err := m.leave(ctx, l.key.Shop); err != nil {
		log.Error("leave shop", "err", err)
	}
}

// link returns the live link of k, or nil. It waits for one that is ending.
func (m *Manager) link(ctx context.Context, k Key) (*link, error) {
	for {
		m.mu.Lock()
		l := m.links[k]
		m.mu.Unlock()
		if l == nil {
			return nil, nil
		}
		select {
		case <-l.closing:
		default:
			return l, nil
		}
		select {
		case <-l.gone:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// session returns the session of an active channel.
func (m *Manager) session(k Key) (Session, error) {
	m.mu.Lock()
	l := m.links[k]
	m.mu.Unlock()
	if l != nil {
		if s, status := l.live(); s != nil && status == Active {
			return s, nil
		}
	}
	return nil, &message.SendError{Code: "not_connected", Retry: true}
}

// Send implements the one method that the outbox needs of the channels.
func (m *Manager) Send(ctx context.Context, out message.Out) (message.Receipt, error) {
	s, err := m.session(Key{out.Shop, out.Channel})
	if err != nil {
		return message.Receipt{}, err
	}
	return s.Send(ctx, out)
}

// Typing shows in a chat of the channel that the shop is typing. A channel that
// cannot show it shows nothing.
func (m *Manager) Typing(ctx context.Context, k Key, to message.Peer) error {
	s, err := m.session(k)
	if err != nil {
		return err
	}
	if t, ok := s.(TypingNotifier); ok {
		return t.Typing(ctx, to)
	}
	return nil
}

// Download fetches the file of a received message through the channel it came by.
func (m *Manager) Download(ctx context.Context, k Key, media message.Media) ([]byte, error) {
	s, err := m.session(k)
	if err != nil {
		return nil, err
	}
	d, ok := s.(Downloader)
	if !ok {
		return nil, &message.SendError{Code: "unsupported"}
	}
	return d.Download(ctx, media)
}

// Close disconnects every session, keeps what is stored, and returns when
// nothing runs any more or ctx ends.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	m.closed = true
	links := make([]*link, 0, len(m.links))
	for _, l := range m.links {
		links = append(links, l)
	}
	m.mu.Unlock()

	for _, l := range links {
		l.detach()
	}
	for _, l := range links {
		select {
		case <-l.gone:
		case <-ctx.Done():
			return fmt.Errorf("close sessions: %w", ctx.Err())
		}
	}
	return nil
}

// Count returns how many live channels of this node are in which status.
func (m *Manager) Count() map[Status]int {
	m.mu.Lock()
	links := make([]*link, 0, len(m.links))
	for _, l := range m.links {
		links = append(links, l)
	}
	m.mu.Unlock()
	count := map[Status]int{Connecting: 0, Active: 0}
	for _, l := range links {
		_, status := l.live()
		count[status]++
	}
	return count
}
