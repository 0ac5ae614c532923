package vault

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Memory is a KeyStore for tests and for stores that live in memory too. The zero value is empty.
type Memory struct {
	mu   sync.Mutex
	keys map[Name][]byte
}

// Get implements KeyStore.
func (m *Memory) Get(_ context.Context, n Name) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	wrapped, ok := m.keys[n]
	if !ok {
		return nil, fmt.Errorf("%s: %w", n, ErrNoKey)
	}
	return slices.Clone(wrapped), nil
}

// PutIfAbsent implements KeyStore.
func (m *Memory) PutIfAbsent(_ context.Context, n Name, wrapped []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys == nil {
		m.keys = make(map[Name][]byte)
	}
	if _, ok := m.keys[n]; !ok {
		m.keys[n] = slices.Clone(wrapped)
	}
	return slices.Clone(m.keys[n]), nil
}

// Replace implements KeyStore.
func (m *Memory) Replace(_ context.Context, n Name, from, to []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if stored, ok := m.keys[n]; !ok || !bytes.Equal(stored, from) {
		return fmt.Errorf("%s: %w", n, ErrChanged)
	}
	m.keys[n] = slices.Clone(to)
	return nil
}

// List implements KeyStore.
func (m *Memory) List(_ context.Context, after Name, limit int) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Entry
	for n, wrapped := range m.keys {
		if n.compare(after) > 0 {
			list = append(list, Entry{Name: n, Wrapped: slices.Clone(wrapped)})
		}
	}
	slices.SortFunc(list, func(a, b Entry) int { return a.compare(b.Name) })
	return list[:min(len(list), limit)], nil
}

// Delete implements KeyStore.
func (m *Memory) Delete(_ context.Context, n Name) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.keys, n)
	return nil
}

func (n Name) compare(o Name) int {
	if c := strings.Compare(string(n.Shop), string(o.Shop)); c != 0 {
		return c
	}
	return strings.Compare(string(n.Purpose), string(o.Purpose))
}

var _ KeyStore = (*Memory)(nil)
