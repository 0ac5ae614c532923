package txn

import (
	"sync"

	"recado/internal/signalstore/kv"
)

// Item is a value as a transaction sees it: unsealed, with the version to compare when it is written. Data is nil for a
// value that does not exist. Its bytes are shared and never modified.
type Item struct {
	Data    []byte
	version uint64
}

// mode says when a transaction is applied.
type mode uint8

const (
	commitAtEnd   mode = iota // collects everything until its end
	commitOnStore             // collects ratchets and identities until whatsmeow stores the ratchets, which then leave
)

// Txn is a unit of work: its reads, with versions, and its writes. It belongs to one goroutine at a time,
// yet whatsmeow may leak its context into others, so it has a mutex of its own. A nil Txn has seen nothing.
type Txn struct {
	mode         mode
	exclusive    bool // reserves what it reads
	asyncDurable bool // may be lost together with everything that is written later
	reserved     map[kv.Ref]*reservation

	mu         sync.Mutex
	recipients recipientCheck
	ended      bool
	conflicted bool
	failure    error
	reads      map[kv.Ref]Item
	writes     map[kv.Ref]pendingWrite
	drops      []kv.Range
	onApply    []func()
}

// Begin returns a transaction that is applied at its end.
func Begin() *Txn { return begin(commitAtEnd) }

func begin(m mode) *Txn {
	return &Txn{
		mode: m, reserved: make(map[kv.Ref]*reservation), reads: make(map[kv.Ref]Item), writes: make(map[kv.Ref]pendingWrite),
	}
}

// Decrypting reports whether the transaction is applied at its end; a send is not. A nil Txn is neither.
func (t *Txn) Decrypting() bool { return t != nil && t.mode == commitAtEnd }

// Put writes a value, or deletes it when data is nil.
func (t *Txn) Put(ref kv.Ref, data []byte) {
	t.set(ref, pendingWrite{Item: Item{Data: data}, urgent: true})
}

// PutLater writes a value that may wait for a later apply.
func (t *Txn) PutLater(ref kv.Ref, data []byte) { t.set(ref, pendingWrite{Item: Item{Data: data}}) }

// PutOnceLater is PutLater unless there is a value already.
func (t *Txn) PutOnceLater(ref kv.Ref, data []byte) {
	t.set(ref, pendingWrite{Item: Item{Data: data}, ifAbsent: true})
}

// PutAll writes values like Put.
func (t *Txn) PutAll(values map[kv.Ref][]byte) {
	for ref, data := range values {
		t.Put(ref, data)
	}
}

func (t *Txn) set(ref kv.Ref, w pendingWrite) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w.ifAbsent {
		if old, ok := t.writes[ref]; ok && old.Data != nil {
			return
		}
	}
	t.writes[ref] = w
}

// Drop deletes every value in the range that is not written in this transaction.
func (t *Txn) Drop(r kv.Range) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drops = append(t.drops, r)
}

// OnApply has fn run in the moment in which the writes become visible to others. fn must not call the manager.
func (t *Txn) OnApply(fn func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.onApply = append(t.onApply, fn)
}

// Lookup returns the value that the transaction has written or read.
func (t *Txn) Lookup(ref kv.Ref) (Item, bool) {
	if t == nil {
		return Item{}, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if w, ok := t.writes[ref]; ok && !w.ifAbsent {
		return w.Item, true
	}
	it, ok := t.reads[ref]
	return it, ok
}

// addRead keeps the first value read at ref: a transaction sees one state.
func (t *Txn) addRead(ref kv.Ref, it Item) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, written := t.writes[ref]; written {
		return
	}
	if _, read := t.reads[ref]; !read {
		t.reads[ref] = it
	}
}

// overlay adds the transaction's writes in the ranges to found.
func (t *Txn) overlay(found map[kv.Ref]Item, ranges []kv.Range) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for ref, w := range t.writes {
		if _, stored := found[ref]; kv.InAny(ranges, ref) && (!w.ifAbsent || !stored) {
			found[ref] = w.Item
		}
	}
}

// fail records a failure of the store, because whatsmeow does not pass it on reliably, and returns it.
func (t *Txn) fail(err error) error {
	if t != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.failure == nil {
			t.failure = err
		}
	}
	return err
}

// end refuses further use through contexts that have leaked.
func (t *Txn) end() (conflicted bool, failure error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	return t.conflicted, t.failure
}

func (t *Txn) urgent() bool {
	for _, w := range t.writes {
		if w.urgent {
			return true
		}
	}
	return len(t.drops) > 0
}

// applied forgets the writes, which others see from now on, and runs the OnApply hooks. The caller holds the manager's
// mutex.
func (t *Txn) applied() {
	for _, fn := range t.onApply {
		fn()
	}
	clear(t.writes)
	t.drops, t.onApply = nil, nil
}
