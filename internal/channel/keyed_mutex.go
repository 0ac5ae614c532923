package channel

import "sync"

// keyedMutex is one mutex per key. Keys are channels and shops: they are few, so
// no mutex is ever removed.
type keyedMutex[K comparable] struct{ mutexes sync.Map }

// lock locks k's mutex and returns its Unlock.
func (m *keyedMutex[K]) lock(k K) (unlock func()) {
	v, ok := m.mutexes.Load(k)
	if !ok {
		v, _ = m.mutexes.LoadOrStore(k, new(sync.Mutex))
	}
	mu := v.(*sync.Mutex)
	mu.Lock()
	return mu.Unlock
}
