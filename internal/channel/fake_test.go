package channel_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"recado/internal/bus"
	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/tenant"
)

type fixture struct {
	t        *testing.T
	strategy *strategy
	store    *store
	host     *host
	leases   *cluster.Single
	manager  *channel.Manager
	service  *channel.Service
	feed     <-chan bus.Event
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	return newFixtureWith(t, func(*channel.ManagerOptions) {})
}

// newFixtureWith is newFixture with changed options.
func newFixtureWith(t *testing.T, change func(o *channel.ManagerOptions)) *fixture {
	t.Helper()
	local := &bus.Local{}
	ctx, cancel := context.WithCancel(context.Background())
	feed, err := local.Subscribe(ctx, 1024)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{
		t: t, feed: feed, leases: leasesForTest(t), host: &host{},
		strategy: &strategy{linked: map[tenant.ShopID]bool{}, sessions: map[tenant.ShopID]*session{}},
		store:    &store{channels: map[channel.Key]channel.Channel{}, changed: make(chan struct{}, 64)},
	}
	o := channel.ManagerOptions{
		Strategies: map[channel.Type]channel.Strategy{bot: f.strategy},
		Store:      f.store, Leases: f.leases, Bus: local, LiveStates: &channel.LocalLiveStates{},
		Host: f.host, Now: time.Now, Log: discard,
	}
	change(&o)
	f.manager = channel.NewManager(o)
	f.service = channel.NewService(f.manager)
	t.Cleanup(func() {
		if err := f.manager.Close(context.Background()); err != nil {
			t.Error(err)
		}
		cancel()
	})
	return f
}

func (f *fixture) session(shop tenant.ShopID) *session {
	f.t.Helper()
	f.strategy.mu.Lock()
	defer f.strategy.mu.Unlock()
	s := f.strategy.sessions[shop]
	if s == nil {
		f.t.Fatalf("no session of %s", shop)
	}
	return s
}

// events returns the first n events of shop.
func (f *fixture) events(shop tenant.ShopID, n int) []string {
	f.t.Helper()
	var got []string
	for len(got) < n {
		select {
		case e := <-f.feed:
			if e.Shop == shop {
				got = append(got, decode(e))
			}
		case <-time.After(30 * time.Second):
			f.t.Fatalf("only %q", got)
		}
	}
	select {
	case e := <-f.feed:
		f.t.Fatalf("one event too many: %s", decode(e))
	default:
	}
	return got
}

type strategy struct {
	mu       sync.Mutex
	err      error
	count    int
	linked   map[tenant.ShopID]bool
	gone     []tenant.ShopID
	sessions map[tenant.ShopID]*session
}

func (s *strategy) Open(_ context.Context, c channel.Channel, _ cluster.Lease, sink channel.Sink) (channel.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, s.err
	}
	s.count++
	ses := &session{sink: sink, done: make(chan struct{})}
	s.sessions[c.Shop] = ses
	return ses, nil
}

func (s *strategy) HasCredentials(_ context.Context, k channel.Key) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.linked[k.Shop], nil
}

func (s *strategy) Destroy(_ context.Context, k channel.Key, _ cluster.Lease) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = append(s.gone, k.Shop)
	return nil
}

func (s *strategy) opened() int    { s.mu.Lock(); defer s.mu.Unlock(); return s.count }
func (s *strategy) fail(err error) { s.mu.Lock(); defer s.mu.Unlock(); s.err = err }
func (s *strategy) addCredentials(shop tenant.ShopID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.linked[shop] = true
}

func (s *strategy) destroyed() []tenant.ShopID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.gone)
}

type session struct {
	sink     channel.Sink
	unlinked bool
	typed    []message.Peer
	closed   bool
	done     chan struct{}
	once     sync.Once
}

func (s *session) Send(context.Context, message.Out) (message.Receipt, error) {
	return message.Receipt{}, nil
}

func (s *session) Typing(_ context.Context, to message.Peer) error {
	s.typed = append(s.typed, to)
	return nil
}

func (s *session) Unlink(context.Context) error { s.unlinked = true; return nil }
func (s *session) Close(context.Context) error {
	s.once.Do(func() { s.closed = true; close(s.done) })
	return nil
}

type store struct {
	mu       sync.Mutex
	err      error
	channels map[channel.Key]channel.Channel
	changed  chan struct{}
}

func (s *store) put(c channel.Channel) { s.channels[c.Key()] = c }
func (s *store) fail(err error)        { s.mu.Lock(); defer s.mu.Unlock(); s.err = err }

func (s *store) Channel(_ context.Context, k channel.Key) (channel.Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.channels[k]
	if !ok {
		return c, channel.ErrNotFound
	}
	return c, nil
}

func (s *store) Channels(_ context.Context, shop tenant.ShopID) ([]channel.Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []channel.Channel
	for k, c := range s.channels {
		if k.Shop == shop {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b channel.Channel) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	return list, nil
}

func (s *store) PutChannel(_ context.Context, c channel.Channel) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.channels[c.Key()] = c
	select {
	case s.changed <- struct{}{}:
	default:
	}
	return nil
}

func (s *store) EnabledChannels(context.Context) ([]channel.Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []channel.Channel
	for _, c := range s.channels {
		if c.Enabled {
			list = append(list, c)
		}
	}
	return list, nil
}

func (s *store) NumberHolder(context.Context, string) (channel.Key, bool, error) {
	return channel.Key{}, false, nil
}

type host struct {
	mu  sync.Mutex
	log []string
	in  []message.In
	end time.Time // deadline of the last Receive
}

func (h *host) record(s string) { h.mu.Lock(); defer h.mu.Unlock(); h.log = append(h.log, s) }

func (h *host) Receive(ctx context.Context, m message.In) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.end, _ = ctx.Deadline()
	h.in = append(h.in, m)
	return nil
}
func (h *host) Update(context.Context, message.Update) error { return nil }
func (h *host) Own(l cluster.Lease)                          { h.record("own " + string(l.Shop)) }
func (h *host) Disown(shop tenant.ShopID)                    { h.record("disown " + string(shop)) }
func (h *host) ChannelReady(k channel.Key)                   { h.record("ready " + string(k.Shop)) }
func (h *host) ChannelDown(k channel.Key)                    { h.record("down " + string(k.Shop)) }
func (h *host) calls() []string                              { h.mu.Lock(); defer h.mu.Unlock(); return slices.Clone(h.log) }

func (h *host) received() []message.In {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.in)
}

type epochs struct{}

func (epochs) NextEpoch(_ context.Context, _ tenant.ShopID, atLeast cluster.Epoch) (cluster.Epoch, error) {
	return atLeast, nil
}
