package realtime

import (
	"slices"
	"sync"

	"recado/internal/tenant"
)

// everyShop is the topic of administrators who did not ask for certain shops.
const everyShop tenant.ShopID = ""

// registry holds the admitted connections by who they are and by the shops that
// they may hear of. It only finds candidates: conn.hears decides. Its zero value
// is ready to use.
type registry struct {
	mu     sync.Mutex
	topics map[*conn][]tenant.ShopID
	shops  map[tenant.ShopID]map[*conn]struct{}
	each   map[string]int // by tenant.Principal.ID
}

// add admits c unless its user has limit connections already.
func (r *registry) add(c *conn, limit int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	who := c.principal().ID()
	if r.each[who] >= limit {
		return false
	}
	if r.each == nil {
		r.each = make(map[string]int)
		r.topics = make(map[*conn][]tenant.ShopID)
		r.shops = make(map[tenant.ShopID]map[*conn]struct{})
	}
	r.each[who]++
	r.subscribe(c)
	return true
}

// become replaces what c may see, who stays the same user.
func (r *registry) become(c *conn, p tenant.Principal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.topics[c]; ok {
		r.unsubscribe(c)
		c.become(p)
		r.subscribe(c)
	}
}

// remove may be called more than once.
func (r *registry) remove(c *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.topics[c]; !ok {
		return
	}
	r.unsubscribe(c)
	who := c.principal().ID()
	if r.each[who]--; r.each[who] == 0 {
		delete(r.each, who)
	}
}

func (r *registry) subscribe(c *conn) {
	r.topics[c] = c.topics()
	for _, shop := range r.topics[c] {
		if r.shops[shop] == nil {
			r.shops[shop] = make(map[*conn]struct{})
		}
		r.shops[shop][c] = struct{}{}
	}
}

func (r *registry) unsubscribe(c *conn) {
	for _, shop := range r.topics[c] {
		delete(r.shops[shop], c)
		if len(r.shops[shop]) == 0 {
			delete(r.shops, shop)
		}
	}
	delete(r.topics, c)
}

func (r *registry) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.topics)
}

// of returns the connections that may want to hear of the shop.
func (r *registry) of(shop tenant.ShopID) []*conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*conn, 0, len(r.shops[shop])+len(r.shops[everyShop]))
	for _, topic := range []tenant.ShopID{shop, everyShop} {
		for c := range r.shops[topic] {
			list = append(list, c)
		}
	}
	return list
}

// all returns the connections of the user or key; everybody's when who is empty.
func (r *registry) all(who string) []*conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*conn
	for c := range r.topics {
		if who == "" || c.principal().ID() == who {
			list = append(list, c)
		}
	}
	return slices.Clip(list)
}
