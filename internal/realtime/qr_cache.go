package realtime

import (
	"sync"
	"time"

	"recado/internal/channel"
)

// codes remembers the QR codes that are on show, for administrators: they may
// see all shops, which is more than can be asked one by one when a socket comes.
// Its zero value is ready to use.
type codes struct {
	mu    sync.Mutex
	shown map[channel.Key]channel.QRPayload
}

func (c *codes) show(k channel.Key, p channel.QRPayload) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shown == nil {
		c.shown = make(map[channel.Key]channel.QRPayload)
	}
	c.shown[k] = p
}

func (c *codes) hide(k channel.Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.shown, k)
}

func (c *codes) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.shown)
}

// current returns the codes that can still be scanned at now.
func (c *codes) current(now time.Time) []channel.QRPayload {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []channel.QRPayload
	for k, p := range c.shown {
		if !now.Before(p.ExpiresAt) {
			delete(c.shown, k)
			continue
		}
		list = append(list, p)
	}
	return list
}
