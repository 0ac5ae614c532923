package signalstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	waLog "go.mau.fi/whatsmeow/util/log"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/recovery"
	"recado/internal/signalstore/txn"
)

var (
	// ErrClosed is the cause of errors of a device that was closed.
	ErrClosed = errors.New("device is closed")
	// ErrOpen refuses a second opening of a device by the same store.
	ErrOpen = errors.New("device is already open")
	// ErrNotEncrypted means that a direct message left without being encrypted for any device of its recipient: repeat it
	// with the same id.
	ErrNotEncrypted = txn.ErrNotEncrypted
)

// Options tune a Store. The zero value is right for production without encryption at rest.
type Options struct {
	// Log receives whatsmeow's messages about devices; nil is silent.
	Log waLog.Logger

	// Sealers makes the protection of stored values; nil is kv.Plain.
	Sealers kv.Sealers

	// CacheBytes bounds the working set of one device; 0 means 64 KiB, which is about 20 contacts in conversation.
	CacheBytes int

	// Timeout bounds one call of the back end; 0 means 10 s. A slower back end counts as broken: WhatsApp waits for an
	// acknowledgement that long without harm, and customers do not.
	Timeout time.Duration

	// MayLose is how much of its last work the back end can lose in a crash; 0 means nothing. Redis with appendfsync
	// everysec loses up to two seconds. See package recovery.
	MayLose time.Duration

	// OneLog says that the handled message is written into the same log as the back end's values, as with one SQLite file
	// for everything. Then a decryption need not wait for the disk, because the message is acknowledged only when something
	// later in the log is durable.
	OneLog bool

	// Retention is how long a deleted device can still be looked at before Sweep removes it; 0 means 30 days.
	Retention time.Duration

	// Now is the clock; nil is time.Now.
	Now func() time.Time

	// UnsafeNoCompare removes the protection against two writers on one address. A test shows with it that the
	// protection is needed; nothing else may set it.
	UnsafeNoCompare bool
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = waLog.Noop
	}
	if o.Sealers == nil {
		o.Sealers = kv.Plain
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.CacheBytes = cmp.Or(o.CacheBytes, 64<<10)
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	o.Retention = cmp.Or(o.Retention, 30*24*time.Hour)
	return o
}

// Store opens devices kept in a back end. It is safe for concurrent use.
type Store struct {
	backend   kv.Backend
	options   Options
	handovers recovery.Handovers

	mu   sync.Mutex
	open map[kv.DeviceKey]*Device // nil while opening
}

// New returns a Store over backend.
func New(backend kv.Backend, options Options) *Store {
	return &Store{backend: backend, options: options.withDefaults(), open: make(map[kv.DeviceKey]*Device)}
}

// Open claims the device for epoch, the caller's ownership of the shop, and loads it. A device that does not exist, or is
// deleted, gets new credentials, which are stored when it is paired. The caller closes the device. kv.ErrFenced means that
// a newer owner exists, ErrOpen that this store already has the device open, kv.ErrCorrupt that its credentials are damaged.
func (s *Store) Open(ctx context.Context, key kv.DeviceKey, epoch uint64) (*Device, error) {
	if err := s.reserve(key); err != nil {
		return nil, fmt.Errorf("open device %s: %w", key, err)
	}
	d, err := s.load(ctx, key, epoch)
	if err != nil {
		s.release(key)
		return nil, fmt.Errorf("open device %s: %w", key, err)
	}
	s.mu.Lock()
	s.open[key] = d
	s.mu.Unlock()
	return d, nil
}

func (s *Store) reserve(key kv.DeviceKey) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.open[key]; taken {
		return ErrOpen
	}
	s.open[key] = nil
	return nil
}

func (s *Store) release(key kv.DeviceKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, key)
}

// Devices lists stored devices, unpaired and deleted ones included: those of keys that exist, or all without keys, which
// walks over every key on Redis.
func (s *Store) Devices(ctx context.Context, keys ...kv.DeviceKey) ([]kv.Info, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	list, err := s.backend.Devices(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	return list, nil
}

// Destroy deletes the credentials of a device, open or not: they cannot be used any more from the moment it returns, and
// Sweep removes them after the retention time. epoch is the caller's ownership of the shop. A device without credentials
// is left as it is.
func (s *Store) Destroy(ctx context.Context, key kv.DeviceKey, epoch uint64) error {
	s.mu.Lock()
	d := s.open[key]
	s.mu.Unlock()
	if d != nil {
		return d.destroy(ctx)
	}
	d, err := s.Open(ctx, key, epoch)
	if err != nil {
		return fmt.Errorf("destroy device: %w", err)
	}
	return errors.Join(d.destroy(ctx), d.Close(ctx))
}

// Sweep removes devices whose tombstone is older than the retention time and returns how many. Run it about once a day
// on any node.
func (s *Store) Sweep(ctx context.Context) (int, error) {
	list, err := s.Devices(ctx)
	if err != nil {
		return 0, err
	}
	before := s.options.Now().Add(-s.options.Retention)
	removed := 0
	for _, info := range list {
		if info.Tombstone.IsZero() || !info.Tombstone.Before(before) {
			continue
		}
		ok, err := s.backend.Drop(ctx, info.Key, before)
		if err != nil {
			return removed, fmt.Errorf("sweep device %s: %w", info.Key, err)
		}
		if ok {
			removed++
		}
	}
	return removed, nil
}
