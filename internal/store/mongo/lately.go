package mongo

import (
	"slices"
	"sync"
	"time"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// remembered is what this process knows of documents from having read or written
// them a moment ago. Nothing depends on its being so: a contact is read and
// checked, a conversation is compared with its revision when it is written.
type remembered struct {
	mu       sync.Mutex
	contacts map[string]conversation.ContactID // by aliasKey
	docs     map[string]readDoc                // contacts by _id
	convs    map[string]convDoc                // by _id, as of Rev, perhaps without lists
}

// readDoc is a contact's document and when it was read.
type readDoc struct {
	contactDoc
	at time.Time
}

// maxRemembered bounds each of the three; a full one begins anew.
const maxRemembered = 2048

// maxAge is how long a contact's document is good for.
const maxAge = time.Minute

func (r *remembered) contactDoc(id string, now time.Time) (contactDoc, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.docs[id]
	return d.contactDoc, ok && now.Sub(d.at) < maxAge
}

func (r *remembered) noteContactDoc(d contactDoc, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil || len(r.docs) >= maxRemembered {
		r.docs = make(map[string]readDoc)
	}
	if old := r.docs[d.Key]; old.Rev <= d.Rev {
		r.docs[d.Key] = readDoc{d, at}
	}
}

func (r *remembered) forgetContact(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.docs, id)
}

func (r *remembered) contact(shop tenant.ShopID, peer message.Peer) (conversation.ContactID, bool) {
	keys := peer.Keys()
	if len(keys) == 0 {
		return "", false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	id, ok := r.contacts[aliasKey(shop, keys[0])]
	return id, ok
}

func (r *remembered) noteContact(c conversation.Contact, peer message.Peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.contacts == nil || len(r.contacts) >= maxRemembered {
		r.contacts = make(map[string]conversation.ContactID)
	}
	for _, k := range peer.Keys() {
		r.contacts[aliasKey(c.Shop, k)] = c.ID
	}
}

// conv returns the document as it was at rev.
func (r *remembered) conv(id string, rev int64) (convDoc, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.convs[id]
	return d, ok && d.Rev == rev
}

// unrelayed returns the document if a commit of this process left it with effects.
func (r *remembered) unrelayed(id string) (convDoc, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.convs[id]
	return d, ok && len(d.Effects) > 0
}

// placed returns d, read from the store, with the places that its messages have
// been given, if that is known.
func (r *remembered) placed(d convDoc) convDoc {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.convs[d.Key]; ok && known.Rev == d.Rev {
		d.places = known.places
	}
	return d
}

// noteConv notes what a commit or a relay has made of a document.
func (r *remembered) noteConv(d convDoc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep(d)
}

func (r *remembered) keep(d convDoc) {
	if r.convs == nil || len(r.convs) >= maxRemembered {
		r.convs = make(map[string]convDoc)
	}
	r.convs[d.Key] = d
}

// relayed takes the effects that docs had off what is known of them.
func (r *remembered) relayed(docs []convDoc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range docs {
		now, ok := r.convs[d.Key]
		if !ok || now.Rev < d.Rev {
			continue
		}
		keys := d.effectKeys()
		now.Effects = slices.DeleteFunc(slices.Clone(now.Effects), func(e effectDoc) bool { return slices.Contains(keys, e.Key) })
		if len(now.Effects) == 0 {
			now.Effects, now.Unrelayed, now.places = nil, false, nil
		}
		r.convs[d.Key] = now
	}
}

// seeConv notes a document that was read, unless more is known of it: what is read
// may be older than what was written meanwhile.
func (r *remembered) seeConv(d convDoc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, ok := r.convs[d.Key]; !d.Unrelayed && (!ok || old.Rev < d.Rev) {
		r.keep(d)
	}
}

func (r *remembered) forgetConv(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.convs, id)
}
