package signalstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/store"

	"recado/internal/signalstore/kv"
)

// Device is one open device of a shop: paired credentials, or fresh ones that wait for a phone to scan them. It is what
// whatsmeow works on for as long as this node owns the shop, and it is safe for concurrent use.
type Device struct {
	key     kv.DeviceKey
	epoch   uint64
	store   *Store
	backend kv.Backend
	options Options
	seal    kv.Sealer
	dataKey []byte // wrapped, to be stored with the next write; nil when it is stored

	whatsmeow *store.Device

	recent recent    // applies that the back end may still lose; guarded by io
	unsure *kv.Apply // the one that broke the device and may have been done; guarded by io
	doubts bool      // what was found may be older than what the last owner knew

	// io lets one call of the back end happen at a time. An apply names the revision it expects, so applies are a
	// sequence anyway; and a read that cannot overlap an apply cannot put an old value into the working set.
	// Lock order: io, then mu.
	io sync.Mutex

	mu       sync.Mutex
	rev      uint64
	paired   bool // false: nothing of this device is in the back end, everything waits in riding
	err      error
	cache    cache
	inflight map[kv.Ref]ride // being applied: whoever wants them waits for io
	riding   map[kv.Ref]ride // written, but waiting for the next apply
	rideSize int
	rideSeq  uint64
	holds    map[kv.Ref]*hold
	buffer   buffer
	migrated map[string]struct{}
	renewed  map[kv.Ref]bool // written by this owner, where there are doubts

	broken chan struct{}
}

// load claims and reads a device.
func (s *Store) load(ctx context.Context, key kv.DeviceKey, epoch uint64) (*Device, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	d := &Device{
		key: key, epoch: epoch, store: s, backend: s.backend, options: s.options,
		cache: cache{limit: s.options.CacheBytes}, broken: make(chan struct{}),
	}
	state, err := d.claim(ctx)
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	d.rev, d.paired = state.Rev, kv.Info{State: state}.Paired()
	incarnation := d.incarnation(ctx)
	var stored string
	if d.paired {
		stored, err = d.restore(ctx, state, incarnation)
	} else {
		err = d.prepare(ctx)
	}
	if err != nil {
		return nil, err
	}
	return d, d.trust(incarnation, stored)
}

// prepare makes an unpaired device.
func (d *Device) prepare(ctx context.Context) error {
	if err := d.unlock(ctx, nil); err != nil {
		return err
	}
	d.attach(newCredentials())
	return nil
}

var (
	refDataKey = kv.Ref{Kind: kv.KindMeta, Field: "datakey"}
	refDevice  = kv.Ref{Kind: kv.KindCreds, Field: "device"}
)

// restore loads a paired device: its data key, its credentials and the messages that were decrypted but not handled.
// It returns the incarnation of the back end that was the last one to be trusted.
func (d *Device) restore(ctx context.Context, state kv.State, incarnation string) (trusted string, err error) {
	values, err := d.backend.Read(ctx, d.key, []kv.Ref{refDataKey, refDevice, refClosed, refTrusted})
	if err != nil {
		return "", fmt.Errorf("read credentials: %w", err)
	}
	if err := d.unlock(ctx, values[0].Data); err != nil {
		return "", err
	}
	creds, err := d.opened(kv.Row{Ref: refDevice, Value: values[1]})
	if err != nil {
		return "", fmt.Errorf("credentials: %w", err)
	}
	device, err := decodeCredentials(creds.data)
	if err != nil {
		return "", fmt.Errorf("credentials: %w", err)
	}
	closed, err := d.opened(kv.Row{Ref: refClosed, Value: values[2]})
	if err != nil {
		return "", fmt.Errorf("closing note: %w", err)
	}
	if trusted, err = d.trustedIn(kv.Row{Ref: refTrusted, Value: values[3]}); err != nil {
		return "", err
	}
	known := len(d.recent.applies) > 0 || closedAt(closed, state.Rev) || incarnation != "" && incarnation == trusted
	d.doubts = d.options.MayLose > 0 && (d.doubts || !known)
	d.cache.put(refDevice, creds)
	d.attach(device)
	return trusted, d.restoreBuffer(ctx)
}

// unlock makes the sealer from the wrapped data key.
func (d *Device) unlock(ctx context.Context, wrapped []byte) error {
	seal, rewrapped, err := d.options.Sealers(ctx, d.key, wrapped)
	if err != nil {
		return fmt.Errorf("unlock data key: %w", err)
	}
	d.seal = seal
	if string(rewrapped) != string(wrapped) {
		d.dataKey = rewrapped
	}
	return nil
}

