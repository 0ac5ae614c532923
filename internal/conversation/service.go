package conversation

import (
	"context"
	"sync"
	"time"

	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Service is the way from a customer's message to the shop's answer, on the
// shops that this node owns. See the package comment.
type Service struct {
	o       Options
	commits stripes // what is committed first is handed to the dispatcher first
	workers workers
	relays  relays
	settler settler
	ticks   ticks

	mu    sync.Mutex
	with  func(f func(ctx context.Context)) // gives what is under way its context; nil while Run does not run
	work  sync.WaitGroup                    // everything under way
	shops map[tenant.ShopID]*shop
}

// New returns a Service that owns nothing yet.
func New(o Options) *Service {
	s := &Service{o: o.withDefaults(), shops: make(map[tenant.ShopID]*shop)}
	s.workers.init()
	s.relays.init(s)
	s.settler.init(s)
	s.ticks.init(s)
	return s
}

// Run works until ctx ends, and then until what is under way has ended, for at
// most Grace, and what became of it is stored, for as long again. It may be called once.
func (s *Service) Run(ctx context.Context) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	s.mu.Lock()
	s.with = func(f func(ctx context.Context)) { f(work) }
	for _, sh := range s.shops {
		s.start(sh)
	}
	s.mu.Unlock()

	settled := make(chan struct{})
	storing, stopStoring := context.WithCancel(context.WithoutCancel(ctx))
	defer stopStoring()
	settling, stopSettling := context.WithCancel(storing)
	defer stopSettling()
	go func() {
		defer close(settled)
		s.settler.run(settling, storing)
	}()

	scheduled := make(chan struct{})
	go func() {
		defer close(scheduled)
		s.runSchedules(ctx)
	}()

	<-ctx.Done()
	<-scheduled
	stop := time.AfterFunc(s.o.Grace, cancel)
	defer stop.Stop()
	s.mu.Lock()
	s.with = nil
	for _, sh := range s.shops {
		sh.close()
	}
	s.mu.Unlock()
	s.work.Wait()
	s.workers.end()
	stopSettling()
	late := time.AfterFunc(s.o.Grace, stopStoring)
	defer late.Stop()
	<-settled
	return nil
}

// spawn starts f unless the service or the shop is stopping. The caller holds s.mu.
func (s *Service) spawn(sh *shop, f func(ctx context.Context)) bool {
	if s.with == nil || sh.closed {
		return false
	}
	with := s.with
	s.work.Add(1)
	sh.work.Add(1)
	s.workers.do(func() {
		defer s.work.Done()
		defer sh.work.Done()
		with(f)
	})
	return true
}

// Own makes this node work on a shop until Disown, or until the store says that
// a newer owner exists. What waits durably is taken up at once.
func (s *Service) Own(l cluster.Lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.shops[l.Shop]; old != nil {
		if old.lease.Epoch == l.Epoch {
			return
		}
		old.close()
	}
	sh := newShop(l)
	if old := s.shops[l.Shop]; old != nil {
		sh.up = old.up
	}
	s.shops[l.Shop] = sh
	s.start(sh)
}

// Disown ends the work on a shop and returns when nothing of it is under way
// any more: the lease can be given away.
func (s *Service) Disown(id tenant.ShopID) {
	s.mu.Lock()
	sh := s.shops[id]
	if sh == nil {
		s.mu.Unlock()
		return
	}
	delete(s.shops, id)
	sh.close()
	s.mu.Unlock()
	sh.work.Wait()
	s.settler.flush(id)
}

// ChannelReady says that messages can be sent on the channel.
func (s *Service) ChannelReady(id tenant.ShopID, channel message.ChannelType) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shops[id]
	if sh == nil {
		return
	}
	sh.up[channel] = true
	s.ready(sh)
	for _, c := range sh.convs {
		c.calm()
		s.dispatch(sh, c)
	}
}

// ChannelDown says that messages cannot be sent on the channel: they wait.
func (s *Service) ChannelDown(id tenant.ShopID, channel message.ChannelType) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sh := s.shops[id]; sh != nil {
		delete(sh.up, channel)
	}
}

// lost drops a shop that a newer owner has.
func (s *Service) lost(sh *shop) {
	s.o.Log.Warn("another node owns the shop", "shop", sh.id, "epoch", sh.lease.Epoch)
	s.mu.Lock()
	defer s.mu.Unlock()
	sh.close()
	if s.shops[sh.id] == sh {
		delete(s.shops, sh.id)
	}
}

// stripes are locks by conversation.
type stripes [512]sync.Mutex

func (s *stripes) of(id ID) *sync.Mutex {
	h := uint32(2166136261)
	for i := range len(id) {
		h = (h ^ uint32(id[i])) * 16777619
	}
	return &s[h%uint32(len(s))]
}
