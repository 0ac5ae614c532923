package mongo

import (
	"slices"
	"sync"
	"time"

	"recado/internal/contact"
	"recado/internal/message"
	"recado/internal/tenant"
)

// cache holds documents that this process has read or written recently. Correctness
// does not depend on it: a contact's revision is compared with the one in its
// conversation's document, a conversation's revision in the filter of every write.
type cache struct {
	mu       sync.Mutex
	contacts map[string]contact.ID // by aliasKey
	docs     map[string]cachedDoc  // contacts by _id
	convs    map[string]convDoc    // by _id, as of Rev, perhaps without lists
}

// cachedDoc is a contact's document with the time of its reading.
type cachedDoc struct {
	contactDoc
	at time.Time
}

// maxCached bounds each of the three maps; a full one is emptied.
const maxCached = 2048

// maxAge is how long a contact's document may be used.
const maxAge = time.Minute

func (c *cache) contact(id string, now time.Time) (contactDoc, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.docs[id]
	return d.contactDoc, ok && now.Sub(d.at) < maxAge
}

func (c *cache) putContact(d contactDoc, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.docs == nil || len(c.docs) >= maxCached {
		c.docs = make(map[string]cachedDoc)
	}
	if old := c.docs[d.Key]; old.Rev <= d.Rev {
		c.docs[d.Key] = cachedDoc{d, at}
	}
}

func (c *cache) dropContact(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.docs, id)
}

func (c *cache) contactID(shop tenant.ShopID, peer message.Peer) (contact.ID, bool) {
	keys := peer.Keys()
	if len(keys) == 0 {
		return "", false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ok := c.contacts[aliasKey(shop, keys[0])]
	return id, ok
}

func (c *cache) putAliases(known contact.Contact, peer message.Peer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.contacts == nil || len(c.contacts) >= maxCached {
		c.contacts = make(map[string]contact.ID)
	}
	for _, k := range peer.Keys() {
		c.contacts[aliasKey(known.Shop, k)] = known.ID
	}
}

// conv returns the document at revision rev.
func (c *cache) conv(id string, rev int64) (convDoc, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.convs[id]
	return d, ok && d.Rev == rev
}

// unrelayed returns the document if a commit of this process left it with effects.
func (c *cache) unrelayed(id string) (convDoc, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.convs[id]
	return d, ok && len(d.Effects) > 0
}

// withPlaces returns d, read from the store, with the places in the history that a
// commit of this process has taken for its messages.
func (c *cache) withPlaces(d convDoc) convDoc {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.convs[d.Key]; ok && known.Rev == d.Rev {
		d.places = known.places
	}
	return d
}

// putConversation stores a document as a commit or a relay has left it.
func (c *cache) putConversation(d convDoc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(d)
}

func (c *cache) keep(d convDoc) {
	if c.convs == nil || len(c.convs) >= maxCached {
		c.convs = make(map[string]convDoc)
	}
	c.convs[d.Key] = d
}

// dropEffects removes the effects of docs from their cached documents.
func (c *cache) dropEffects(docs []convDoc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range docs {
		now, ok := c.convs[d.Key]
		if !ok || now.Rev < d.Rev {
			continue
		}
		keys := d.effectKeys()
		now.Effects = slices.DeleteFunc(slices.Clone(now.Effects), func(e effectDoc) bool { return slices.Contains(keys, e.Key) })
		if len(now.Effects) == 0 {
			now.Effects, now.Unrelayed, now.places = nil, false, nil
		}
		c.convs[d.Key] = now
	}
}

// putIfNewer stores a document that was read, unless a newer one is cached: a write
// may have happened since.
func (c *cache) putIfNewer(d convDoc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.convs[d.Key]; !d.Unrelayed && (!ok || old.Rev < d.Rev) {
		c.keep(d)
	}
}

func (c *cache) dropConversation(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.convs, id)
}
