package channel

import "sync"

// keyed is one mutex per key. Keys are channels and shops, so it stays as
// small as they are few.
type keyed[K comparable] struct{ locks sync.Map }

// lock returns with k's mutex held; the caller calls unlock.
func (m *keyed[K]) lock(k K) (unlock func()) {
	v, ok := m.locks.Load(k)
	if !ok {
		v, _ = m.locks.LoadOrStore(k, new(sync.Mutex))
	}
	mu := v.(*sync.Mutex)
	mu.Lock()
	return mu.Unlock
}
