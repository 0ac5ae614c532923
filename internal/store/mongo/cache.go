package mongo

import (
	"slices"
	"sync"
	"time"

	"recado/internal/contact"
	"recado/internal/message"
	"recado/internal/tenant"
)

// cache is what this process knows of documents from having read or written
// them a moment ago. Nothing depends on its being so: a contact is read and
// checked, a conversation is compared with its revision when it is written.
type cache struct {
	mu       sync.Mutex
	contacts map[string]contact.ID // by aliasKey
	docs     map[string]readDoc    // contacts by _id
	convs    map[string]convDoc    // by _id, as of Rev, perhaps without lists
}

// readDoc is a contact's document and when it was read.
type readDoc struct {
	contactDoc
	at time.Time
}

// maxCached bounds each of the three; a full one begins anew.
const maxCached = 2048

// maxAge is how long a contact's document is good for.
const maxAge = time.Minute

func (c *cache) contactDoc(id string, now time.Time) (contactDoc, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.docs[id]
	return d.contactDoc, ok && now.Sub(d.at) < maxAge
}

func (c *cache) noteContactDoc(d contactDoc, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.docs == nil || len(c.docs) >= maxCached {
		c.docs = make(map[string]readDoc)
	}
	if old := c.docs[d.Key]; old.Rev <= d.Rev {
		c.docs[d.Key] = readDoc{d, at}
	}
}

func (c *cache) forgetContact(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.docs, id)
}

func (c *cache) contact(shop tenant.ShopID, peer message.Peer) (contact.ID, bool) {
	keys := peer.Keys()
	if len(keys) == 0 {
		return "", false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ok := c.contacts[aliasKey(shop, keys[0])]
	return id, ok
}

func (c *cache) noteContact(known contact.Contact, peer message.Peer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.contacts == nil || len(c.contacts) >= maxCached {
		c.contacts = make(map[string]contact.ID)
	}
	for _, k := range peer.Keys() {
		c.contacts[aliasKey(known.Shop, k)] = known.ID
	}
}

// conv returns the document as it was at rev.
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

// placed returns d, read from the store, with the places that its messages have
// been given, if that is known.
func (c *cache) placed(d convDoc) convDoc {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.convs[d.Key]; ok && known.Rev == d.Rev {
		d.places = known.places
	}
	return d
}

// noteConv notes what a commit or a relay has made of a document.
func (c *cache) noteConv(d convDoc) {
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

// relayed takes the effects that docs had off what is known of them.
func (c *cache) relayed(docs []convDoc) {
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

// seeConv notes a document that was read, unless more is known of it: what is read
// may be older than what was written meanwhile.
func (c *cache) seeConv(d convDoc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.convs[d.Key]; !d.Unrelayed && (!ok || old.Rev < d.Rev) {
		c.keep(d)
	}
}

func (c *cache) forgetConv(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.convs, id)
}
