package sandbox

import (
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"recado/internal/tenant"
)

// Errors of Rooms.
var (
	ErrNoSession = errors.New("no such test chat")
	ErrFull      = errors.New("too many test chats at once")
)

// Limits of Rooms. A session is some 100 KB at most.
const (
	maxSessions = 500
	maxOfShop   = 20
	roomLife    = time.Hour // after the last use
)

// Rooms keeps sessions in memory, for a while. It is safe for concurrent use.
type Rooms struct {
	Now func() time.Time // nil: time.Now

	mu    sync.Mutex
	rooms map[string]*room
}

type room struct {
	shop tenant.ShopID
	used time.Time // guarded by Rooms.mu

	mu      sync.Mutex
	session *Session
}

func (r *Rooms) now() time.Time {
	if r.Now == nil {
		return time.Now()
	}
	return r.Now()
}

// Open keeps a session and returns its id. A shop's oldest gives way to its
// newest; ErrFull when there are too many of all shops.
func (r *Rooms) Open(shop tenant.ShopID, s *Session) (id string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	own, oldest := 0, ""
	for id, room := range r.rooms {
		if now.Sub(room.used) > roomLife {
			delete(r.rooms, id)
			continue
		}
		if room.shop != shop {
			continue
		}
		if own++; oldest == "" || room.used.Before(r.rooms[oldest].used) {
			oldest = id
		}
	}
	if own >= maxOfShop {
		delete(r.rooms, oldest)
	}
	if len(r.rooms) >= maxSessions {
		return "", ErrFull
	}
	if r.rooms == nil {
		r.rooms = make(map[string]*room)
	}
	id = "tst_" + rand.Text()
	r.rooms[id] = &room{shop: shop, used: now, session: s}
	return id, nil
}

// Use gives a session to do, which nobody else uses meanwhile. ErrNoSession.
func (r *Rooms) Use(shop tenant.ShopID, id string, do func(*Session) error) error {
	r.mu.Lock()
	room := r.rooms[id]
	now := r.now()
	if room == nil || room.shop != shop || now.Sub(room.used) > roomLife {
		r.mu.Unlock()
		return ErrNoSession
	}
	room.used = now
	r.mu.Unlock()
	room.mu.Lock()
	defer room.mu.Unlock()
	return do(room.session)
}

// Close forgets a session. ErrNoSession.
func (r *Rooms) Close(shop tenant.ShopID, id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if room := r.rooms[id]; room == nil || room.shop != shop {
		return ErrNoSession
	}
	delete(r.rooms, id)
	return nil
}
