package txn

import "recado/internal/signalstore/kv"

// pendingWrite is a write that is not in the back end yet.
type pendingWrite struct {
	Item
	urgent   bool // worth an apply of its own
	ifAbsent bool
}

// pendingBit marks the versions of pending values, which the manager numbers itself, apart from revisions.
const pendingBit = 1 << 63

func (it Item) pending() bool { return it.version&pendingBit != 0 }

func (w pendingWrite) seq() uint64 { return w.version &^ pendingBit }

func (w pendingWrite) size(ref kv.Ref) int { return len(ref.Field) + len(w.Data) }

// pendingWrites are the writes that wait for the next apply (write-behind). A kill loses them, which costs a name or a
// repeated inbox insert and never a message. The manager's mutex guards them.
type pendingWrites struct {
	byRef map[kv.Ref]pendingWrite
	size  int
	seq   uint64
}

// More pending than this is stored at once: it would be too much to lose or to hold in memory.
const (
	maxPending     = 256
	maxPendingSize = 64 << 10
)

func (p *pendingWrites) full() bool { return len(p.byRef) > maxPending || p.size > maxPendingSize }

func (p *pendingWrites) add(ref kv.Ref, w pendingWrite) {
	old, exists := p.byRef[ref]
	if exists && w.ifAbsent && old.Data != nil {
		return
	}
	p.remove(ref)
	if p.byRef == nil {
		p.byRef = make(map[kv.Ref]pendingWrite)
	}
	p.seq++
	w.version = pendingBit | p.seq
	p.byRef[ref] = w
	p.size += w.size(ref)
}

func (p *pendingWrites) remove(ref kv.Ref) {
	if old, ok := p.byRef[ref]; ok {
		p.size -= old.size(ref)
		delete(p.byRef, ref)
	}
}

// drop removes the writes in the ranges.
func (p *pendingWrites) drop(ranges []kv.Range) {
	for ref := range p.byRef {
		if kv.InAny(ranges, ref) {
			p.remove(ref)
		}
	}
}

// applied removes the writes numbered up to seq: they are stored, or were replaced by the apply.
func (p *pendingWrites) applied(seq uint64) {
	for ref, w := range p.byRef {
		if w.seq() <= seq {
			p.remove(ref)
		}
	}
}

// Pend adds the transaction's writes to the pending ones and reports whether these have become too many.
func (m *Manager) Pend(t *Txn) (full bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.err != nil:
		return false, m.err
	case m.changed(t):
		return false, kv.ErrConflict
	case len(t.drops) > 0:
		m.pending.drop(t.drops)
	}
	for ref, w := range t.writes {
		m.pending.add(ref, w)
	}
	t.applied()
	return m.paired && m.pending.full(), nil
}
