package txn

import (
	"context"
	"errors"
	"sync"
	"time"

	"recado/internal/signalstore/kv"
)

// Applier stores the applies of one device; package recovery implements it.
type Applier interface {
	// Apply does one unit of work. replayed means that the back end had lost writes, which are there again.
	Apply(ctx context.Context, a kv.Apply) (replayed bool, err error)

	// Replay looks for lost writes before revision rev and applies them again.
	Replay(ctx context.Context, rev uint64) (replayed bool, err error)

	// MayLose reports whether the back end can lose writes at all.
	MayLose() bool
}

// Options are the settings of a Manager; all are required unless noted otherwise.
type Options struct {
	Key     kv.DeviceKey
	Epoch   uint64
	Backend kv.Backend // reads
	Applier Applier    // writes
	Sealer  kv.Sealer
	DataKey []byte // wrapped, to be stored at RefDataKey with the next apply; nil when it is stored
	State   kv.State

	CacheBytes int
	Timeout    time.Duration // of one call of the back end

	// AsyncDurable lets a decryption return before it is on the disk, see kv.Apply.Lost.
	AsyncDurable bool

	// UnsafeNoCompare applies without comparing versions.
	UnsafeNoCompare bool
}

// RefDataKey is the place of the wrapped data key, the one value that is not sealed.
var RefDataKey = kv.Ref{Kind: kv.KindMeta, Field: "datakey"}

// Manager runs the transactions of one open device. It is safe for concurrent use.
type Manager struct {
	o            Options
	reservations reservations
	broken       chan struct{}

	io sync.Mutex // one call of the back end at a time

	mu       sync.Mutex
	rev      uint64
	paired   bool // false: nothing of this device is in the back end, every write is pending
	err      error
	dataKey  []byte
	cache    cache
	pending  pendingWrites
	inFlight map[kv.Ref]pendingWrite // being applied: a reader of these waits for io
}

// New returns the manager of a device in the state that a claim has found.
func New(o Options) *Manager {
	return &Manager{
		o: o, broken: make(chan struct{}), dataKey: o.DataKey, cache: cache{limit: o.CacheBytes},
		rev: o.State.Rev, paired: kv.Info{State: o.State}.Paired(),
	}
}

// Paired reports whether the device has stored credentials.
func (m *Manager) Paired() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.paired
}

// Rev returns the revision of the last apply.
func (m *Manager) Rev() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rev
}

// Broken is closed at the first failure; Err returns it.
func (m *Manager) Broken() <-chan struct{} { return m.broken }

// Err returns the cause why the manager refuses everything, an *Error, or nil.
func (m *Manager) Err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

// Fail breaks the manager and returns the error for the caller.
func (m *Manager) Fail(op string, cause error) error {
	err := &Error{Key: m.o.Key, Op: op, Err: cause}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.err = err
		close(m.broken)
		m.clear()
	}
	return err
}

// FailIfCorrupt breaks the manager when a stored record could not be read, and returns the error either way.
func (m *Manager) FailIfCorrupt(op string, err error) error {
	if errors.Is(err, kv.ErrCorrupt) {
		return m.Fail(op, err)
	}
	return err
}

// Refuse makes every later call fail with cause, which is no failure of the back end.
func (m *Manager) Refuse(cause error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.err = &Error{Key: m.o.Key, Op: "use", Err: cause}
	}
	m.clear()
}

// Exclusive runs fn while no call of the back end is under way.
func (m *Manager) Exclusive(fn func()) {
	m.io.Lock()
	defer m.io.Unlock()
	fn()
}

// clear forgets all values. The caller holds mu.
func (m *Manager) clear() {
	m.cache.clear()
	m.pending = pendingWrites{}
	m.reservations.clear()
}

// Delete writes the tombstone; every later call fails. The data key goes with it: the values that stay until the device is
// swept cannot be read any more.
func (m *Manager) Delete(ctx context.Context, at time.Time) error {
	m.io.Lock()
	defer m.io.Unlock()
	m.mu.Lock()
	err, paired, rev := m.err, m.paired, m.rev
	m.mu.Unlock()
	switch {
	case errors.Is(err, kv.ErrDeleted):
		return nil
	case err != nil:
		return err
	case paired:
		ctx, cancel := m.uninterrupted(ctx)
		defer cancel()
		a := kv.Apply{Epoch: m.o.Epoch, Rev: rev, Next: rev + 1, Writes: []kv.Write{{Ref: RefDataKey}}, Tombstone: at}
		if _, err := m.o.Applier.Apply(ctx, a); err != nil {
			return m.Fail("delete", err)
		}
	}
	m.Refuse(kv.ErrDeleted)
	return nil
}

// Replay reports whether the back end had lost writes that are there again now.
func (m *Manager) Replay(ctx context.Context) bool {
	if !m.o.Applier.MayLose() {
		return false
	}
	m.io.Lock()
	defer m.io.Unlock()
	m.mu.Lock()
	rev, usable := m.rev, m.err == nil && m.paired
	m.mu.Unlock()
	if !usable {
		return false
	}
	ctx, cancel := m.uninterrupted(ctx)
	defer cancel()
	replayed, err := m.o.Applier.Replay(ctx, rev)
	if err != nil {
		_ = m.Fail("look for lost writes", err) // every later call returns it
		return false
	}
	if replayed {
		m.clearCache()
	}
	return replayed
}

// clearCache drops the values that were read before a replay: they may have come from the past.
func (m *Manager) clearCache() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cache.clear()
}

// uninterrupted bounds a write by the time-out alone: a caller who is cancelled in the middle must not leave it open
// whether the write happened.
func (m *Manager) uninterrupted(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), m.o.Timeout)
}
