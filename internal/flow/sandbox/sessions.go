package sandbox

import (
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"recado/internal/tenant"
)

// Errors of Sessions.
var (
	ErrNoSession       = errors.New("the test chat does not exist")
	ErrTooManySessions = errors.New("the limit of test chats is reached")
)

// Limits of Sessions. A session is some 100 KB at most.
const (
	maxSessions = 500
	maxPerShop  = 20
	idleTimeout = time.Hour
)

// Sessions keeps sessions in memory until they have been idle for an hour. The
// zero value is empty; it is safe for concurrent use.
type Sessions struct {
	Now func() time.Time // nil: time.Now

	mu       sync.Mutex
	sessions map[string]*entry
}

type entry struct {
	shop   tenant.ShopID
	usedAt time.Time // guarded by Sessions.mu

	mu      sync.Mutex
	session *Session
}

func (s *Sessions) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// Add keeps a session and returns its id. Beyond the shop's limit its least
// recently used session is dropped; ErrTooManySessions beyond the limit of all shops.
func (s *Sessions) Add(shop tenant.ShopID, session *Session) (id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	own, oldest := 0, ""
	for id, e := range s.sessions {
		if now.Sub(e.usedAt) > idleTimeout {
			delete(s.sessions, id)
			continue
		}
		if e.shop != shop {
			continue
		}
		if own++; oldest == "" || e.usedAt.Before(s.sessions[oldest].usedAt) {
			oldest = id
		}
	}
	if own >= maxPerShop {
		delete(s.sessions, oldest)
	}
	if len(s.sessions) >= maxSessions {
		return "", ErrTooManySessions
	}
	if s.sessions == nil {
		s.sessions = make(map[string]*entry)
	}
	id = "tst_" + rand.Text()
	s.sessions[id] = &entry{shop: shop, usedAt: now, session: session}
	return id, nil
}

// Use calls do with a session that no other call uses meanwhile. ErrNoSession.
func (s *Sessions) Use(shop tenant.ShopID, id string, do func(*Session) error) error {
	s.mu.Lock()
	e := s.sessions[id]
	now := s.now()
	if e == nil || e.shop != shop || now.Sub(e.usedAt) > idleTimeout {
		s.mu.Unlock()
		return ErrNoSession
	}
	e.usedAt = now
	s.mu.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	return do(e.session)
}

// Remove drops a session. ErrNoSession.
func (s *Sessions) Remove(shop tenant.ShopID, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.sessions[id]; e == nil || e.shop != shop {
		return ErrNoSession
	}
	delete(s.sessions, id)
	return nil
}
