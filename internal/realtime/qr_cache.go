package realtime

import (
	"sync"
	"time"

	"recado/internal/channel"
)

// qrCache holds the valid QR codes of all shops, for new sockets of administrators:
// reading the state of every shop would take too long. Its zero value is ready to use.
type qrCache struct {
	mu  sync.Mutex
	qrs map[channel.Key]channel.QRPayload
}

func (c *qrCache) put(k channel.Key, p channel.QRPayload) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.qrs == nil {
		c.qrs = make(map[channel.Key]channel.QRPayload)
	}
	c.qrs[k] = p
}

func (c *qrCache) remove(k channel.Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.qrs, k)
}

func (c *qrCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.qrs)
}

// current returns the codes that have not expired at now.
func (c *qrCache) current(now time.Time) []channel.QRPayload {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []channel.QRPayload
	for k, p := range c.qrs {
		if !now.Before(p.ExpiresAt) {
			delete(c.qrs, k)
			continue
		}
		list = append(list, p)
	}
	return list
}
