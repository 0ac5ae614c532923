package realtime

import (
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"recado/internal/channel"
	"recado/internal/i18n"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
)

// line is one socket as the library has it. Neither method waits for the client.
type line interface {
	emit(event string, payload any)
	cut() // the client's library will connect again
}

// conn is one admitted socket.
type conn struct {
	token string
	lang  i18n.Lang
	only  []tenant.ShopID // what the client asked to hear of; empty: all that it may
	pace  *rate.Limiter   // of its commands

	mu   sync.Mutex
	end  *time.Timer // cuts it off when the token ends; nil for an API key
	who  tenant.Principal
	line line // nil until connected, and after it left

	// out puts what is sent in order. It is held while the library writes, which
	// may find the connection closed and call back; so nothing that a way out
	// needs is under it.
	out   sync.Mutex
	shown map[channel.Key]bool
	early []early // what happened before there was a line
}

// early is an event that has to wait until the client is told that it is in.
type early struct {
	event   string
	payload any
}

// maxEarly bounds what may wait; that takes milliseconds.
const maxEarly = 1000

// A person clicks; a program that sends more than this is broken.
const (
	commandsPerSecond = 2
	commandsAtOnce    = 20
)

func newConn(token string, id auth.Identity, lang i18n.Lang, only []tenant.ShopID) *conn {
	return &conn{
		token: token, lang: lang, only: only, who: id.Principal,
		pace: rate.NewLimiter(commandsPerSecond, commandsAtOnce), shown: make(map[channel.Key]bool),
	}
}

func (c *conn) principal() tenant.Principal {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.who
}

// become replaces what the connection may see.
func (c *conn) become(p tenant.Principal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.who = p
}

// connected gives c its line, and the line what happened meanwhile.
func (c *conn) connected(l line) {
	c.out.Lock()
	defer c.out.Unlock()
	c.mu.Lock()
	c.line = l
	c.mu.Unlock()
	if len(c.early) == maxEarly { // some may be missing
		l.cut()
	}
	for _, e := range c.early {
		l.emit(e.event, e.payload)
	}
	c.early = nil
}

// endAfter cuts c off when d has passed.
func (c *conn) endAfter(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end = time.AfterFunc(d, c.cut)
}

func (c *conn) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.end != nil {
		c.end.Stop()
	}
	c.line = nil
}

func (c *conn) live() line {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.line
}

func (c *conn) cut() {
	if l := c.live(); l != nil {
		l.cut()
	}
}

// topics are the shops that c may hear of as things stand.
func (c *conn) topics() []tenant.ShopID {
	p := c.principal()
	if len(c.only) > 0 {
		return slices.DeleteFunc(slices.Clone(c.only), func(s tenant.ShopID) bool { return !p.Sees(s) })
	}
	if p.Admin {
		return []tenant.ShopID{everyShop}
	}
	return slices.Collect(maps.Keys(p.Shops))
}

// hears reports whether an event of the shop for that audience is for c.
func (c *conn) hears(shop tenant.ShopID, a tenant.Action) bool {
	if len(c.only) > 0 && !slices.Contains(c.only, shop) {
		return false
	}
	return c.principal().Can(a, shop)
}

// send emits an event that just happened. From then on a code that was looked up
// before it is old.
func (c *conn) send(k channel.Key, event string, payload any) {
	c.out.Lock()
	defer c.out.Unlock()
	if k.Type != "" {
		c.shown[k] = true
	}
	if l := c.live(); l != nil {
		l.emit(event, payload)
	} else if len(c.early) < maxEarly {
		c.early = append(c.early, early{event, payload})
	}
}

// catchUp emits the code that the channel shows now, unless something newer of
// that channel was sent meanwhile.
func (c *conn) catchUp(p channel.QRPayload) {
	c.out.Lock()
	defer c.out.Unlock()
	k := channel.Key{Shop: p.CompanyID, Type: p.Type}
	if l := c.live(); l != nil && !c.shown[k] {
		c.shown[k] = true
		l.emit(eventQR, p)
	}
}
