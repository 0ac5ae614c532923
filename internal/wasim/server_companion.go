package wasim

import (
	"maps"
	"sync"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// companion is a linked device as the server knows it. Its queue outlives the
// connections: a stanza stays until the client acknowledges it.
type companion struct {
	acc      *account
	id       int
	keyIndex uint32
	noise    [32]byte // static key that a login must show
	ident    [32]byte // Signal identity
	regID    uint32

	mu           sync.Mutex
	signed       signedKey
	oneTime      []publicKey
	conn         *conn // the connection that is logged in, if any
	active       bool  // that connection asked for the queue
	bootstrapped bool  // the phone has sent keys and history
	online       bool  // that connection is available
	queue        []*entry
	sent         int  // how many of queue are sent: always a prefix
	offline      int  // how many of queue are older than the connection and unsent
	total        int  // offline at the time it connected
	endDue       bool // <ib><offline> is to be sent
	held         []*entry
}

// entry is one unacknowledged stanza.
type entry struct {
	node  wabin.Node
	class string // tag of the stanza
	id    string
	at    time.Time
}

// publicKey is a one-time prekey; a device leaves hundreds of them.
type publicKey struct {
	id  uint32
	pub [32]byte
}

// signedKey is the prekey that lasts, with the identity's signature over it.
type signedKey struct {
	publicKey
	signature [64]byte
}

func (c *companion) addr() address                 { return address{c.acc, c.id} }
func (c *companion) jid(mode Addressing) types.JID { return c.acc.jid(mode, c.id) }

// enqueue keeps a stanza for the device; false when the queue is full.
func (c *companion) enqueue(limit int, entries ...*entry) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue)+len(entries) > limit {
		return false
	}
	c.queue = append(c.queue, entries...)
	c.wake()
	return true
}

// holdBack keeps an entry back until there are count of them, and then queues them
// in reverse order.
func (c *companion) holdBack(limit, count int, e *entry) bool {
	c.mu.Lock()
	c.held = append(c.held, e)
	if len(c.held) < count {
		c.mu.Unlock()
		return true
	}
	c.mu.Unlock()
	return c.releaseHeld(limit)
}

func (c *companion) releaseHeld(limit int) bool {
	c.mu.Lock()
	held := c.held
	c.held = nil
	c.mu.Unlock()
	for i, j := 0, len(held)-1; i < j; i, j = i+1, j-1 {
		held[i], held[j] = held[j], held[i]
	}
	return c.enqueue(limit, held...)
}

// wake wakes the writer of the connection. The caller holds mu.
func (c *companion) wake() {
	if c.conn != nil {
		c.conn.wakeWriter()
	}
}

// attach makes conn the device's connection and returns the one that it replaces.
// Every unacknowledged stanza is sent again.
func (c *companion) attach(conn *conn) (old *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old, c.conn = c.conn, conn
	c.active, c.online, c.sent, c.offline, c.endDue = false, false, 0, 0, false
	return old
}

func (c *companion) detach(conn *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == conn {
		c.conn, c.active, c.online, c.sent, c.offline, c.endDue = nil, false, false, 0, 0, false
	}
}

// connection is the live connection, nil when there is none.
func (c *companion) connection() *conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn
}

// activate opens the queue to the connection. It returns how many stanzas were
// waiting and whether the device has never been bootstrapped by its phone.
func (c *companion) activate(conn *conn) (waiting int, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != conn || c.active {
		return 0, false
	}
	first = !c.bootstrapped
	c.active, c.bootstrapped, c.endDue = true, true, true
	c.offline, c.total = len(c.queue), len(c.queue)
	return c.offline, first
}

// next returns the next stanza to write, nil when there is none or a window of
// stanzas is unacknowledged. ended is true once per connection, when the n stanzas that waited
// for it have all been sent.
func (c *companion) next(conn *conn, window int) (out *entry, ended bool, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != conn || !c.active {
		return nil, false, 0
	}
	if c.offline == 0 && c.endDue {
		c.endDue = false
		return nil, true, c.total
	}
	if c.sent >= len(c.queue) || c.sent >= window {
		return nil, false, 0
	}
	e := c.queue[c.sent]
	c.sent++
	if c.offline == 0 {
		return e, false, 0
	}
	c.offline--
	marked := *e
	marked.node.Attrs = maps.Clone(e.node.Attrs)
	marked.node.Attrs["offline"] = "1"
	return &marked, false, 0
}

// acknowledge removes the oldest stanza of that class and id.
func (c *companion) acknowledge(class, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, e := range c.queue {
		if e.class != class || e.id != id {
			continue
		}
		copy(c.queue[1:i+1], c.queue[:i])
		c.queue[0] = nil
		c.queue = c.queue[1:]
		if i < c.sent {
			c.sent--
		} else if i-c.sent < c.offline {
			c.offline--
		}
		c.wake()
		return
	}
}

func (c *companion) unacked() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue) + len(c.held)
}

// upload replaces the signed prekey and adds one-time prekeys.
func (c *companion) upload(signed signedKey, oneTime []publicKey, limit int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.signed = signed
	c.oneTime = append(c.oneTime, oneTime...)
	if over := len(c.oneTime) - limit; over > 0 {
		c.oneTime = append([]publicKey(nil), c.oneTime[over:]...)
	}
}

func (c *companion) rotate(signed signedKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.signed = signed
}

func (c *companion) prekeys() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.oneTime)
}
