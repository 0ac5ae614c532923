package txn

import (
	"context"
	"fmt"
	"maps"

	"recado/internal/signalstore/kv"
)

// Get returns one value as t sees it; t may be nil.
func (m *Manager) Get(ctx context.Context, t *Txn, ref kv.Ref) (Item, error) {
	if it, ok := m.peek(t, ref); ok {
		return it, nil
	}
	items, err := m.GetMany(ctx, t, []kv.Ref{ref})
	if err != nil {
		return Item{}, err
	}
	return items[0], nil
}

// peek answers the usual read of a warm device from memory, without the slices of GetMany.
func (m *Manager) peek(t *Txn, ref kv.Ref) (it Item, ok bool) {
	if t != nil && t.exclusive {
		return it, false
	}
	it, own := t.Lookup(ref)
	m.mu.Lock()
	_, busy := m.inFlight[ref]
	ok = m.err == nil && (own || !busy)
	if ok && !own {
		it, ok = m.inMemory(ref)
	}
	m.mu.Unlock()
	if ok && !own && t != nil {
		t.addRead(ref, it)
	}
	return it, ok
}

// GetMany returns values as t sees them: its own writes, what it has read before, pending writes, the cache, and in the
// end one read of the back end for all the rest. t may be nil.
func (m *Manager) GetMany(ctx context.Context, t *Txn, refs []kv.Ref) ([]Item, error) {
	if t != nil && t.exclusive {
		if err := m.reservations.reserveAll(ctx, t.reserved, refs); err != nil {
			return nil, t.fail(m.waitFailed(err))
		}
	}
	items, missing := make([]Item, len(refs)), make([]int, 0, len(refs))
	for i, ref := range refs {
		var own bool
		if items[i], own = t.Lookup(ref); !own {
			missing = append(missing, i)
		}
	}
	missing, err := m.fromMemory(refs, items, missing)
	if err == nil && len(missing) > 0 {
		err = m.fromBackend(ctx, refs, items, missing)
	}
	if err != nil {
		return nil, t.fail(err)
	}
	if t != nil {
		for i, ref := range refs {
			t.addRead(ref, items[i])
		}
	}
	return items, nil
}

// fromMemory fills those of the missing items that are in memory and not being changed, and returns the rest.
func (m *Manager) fromMemory(refs []kv.Ref, items []Item, missing []int) (rest []int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	rest = missing[:0]
	for _, i := range missing {
		_, busy := m.inFlight[refs[i]]
		it, ok := m.inMemory(refs[i])
		if busy || !ok {
			rest = append(rest, i)
			continue
		}
		items[i] = it
	}
	return rest, nil
}

// inMemory looks a value up without the back end. The caller holds mu.
func (m *Manager) inMemory(ref kv.Ref) (Item, bool) {
	if w, ok := m.pending.byRef[ref]; ok && (!w.ifAbsent || !m.paired) {
		return w.Item, true
	}
	if it, ok := m.cache.get(ref); ok {
		return it, true
	}
	return Item{}, !m.paired // nothing is stored before the pairing
}

func (m *Manager) fromBackend(ctx context.Context, refs []kv.Ref, items []Item, missing []int) error {
	m.io.Lock()
	defer m.io.Unlock()
	missing, err := m.fromMemory(refs, items, missing) // the apply that was in flight has left its values behind
	if err != nil || len(missing) == 0 {
		return err
	}
	wanted := make([]kv.Ref, len(missing))
	for n, i := range missing {
		wanted[n] = refs[i]
	}
	bounded, cancel := context.WithTimeout(ctx, m.o.Timeout)
	defer cancel()
	values, err := m.o.Backend.Read(bounded, m.o.Key, wanted)
	if err != nil {
		return m.readFailed(ctx, "read", err)
	}
	for i, v := range values {
		it, err := m.Unseal(kv.Row{Ref: wanted[i], Value: v})
		if err != nil {
			return m.Fail("read", err)
		}
		items[missing[i]] = it
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	for i, ref := range wanted {
		it := &items[missing[i]]
		m.cache.put(ref, *it)
		if w, waits := m.pending.byRef[ref]; waits && it.Data == nil {
			*it = w.Item // a write for the case that there is no value, and there is none
		}
	}
	return nil
}

// Scan returns all values in the ranges as t sees them; t may be nil. It always asks the back end.
func (m *Manager) Scan(ctx context.Context, t *Txn, ranges ...kv.Range) (map[kv.Ref]Item, error) {
	found, err := m.scanWithPending(ctx, ranges)
	if err != nil {
		return nil, t.fail(err)
	}
	if t != nil {
		for ref, it := range found {
			t.addRead(ref, it)
		}
		t.overlay(found, ranges)
	}
	maps.DeleteFunc(found, func(_ kv.Ref, it Item) bool { return it.Data == nil })
	return found, nil
}

func (m *Manager) scanWithPending(ctx context.Context, ranges []kv.Range) (map[kv.Ref]Item, error) {
	m.io.Lock()
	defer m.io.Unlock()
	found, err := m.scanBackend(ctx, ranges)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for ref, w := range m.pending.byRef {
		if _, stored := found[ref]; kv.InAny(ranges, ref) && (!w.ifAbsent || !stored) {
			found[ref] = w.Item
		}
	}
	return found, nil
}

func (m *Manager) scanBackend(ctx context.Context, ranges []kv.Range) (map[kv.Ref]Item, error) {
	m.mu.Lock()
	err, paired := m.err, m.paired
	m.mu.Unlock()
	if err != nil || !paired {
		return make(map[kv.Ref]Item), err
	}
	bounded, cancel := context.WithTimeout(ctx, m.o.Timeout)
	defer cancel()
	rows, err := m.o.Backend.Scan(bounded, m.o.Key, ranges)
	if err != nil {
		return nil, m.readFailed(ctx, "scan", err)
	}
	found := make(map[kv.Ref]Item, len(rows))
	for _, row := range rows {
		if found[row.Ref], err = m.Unseal(row); err != nil {
			return nil, m.Fail("scan", err)
		}
	}
	return found, nil
}

// readFailed breaks the manager, unless the caller has given up: ctx is the caller's.
func (m *Manager) readFailed(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil {
		return &Error{Key: m.o.Key, Op: op, Err: err}
	}
	return m.Fail(op, err)
}

func (m *Manager) waitFailed(err error) error { return &Error{Key: m.o.Key, Op: "wait", Err: err} }

// Unseal opens a stored value.
func (m *Manager) Unseal(row kv.Row) (Item, error) {
	if row.Version == 0 {
		return Item{}, nil
	}
	data, err := m.o.Sealer.Open(row.Ref, row.Data)
	if err != nil {
		return Item{}, fmt.Errorf("open %s: %w", row.Kind, err)
	}
	return Item{Data: data, version: row.Version}, nil
}

// Cache adds a value that was read to the working set.
func (m *Manager) Cache(ref kv.Ref, it Item) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cache.put(ref, it)
}
