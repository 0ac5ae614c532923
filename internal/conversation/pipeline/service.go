// Package pipeline works the inbox: it takes a customer's message to the shop's
// answer without losing or doubling anything.
//
// # The way of a message
//
//	Service.Receive   appends it to the store, durably, before WhatsApp gets its acknowledgement
//	runner            reads the conversation's oldest items; stepper and aggregate make a commit of them
//	committer         stores the commit, publishes it, hands its messages on
//	dispatcher        sends the outbox to the channel, strictly in order within a conversation
//	outcomeBatcher    stores what was sent, many at a time
//
// Timers that are due, answers of web services (caller) and events of other
// programs become inbox items and take the same way from the runner on.
//
// # Ownership
//
// Only the owner of a shop (see package cluster) steps and sends; the store
// refuses commits and outcomes of an older epoch. Ownership is also why claims
// need no record: what is being sent is in the owner's memory, and after a crash
// the next owner sends it again under the same id.
//
// Each part keeps its own state of a shop and of a conversation ([ownedShop],
// [activeConversation]); one lock, [owners].mu, guards all of it, because most
// changes touch two parts.
//
// # Waiting for more
//
// An input that may go on (see package aggregate) waits in the inbox and not in
// memory, so a crash loses nothing of it; the next owner computes the wait again.
//
// # Goroutines
//
// None per conversation: one is started when there is work, bounded per shop,
// and ends when there is none. [Service.Run] owns them all and returns when the
// last has ended.
package pipeline

import (
	"context"
	"errors"
	"sync"
	"time"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Service owns shops, receives their messages and serves the people and programs
// that act in conversations. The parts below it do the work.
type Service struct {
	o          *Options
	owners     *owners
	publisher  publisher
	relays     *relayBatcher
	outcomes   *outcomeBatcher
	receipts   *receiptBatcher
	flusher    *flusher
	dispatcher *dispatcher
	caller     *caller
	timers     *timers
	scheduler  *scheduler
	committer  *committer
	runner     *runner
}

// New returns a Service that owns nothing yet.
func New(options Options) *Service {
	o := options.withDefaults()
	s := &Service{
		o:         o,
		owners:    &owners{log: o.Log, pool: newGoroutinePool(), shops: make(map[tenant.ShopID]*ownedShop)},
		publisher: publisher{o.Bus, o.Log},
	}
	s.flusher = &flusher{o: o, wake: make(chan struct{}, 1)}
	s.relays = newRelayBatcher(o, s.publisher, s.flusher.poke)
	s.outcomes = newOutcomeBatcher(o, s.owners, s.relays, s.publisher, s.flusher.poke)
	s.receipts = &receiptBatcher{o: o, relays: s.relays, outcomes: s.outcomes, publisher: s.publisher, poke: s.flusher.poke}
	s.flusher.relays, s.flusher.outcomes, s.flusher.receipts = s.relays, s.outcomes, s.receipts
	s.dispatcher = &dispatcher{o: o, owners: s.owners, relays: s.relays, outcomes: s.outcomes}
	s.caller = &caller{o: o, owners: s.owners, wake: s.wake, send: s.Send}
	s.timers = &timers{o: o, owners: s.owners, relays: s.relays, wake: s.wake}
	s.scheduler = &scheduler{o: o, owners: s.owners, push: s.push}
	s.committer = &committer{
		o: o, owners: s.owners, relays: s.relays, publisher: s.publisher, dispatcher: s.dispatcher, caller: s.caller, timers: s.timers,
	}
	s.runner = &runner{o: o, owners: s.owners, committer: s.committer, dispatcher: s.dispatcher, caller: s.caller, timers: s.timers}
	return s
}

// Run works until ctx ends, and then until work under way has ended, for at most
// Grace, and its outcomes are stored, for as long again. It may be called once.
func (s *Service) Run(ctx context.Context) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	s.owners.start(func(f func(ctx context.Context)) { f(work) }, s.takeOver)

	storing, stopStoring := context.WithCancel(context.WithoutCancel(ctx))
	defer stopStoring()
	flushing, stopFlushing := context.WithCancel(storing)
	defer stopFlushing()
	var flushed, scheduled sync.WaitGroup
	flushed.Go(func() { s.flusher.run(flushing, storing) })
	scheduled.Go(func() { s.scheduler.run(ctx) })

	<-ctx.Done()
	scheduled.Wait()
	stop := time.AfterFunc(s.o.Grace, cancel)
	defer stop.Stop()
	s.owners.stop()
	stopFlushing()
	late := time.AfterFunc(s.o.Grace, stopStoring)
	defer late.Stop()
	flushed.Wait()
	return nil
}

// Own makes this node work on a shop until Disown, or until the store reports a
// newer owner. What waits durably is taken up at once.
func (s *Service) Own(l cluster.Lease) {
	s.owners.mu.Lock()
	defer s.owners.mu.Unlock()
	if sh := s.owners.add(l); sh != nil {
		s.takeOver(sh)
	}
}

// Disown ends the work on a shop and returns when none of it is under way: the
// lease can be given away.
func (s *Service) Disown(id tenant.ShopID) {
	if sh := s.owners.remove(id); sh != nil {
		sh.work.Wait()
		s.flusher.flushShop(id)
	}
}

// takeOver begins the work on a shop. The caller holds owners.mu.
func (s *Service) takeOver(sh *ownedShop) {
	s.owners.spawn(sh, func(ctx context.Context) { s.adopt(ctx, sh) })
}

// adopt makes the shop ours in the store, however often that takes, and takes up
// what waits.
func (s *Service) adopt(ctx context.Context, sh *ownedShop) {
	for n := 1; ; n++ {
		unfinished, err := s.o.Store.Adopt(ctx, sh.lease)
		if err == nil {
			s.resume(sh, unfinished)
			s.timers.reload(ctx, sh)
			return
		}
		if errors.Is(err, conversation.ErrStale) {
			s.owners.drop(sh)
			return
		}
		s.o.Log.Error("take over shop", "shop", sh.id, "err", err)
		if !sh.sleep(s.o.backoff(n)) {
			return
		}
	}
}

func (s *Service) resume(sh *ownedShop, u conversation.Unfinished) {
	s.owners.mu.Lock()
	defer s.owners.mu.Unlock()
	sh.adopted = true
	for _, id := range u.Outbox {
		sh.conversation(id).send.refill()
	}
	for _, id := range u.Inbox {
		sh.conversation(id).step.pending = true
	}
	s.caller.review(sh)
	for _, c := range sh.active { // also those that woke up in the meantime
		s.runner.enqueue(sh, c)
		s.dispatcher.enqueue(sh, c)
	}
}

// ChannelReady says that messages can be sent on the channel.
func (s *Service) ChannelReady(id tenant.ShopID, channel message.ChannelType) {
	s.owners.mu.Lock()
	defer s.owners.mu.Unlock()
	sh := s.owners.shops[id]
	if sh == nil {
		return
	}
	sh.up[channel] = true
	s.runner.onChannelUp(sh)
	for _, c := range sh.active {
		c.send.resetBackoff()
		s.dispatcher.enqueue(sh, c)
	}
}

// ChannelDown says that messages cannot be sent on the channel: they wait.
func (s *Service) ChannelDown(id tenant.ShopID, channel message.ChannelType) {
	s.owners.mu.Lock()
	defer s.owners.mu.Unlock()
	if sh := s.owners.shops[id]; sh != nil {
		delete(sh.up, channel)
	}
}

// wake has a conversation of an owned shop stepped: its inbox has something new.
func (s *Service) wake(sh *ownedShop, id conversation.ID) { s.runner.wake(sh, id, nil) }
