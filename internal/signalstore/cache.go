package signalstore

import "recado/internal/signalstore/kv"

// item is a value as the device sees it: opened, with the version to compare when it is written. data is nil for a value
// that does not exist. Its bytes are shared and never modified.
type item struct {
	data    []byte
	version uint64
}

// cache is the working set: clean values, the least recently used dropped first. The zero limit keeps nothing. It is not
// safe for concurrent use; the device's mutex guards it.
type cache struct {
	limit, size int
	entries     map[kv.Ref]*entry
	newest      *entry
	oldest      *entry
}

type entry struct {
	ref   kv.Ref
	item  item
	newer *entry
	older *entry
}

// entryOverhead estimates what an entry costs beside its field and data: the entry, its share of the map's buckets and
// the allocator's rounding.
const entryOverhead = 192

func (e *entry) cost() int { return entryOverhead + len(e.ref.Field) + len(e.item.data) }

func (c *cache) get(ref kv.Ref) (item, bool) {
	e := c.entries[ref]
	if e == nil {
		return item{}, false
	}
	if c.newest != e {
		c.unlink(e)
		c.link(e)
	}
	return e.item, true
}

func (c *cache) put(ref kv.Ref, it item) {
	if !cacheable(ref.Kind) {
		return
	}
	c.forget(ref)
	if c.entries == nil {
		c.entries = make(map[kv.Ref]*entry)
	}
	e := &entry{ref: ref, item: it}
	c.entries[ref] = e
	c.link(e)
	c.size += e.cost()
	for c.size > c.limit && c.oldest != nil {
		c.forget(c.oldest.ref)
	}
}

func (c *cache) forget(ref kv.Ref) {
	e := c.entries[ref]
	if e == nil {
		return
	}
	delete(c.entries, ref)
	c.unlink(e)
	c.size -= e.cost()
}

func (c *cache) forgetRange(r kv.Range) {
	for ref := range c.entries {
		if r.Contains(ref) {
			c.forget(ref)
		}
	}
}

func (c *cache) clear() {
	c.entries, c.newest, c.oldest, c.size = nil, nil, nil, 0
}

func (c *cache) link(e *entry) {
	e.older = c.newest
	if c.newest != nil {
		c.newest.newer = e
	}
	c.newest = e
	if c.oldest == nil {
		c.oldest = e
	}
}

func (c *cache) unlink(e *entry) {
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		c.newest = e.older
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		c.oldest = e.newer
	}
	e.newer, e.older = nil, nil
}

// cacheable reports whether values of the kind stay in the working set. The others are large, many or used once.
func cacheable(k kv.Kind) bool {
	switch k {
	case kv.KindPreKey, kv.KindAppMAC, kv.KindSecret, kv.KindPending, kv.KindOutgoing:
		return false
	default:
		return true
	}
}
