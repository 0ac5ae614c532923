package realtime

import (
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"recado/internal/channel"
	"recado/internal/i18n"
	"recado/internal/realtime/socketio"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
)

// conn is one authenticated socket.
type conn struct {
	token string
	lang  i18n.Lang
	only  []tenant.ShopID // the shops that the client named; empty: all that it may see
	rate  *rate.Limiter   // of its commands

	mu        sync.Mutex
	expiry    *time.Timer // closes it when the token expires; nil for an API key
	principal tenant.Principal
	socket    *socketio.Socket // nil before it is connected and after it ended

	// sending orders the events. It is held while the library writes, which may find the
	// connection closed and call back: nothing on that path may need it.
	sending sync.Mutex
	sentQR  map[channel.Key]bool // channels whose present QR, or a later event, was sent
	early   []earlyEvent
}

// earlyEvent is an event from before the client was connected.
type earlyEvent struct {
	event   string
	payload any
}

// maxEarly bounds the early events: connecting takes milliseconds.
const maxEarly = 1000

// The rate of a person's clicks; a program that sends more is broken.
const (
	commandsPerSecond = 2
	commandsAtOnce    = 20
)

func newConn(token string, id auth.Identity, lang i18n.Lang, only []tenant.ShopID) *conn {
	return &conn{
		token: token, lang: lang, only: only, principal: id.Principal,
		rate: rate.NewLimiter(commandsPerSecond, commandsAtOnce), sentQR: make(map[channel.Key]bool),
	}
}

func (c *conn) currentPrincipal() tenant.Principal {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.principal
}

// setPrincipal replaces the permissions of c.
func (c *conn) setPrincipal(p tenant.Principal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.principal = p
}

// connect gives c its socket and sends the early events.
func (c *conn) connect(s *socketio.Socket) {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.mu.Lock()
	c.socket = s
	c.mu.Unlock()
	if len(c.early) == maxEarly { // some may be missing
		s.Close()
	}
	for _, e := range c.early {
		s.Emit(e.event, e.payload)
	}
	c.early = nil
}

// closeAfter closes c after d.
func (c *conn) closeAfter(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expiry = time.AfterFunc(d, c.close)
}

func (c *conn) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.expiry != nil {
		c.expiry.Stop()
	}
	c.socket = nil
}

func (c *conn) current() *socketio.Socket {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.socket
}

// close closes the connection; the client's library reconnects.
func (c *conn) close() {
	if s := c.current(); s != nil {
		s.Close()
	}
}

// topics are the shops whose events c may receive at present.
func (c *conn) topics() []tenant.ShopID {
	p := c.currentPrincipal()
	if len(c.only) > 0 {
		return slices.DeleteFunc(slices.Clone(c.only), func(s tenant.ShopID) bool { return !p.Sees(s) })
	}
	if p.Admin {
		return []tenant.ShopID{everyShop}
	}
	return slices.Collect(maps.Keys(p.Shops))
}

// receives reports whether c may receive an event of the shop that requires a.
func (c *conn) receives(shop tenant.ShopID, a tenant.Action) bool {
	if len(c.only) > 0 && !slices.Contains(c.only, shop) {
		return false
	}
	return c.currentPrincipal().Can(a, shop)
}

// send emits an event, or keeps it until c is connected. A QR that was looked up
// before the event is outdated by it.
func (c *conn) send(k channel.Key, event string, payload any) {
	c.sending.Lock()
	defer c.sending.Unlock()
	if k.Type != "" {
		c.sentQR[k] = true
	}
	if s := c.current(); s != nil {
		s.Emit(event, payload)
	} else if len(c.early) < maxEarly {
		c.early = append(c.early, earlyEvent{event, payload})
	}
}

// sendQR emits a looked-up QR, unless a later event of its channel was sent.
func (c *conn) sendQR(p channel.QRPayload) {
	c.sending.Lock()
	defer c.sending.Unlock()
	k := channel.Key{Shop: p.CompanyID, Type: p.Type}
	if s := c.current(); s != nil && !c.sentQR[k] {
		c.sentQR[k] = true
		s.Emit(eventQR, p)
	}
}
