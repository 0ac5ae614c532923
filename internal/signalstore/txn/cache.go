package txn

import "recado/internal/signalstore/kv"

// cache is the working set of a device: clean values, the least recently used dropped first. Because every other writer is
// fenced, a value that was read or written may be answered from here, so that a message of a contact who wrote before
// costs no read. A limit of zero keeps nothing. The manager's mutex guards it.
type cache struct {
	limit, size int
	entries     map[kv.Ref]*entry
	ends        entry // ends.older is the newest entry, ends.newer the oldest
}

type entry struct {
	ref          kv.Ref
	item         Item
	newer, older *entry
}

// entryOverhead estimates what an entry costs beside its field and data: the entry, its share of the map's buckets and
// the allocator's rounding.
const entryOverhead = 192

func (e *entry) cost() int { return entryOverhead + len(e.ref.Field) + len(e.item.Data) }

func (c *cache) get(ref kv.Ref) (Item, bool) {
	e := c.entries[ref]
	if e == nil {
		return Item{}, false
	}
	if c.ends.older != e {
		e.unlink()
		c.link(e)
	}
	return e.item, true
}

func (c *cache) put(ref kv.Ref, it Item) {
	if !cacheable(ref.Kind) {
		return
	}
	c.forget(ref)
	if c.entries == nil {
		c.entries = make(map[kv.Ref]*entry)
		c.ends.newer, c.ends.older = &c.ends, &c.ends
	}
	e := &entry{ref: ref, item: it}
	c.entries[ref] = e
	c.link(e)
	c.size += e.cost()
	for c.size > c.limit {
		c.forget(c.ends.newer.ref)
	}
}

func (c *cache) forget(ref kv.Ref) {
	if e := c.entries[ref]; e != nil {
		delete(c.entries, ref)
		e.unlink()
		c.size -= e.cost()
	}
}

func (c *cache) forgetRange(r kv.Range) {
	for ref := range c.entries {
		if r.Contains(ref) {
			c.forget(ref)
		}
	}
}

func (c *cache) clear() { *c = cache{limit: c.limit} }

func (c *cache) link(e *entry) {
	e.newer, e.older = &c.ends, c.ends.older
	e.older.newer, c.ends.older = e, e
}

func (e *entry) unlink() { e.newer.older, e.older.newer = e.older, e.newer }

// cacheable reports whether values of the kind belong to the working set. The others are large, many or used once.
func cacheable(k kv.Kind) bool {
	switch k {
	case kv.KindPreKey, kv.KindAppMAC, kv.KindSecret, kv.KindPending, kv.KindOutgoing:
		return false
	default:
		return true
	}
}
