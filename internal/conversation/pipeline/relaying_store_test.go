package pipeline_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/conversation/pipeline"
	"recado/internal/tenant"
)

// relayingStore is a store with separate Relay, like one that cannot change many
// records at once. Before that its readers find nothing, and their early reads are counted.
type relayingStore struct {
	conversation.Store
	failing   atomic.Bool  // to relay, and to read what it would relay first
	deaf      atomic.Bool  // to Relay alone
	blind     atomic.Bool  // no inbox is read
	vague     atomic.Int32 // so many commits happen and seem to have failed
	meanwhile func()       // happens while a commit does

	mu     sync.Mutex
	left   map[conversation.ID]int
	rounds [][]conversation.ID
	calls  map[string]int
	early  map[string]int
}

var errAway = errors.New("the store is away")

func (s *relayingStore) Commit(ctx context.Context, c conversation.Commit) (conversation.CommitResult, error) {
	done, err := s.Store.Commit(ctx, c)
	if err != nil {
		return done, err
	}
	if s.meanwhile != nil {
		s.meanwhile()
	}
	done.Unrelayed = true
	s.mu.Lock()
	s.left[c.Conversation]++
	s.mu.Unlock()
	if s.vague.Add(-1) >= 0 {
		return conversation.CommitResult{}, errAway
	}
	return done, nil
}

func (s *relayingStore) Relay(_ context.Context, _ tenant.ShopID, ids ...conversation.ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls["Relay"]++
	if s.failing.Load() || s.deaf.Load() {
		return errAway
	}
	s.rounds = append(s.rounds, ids)
	for _, id := range ids {
		delete(s.left, id)
	}
	return nil
}

func (s *relayingStore) Next(ctx context.Context, shop tenant.ShopID, id conversation.ID, limit int) (conversation.InboxBatch, error) {
	s.mu.Lock()
	s.calls["Next"]++
	s.mu.Unlock()
	if s.failing.Load() || limit > 0 && s.blind.Load() {
		return conversation.InboxBatch{}, errAway
	}
	s.mu.Lock()
	delete(s.left, id)
	s.mu.Unlock()
	return s.Store.Next(ctx, shop, id, limit)
}

func (s *relayingStore) Ready(ctx context.Context, shop tenant.ShopID, id conversation.ID, after int64, limit int) ([]conversation.OutboxItem, error) {
	if !s.knows("Ready") {
		return nil, nil
	}
	return s.Store.Ready(ctx, shop, id, after, limit)
}

func (s *relayingStore) Fire(ctx context.Context, l cluster.Lease, now time.Time, limit int) ([]conversation.ID, error) {
	if !s.knows("Fire") {
		return nil, nil
	}
	return s.Store.Fire(ctx, l, now, limit)
}

func (s *relayingStore) NextTimer(ctx context.Context, shop tenant.ShopID) (time.Time, error) {
	if !s.knows("NextTimer") {
		return time.Time{}, nil
	}
	return s.Store.NextTimer(ctx, shop)
}

func (s *relayingStore) Calls(ctx context.Context, shop tenant.ShopID, after string, limit int) ([]conversation.Call, error) {
	if !s.knows("Calls") {
		return nil, nil
	}
	return s.Store.Calls(ctx, shop, after, limit)
}

// knows notes that a verb was asked, and reports whether everything has been relayed.
func (s *relayingStore) knows(verb string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[verb]++
	if len(s.left) > 0 {
		s.early[verb]++
		return false
	}
	return true
}

// asked is how often.
func (s *relayingStore) asked(verb string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[verb]
}

// tooEarly is how often a verb was asked while something had not been relayed.
func (s *relayingStore) tooEarly(verb string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.early[verb]
}

// unrelayed is how many commits have not been relayed.
func (s *relayingStore) unrelayed() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, left := range s.left {
		n += left
	}
	return n
}

// newRelayingWorld returns a world that has taken up everything that waits.
func newRelayingWorld(t *testing.T, linger time.Duration, tweaks ...func(*pipeline.Options)) (*world, *relayingStore) {
	t.Helper()
	s := &relayingStore{left: make(map[conversation.ID]int), calls: make(map[string]int), early: make(map[string]int)}
	w := newWorld(t, func(o *pipeline.Options) {
		s.Store, o.Store, o.OutcomeDelay = o.Store, s, linger
		for _, tweak := range tweaks {
			tweak(o)
		}
	}, tacos)
	w.until(func() bool { return s.asked("NextTimer") > 0 }, func() string { return "timers are not read" })
	return w, s
}