// attach gives whatsmeow's device the stores of this one.
func (d *Device) attach(w *store.Device) {
	stores := &stores{d}
	w.Log = d.options.Log
	w.SetAllStores(stores)
	w.LIDs = stores
	w.Container = stores
	w.Initialized = true
	d.whatsmeow = w
}

// Key returns the device's name.
func (d *Device) Key() kv.DeviceKey { return d.key }

// Whatsmeow returns the device for whatsmeow.NewClient. It must not be used by two clients at once.
func (d *Device) Whatsmeow() *store.Device { return d.whatsmeow }

// Paired reports whether the device holds credentials that a phone has accepted.
func (d *Device) Paired() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.paired
}

// Broken is closed when the device has met its first failure and refuses everything; Err tells which. Whoever runs the
// session must disconnect, close the device and open it again.
func (d *Device) Broken() <-chan struct{} { return d.broken }

// Err returns the failure that broke the device, an *Error, or nil.
func (d *Device) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// Flush stores what waits for the next apply. Call it now and then on quiet devices, so that a kill costs little.
func (d *Device) Flush(ctx context.Context) error {
	d.mu.Lock()
	nothing := d.err == nil && (len(d.riding) == 0 || !d.paired)
	d.mu.Unlock()
	if nothing {
		return nil
	}
	return d.apply(ctx, newUnit(decrypting))
}

// Sync returns when everything that the device has done so far is on the disk. Whoever lets a message be acknowledged
// without writing anything for it calls it first; see [Options].OneLog.
func (d *Device) Sync(ctx context.Context) error {
	if !d.options.OneLog {
		return nil
	}
	if b, ok := d.backend.(interface{ Sync(context.Context) error }); ok {
		return b.Sync(ctx)
	}
	return nil
}

// Close flushes, unless the device is broken or deleted, and ends its use: every later call fails. The device can then
// be opened again, here or elsewhere.
func (d *Device) Close(ctx context.Context) error {
	var err error
	switch {
	case d.Err() != nil:
	case d.options.MayLose > 0 && d.Paired() && !d.doubts:
		u := newUnit(decrypting)
		d.note(u)
		err = d.apply(ctx, u)
	default:
		err = d.Flush(ctx)
	}
	cause := d.Err()
	d.refuse(ErrClosed)
	d.io.Lock() // whatever is on its way ends first: the next device must not be overtaken by it
	defer d.io.Unlock()
	if cause != nil && !errors.Is(cause, ErrClosed) && !errors.Is(cause, kv.ErrDeleted) {
		d.leave()
	}
	d.store.release(d.key)
	return err
}

// destroy writes the tombstone. It is the only place that does.
func (d *Device) destroy(ctx context.Context) error {
	d.io.Lock()
	defer d.io.Unlock()
	d.mu.Lock()
	err, paired, rev := d.err, d.paired, d.rev
	d.mu.Unlock()
	switch {
	case errors.Is(err, kv.ErrDeleted):
		return nil
	case err != nil:
		return err
	case paired:
		ctx, cancel := d.uninterrupted(ctx)
		defer cancel()
		// The data key goes with the tombstone: what stays until Sweep cannot be read any more.
		a := kv.Apply{Epoch: d.epoch, Rev: rev, Next: rev + 1, Writes: []kv.Write{{Ref: refDataKey}}, Tombstone: d.now()}
		if err := d.deliver(ctx, a); err != nil {
			return d.fail("delete", err)
		}
	}
	d.refuse(kv.ErrDeleted)
	return nil
}

// refuse makes every later call fail with cause, which is no failure of the back end.
func (d *Device) refuse(cause error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.err = &Error{Key: d.key, Op: "use", Err: cause}
	}
	d.forgetAll()
}

// fail breaks the device and returns the error to give to the caller.
func (d *Device) fail(op string, cause error) error {
	err := &Error{Key: d.key, Op: op, Err: cause}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.err = err
		close(d.broken)
		d.forgetAll()
	}
	return err
}

func (d *Device) forgetAll() {
	d.cache.clear()
	d.riding, d.rideSize, d.holds, d.migrated, d.renewed, d.buffer = nil, 0, nil, nil, nil, buffer{}
}

// uninterrupted bounds a write by the store's time-out alone: a caller who is cancelled in the middle must not leave it
// open whether the write happened.
func (d *Device) uninterrupted(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), d.options.Timeout)
}

func (d *Device) now() time.Time { return d.options.Now() }
