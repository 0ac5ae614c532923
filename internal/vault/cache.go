package vault

import (
	"container/list"
	"sync"
	"time"
)

// cache holds unwrapped keys, at most limit, each for FreshFor; the one not used for longest goes first.
type cache struct {
	limit int
	now   func() time.Time

	mu   sync.Mutex
	used list.List // of *cached, the latest first
	by   map[Name]*list.Element
}

type cached struct {
	name  Name
	keys  *Keys
	until time.Time
}

func newCache(limit int, now func() time.Time) *cache {
	return &cache{limit: limit, now: now, by: make(map[Name]*list.Element)}
}

func (c *cache) get(n Name) *Keys {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.by[n]
	if e == nil {
		return nil
	}
	held := e.Value.(*cached)
	if c.now().After(held.until) {
		c.remove(e)
		return nil
	}
	c.used.MoveToFront(e)
	return held.keys
}

func (c *cache) put(n Name, k *Keys) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.by[n]; e != nil {
		c.remove(e)
	}
	c.by[n] = c.used.PushFront(&cached{name: n, keys: k, until: c.now().Add(FreshFor)})
	if c.used.Len() > c.limit {
		c.remove(c.used.Back())
	}
}

func (c *cache) drop(n Name) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.by[n]; e != nil {
		c.remove(e)
	}
}

func (c *cache) remove(e *list.Element) {
	delete(c.by, e.Value.(*cached).name)
	c.used.Remove(e)
}
