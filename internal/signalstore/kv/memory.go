package kv

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory is a Backend that lives as long as the value: the reference for the other back ends, and the store of tests. A
// "restart" is a new Store over the same Memory.
type Memory struct {
	mu      sync.Mutex
	devices map[DeviceKey]*memoryDevice
}

type memoryDevice struct {
	epoch  uint64
	state  State
	values map[Ref]Value
}

var _ Backend = (*Memory)(nil)

// NewMemory returns an empty Memory.
func NewMemory() *Memory { return &Memory{devices: make(map[DeviceKey]*memoryDevice)} }

// Claim implements Backend.
func (m *Memory) Claim(_ context.Context, key DeviceKey, epoch uint64) (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.devices[key]
	if d == nil {
		d = &memoryDevice{values: make(map[Ref]Value)}
		m.devices[key] = d
	}
	if epoch < d.epoch {
		return State{}, ErrFenced
	}
	d.epoch = epoch
	return d.state, nil
}

// Read implements Backend.
func (m *Memory) Read(_ context.Context, key DeviceKey, refs []Ref) ([]Value, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	values := make([]Value, len(refs))
	if d := m.devices[key]; d != nil {
		for i, ref := range refs {
			values[i] = d.values[ref].clone()
		}
	}
	return values, nil
}

// Scan implements Backend.
func (m *Memory) Scan(_ context.Context, key DeviceKey, ranges []Range) ([]Row, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.devices[key]
	if d == nil {
		return nil, nil
	}
	var rows []Row
	for ref, v := range d.values {
		if InAny(ranges, ref) {
			rows = append(rows, Row{Ref: ref, Value: v.clone()})
		}
	}
	return rows, nil
}

// Apply implements Backend.
func (m *Memory) Apply(_ context.Context, key DeviceKey, a Apply) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.devices[key]
	if err := d.check(a); err != nil {
		return err
	}
	if a.Reset {
		clear(d.values)
		d.state.Tombstone = time.Time{}
	}
	if len(a.Drops) > 0 {
		maps.DeleteFunc(d.values, func(ref Ref, _ Value) bool { return InAny(a.Drops, ref) })
	}
	for _, w := range a.Writes {
		d.write(w, a.Next)
	}
	if !a.Tombstone.IsZero() {
		d.state.Tombstone = a.Tombstone.Truncate(time.Millisecond)
	}
	d.state.Rev = a.Next
	return nil
}

func (d *memoryDevice) check(a Apply) error {
	switch {
	case d == nil || d.epoch != a.Epoch:
		return ErrFenced
	case d.state.Rev != a.Rev:
		return ErrRollback
	case !d.state.Tombstone.IsZero() && !a.Reset:
		return ErrDeleted
	}
	for _, c := range a.Compare {
		if d.values[c.Ref].Version != c.Version {
			return ErrConflict
		}
	}
	return nil
}

func (d *memoryDevice) write(w Write, version uint64) {
	_, exists := d.values[w.Ref]
	switch {
	case w.Data == nil:
		delete(d.values, w.Ref)
	case !exists || !w.IfAbsent:
		d.values[w.Ref] = Value{Version: version, Data: slices.Clone(w.Data)}
	}
}

// Devices implements Backend.
func (m *Memory) Devices(_ context.Context, keys ...DeviceKey) ([]Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]Info, 0, len(m.devices))
	for key, d := range m.devices {
		if len(keys) > 0 && !slices.Contains(keys, key) {
			continue
		}
		list = append(list, Info{Key: key, Epoch: d.epoch, State: d.state})
	}
	return list, nil
}

// Drop implements Backend.
func (m *Memory) Drop(_ context.Context, key DeviceKey, before time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.devices[key]
	if d == nil || d.state.Tombstone.IsZero() || !d.state.Tombstone.Before(before) {
		return false, nil
	}
	delete(m.devices, key)
	return true, nil
}

func (v Value) clone() Value { return Value{Version: v.Version, Data: slices.Clone(v.Data)} }

// InAny reports whether ref is in one of ranges.
func InAny(ranges []Range, ref Ref) bool {
	return slices.ContainsFunc(ranges, func(r Range) bool { return r.Contains(ref) })
}

// Contains reports whether ref is in the range.
func (r Range) Contains(ref Ref) bool {
	return r.Kind == ref.Kind && strings.HasPrefix(ref.Field, r.Prefix)
}
