package auth

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// Rule is a token bucket: Burst tries, one of which is restored Every interval.
type Rule struct {
	Burst int
	Every time.Duration
}

// The rules for failed sign-ins. One address has few tries at one account; the
// account as a whole has many more, so that an attacker elsewhere cannot lock its
// owner out with a few wrong passwords.
var (
	perAddressAndAccount = Rule{Burst: 5, Every: 30 * time.Second}
	perAddress           = Rule{Burst: 30, Every: 5 * time.Second}
	perAccount           = Rule{Burst: 100, Every: 30 * time.Second}
)

// Limits counts tries. The in-process one is Memory; one over Redis counts for all nodes.
type Limits interface {
	// Take uses one try of key and returns 0, or how long to wait for the next one.
	Take(ctx context.Context, key string, r Rule) (wait time.Duration, err error)
	// GiveBack returns one try of key.
	GiveBack(ctx context.Context, key string, r Rule) error
	// Forget returns all tries of key.
	Forget(ctx context.Context, key string) error
}

// LimitedError refuses a sign-in until After has passed.
type LimitedError struct{ After time.Duration }

func (e *LimitedError) Error() string { return fmt.Sprintf("too many tries, wait %s", e.After) }

// maxBuckets bounds the memory that unauthenticated requests can use (about 16 MB).
const maxBuckets = 100_000

// Memory is the Limits of one process. A bucket is stored as the time at which it
// will be full again (GCRA), so an idle one costs nothing.
type Memory struct {
	now func() time.Time

	mu   sync.Mutex
	full map[string]time.Time
}

// NewMemory returns empty Limits.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: now, full: make(map[string]time.Time)}
}

// Take implements Limits.
func (m *Memory) Take(_ context.Context, key string, r Rule) (time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	full := m.full[key]
	if full.Before(now) {
		full = now
	}
	next := full.Add(r.Every)
	if wait := next.Sub(now) - time.Duration(r.Burst)*r.Every; wait > 0 {
		return wait, nil
	}
	if len(m.full) >= maxBuckets {
		m.sweep(now)
	}
	m.full[key] = next
	return 0, nil
}

// sweep drops full buckets; when none is full, an arbitrary tenth.
func (m *Memory) sweep(now time.Time) {
	for k, full := range m.full {
		if !full.After(now) {
			delete(m.full, k)
		}
	}
	for k := range m.full {
		if len(m.full) < maxBuckets*9/10 {
			return
		}
		delete(m.full, k)
	}
}

// GiveBack implements Limits.
func (m *Memory) GiveBack(_ context.Context, key string, r Rule) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if full, ok := m.full[key]; ok {
		m.full[key] = full.Add(-r.Every)
	}
	return nil
}

// Forget implements Limits.
func (m *Memory) Forget(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.full, key)
	return nil
}

var _ Limits = (*Memory)(nil)

// limiter takes one try from every bucket of a sign-in.
type limiter struct {
	limits Limits
	taken  []bucket
}

type bucket struct {
	key  string
	rule Rule
}

func (g *limiter) take(ctx context.Context, buckets ...bucket) error {
	for _, b := range buckets {
		wait, err := g.limits.Take(ctx, b.key, b.rule)
		if err != nil {
			return fmt.Errorf("count sign-ins: %w", err)
		}
		if wait > 0 {
			return &LimitedError{After: wait}
		}
		g.taken = append(g.taken, b)
	}
	return nil
}

// refund returns the tries: only failures count.
func (g *limiter) refund(ctx context.Context) error {
	for _, b := range g.taken {
		if err := g.limits.GiveBack(ctx, b.key, b.rule); err != nil {
			return fmt.Errorf("count sign-ins: %w", err)
		}
	}
	return nil
}

// network is the part of an address that a client cannot choose freely: all of an
// IPv4 address, the first 64 bits of an IPv6 one.
func network(a netip.Addr) string {
	a = a.Unmap()
	if !a.Is6() {
		return a.String()
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return a.String()
	}
	return p.String()
}
