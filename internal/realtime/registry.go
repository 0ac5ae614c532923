package realtime

import (
	"slices"
	"sync"

	"recado/internal/tenant"
)

// everyShop is the topic of administrators who did not name shops.
const everyShop tenant.ShopID = ""

// registry indexes the connections by user and by shop. It finds the candidates for
// an event; conn.receives decides. Its zero value is ready to use.
type registry struct {
	mu     sync.Mutex
	topics map[*conn][]tenant.ShopID
	shops  map[tenant.ShopID]map[*conn]struct{}
	counts map[string]int // by tenant.Principal.ID
}

// add registers c unless its user has limit connections already.
func (r *registry) add(c *conn, limit int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	who := c.currentPrincipal().ID()
	if r.counts[who] >= limit {
		return false
	}
	if r.counts == nil {
		r.counts = make(map[string]int)
		r.topics = make(map[*conn][]tenant.ShopID)
		r.shops = make(map[tenant.ShopID]map[*conn]struct{})
	}
	r.counts[who]++
	r.subscribe(c)
	return true
}

// setPrincipal replaces the permissions of c, whose user stays the same.
func (r *registry) setPrincipal(c *conn, p tenant.Principal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.topics[c]; ok {
		r.unsubscribe(c)
		c.setPrincipal(p)
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
	who := c.currentPrincipal().ID()
	if r.counts[who]--; r.counts[who] == 0 {
		delete(r.counts, who)
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
		if who == "" || c.currentPrincipal().ID() == who {
			list = append(list, c)
		}
	}
	return slices.Clip(list)
}
