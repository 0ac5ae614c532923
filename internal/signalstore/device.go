package signalstore

import (
	"context"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow/store"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/recovery"
	"recado/internal/signalstore/txn"
)

// Device is one open device of a shop: paired credentials, or new ones that wait for a phone to scan them. whatsmeow works
// on it for as long as this node owns the shop. It is safe for concurrent use.
type Device struct {
	key       kv.DeviceKey
	store     *Store
	guard     *recovery.Guard
	txn       *txn.Manager
	values    *values
	preKeys   *preKeyStore
	whatsmeow *store.Device
}

var refDevice = kv.Ref{Kind: kv.KindCreds, Field: "device"}

// load claims a device and reads it, or makes new credentials.
func (s *Store) load(ctx context.Context, key kv.DeviceKey, epoch uint64) (*Device, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	d := &Device{key: key, store: s, guard: recovery.New(s.backend, key, epoch, recovery.Options{
		MayLose: s.options.MayLose, Now: s.options.Now, Log: s.options.Log, Handovers: &s.handovers,
	})}
	state, err := d.guard.Claim(ctx)
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	identity := d.guard.ServerIdentity(ctx) // after the claim
	stored := make([]kv.Value, 4)
	paired := kv.Info{State: state}.Paired()
	if paired {
		refs := []kv.Ref{txn.RefDataKey, refDevice, recovery.RefClosed, recovery.RefTrusted}
		if stored, err = s.backend.Read(ctx, key, refs); err != nil {
			return nil, fmt.Errorf("read credentials: %w", err)
		}
	}
	if err := d.unlock(ctx, state, epoch, stored[0].Data); err != nil {
		return nil, err
	}
	credentials, trusted := newCredentials(), ""
	if paired {
		if credentials, trusted, err = d.restore(state.Rev, stored, identity); err != nil {
			return nil, err
		}
	}
	if err := d.attach(ctx, credentials); err != nil {
		return nil, err
	}
	if d.guard.MaybeStale() || identity == trusted {
		return d, nil
	}
	t := txn.Begin()
	t.PutLater(recovery.RefTrusted, recovery.TrustNote(identity))
	_, err = d.txn.Pend(t)
	return d, err
}

// unlock makes the sealer from the wrapped data key, and with it the transaction manager.
func (d *Device) unlock(ctx context.Context, state kv.State, epoch uint64, wrapped []byte) error {
	o := d.store.options
	seal, rewrapped, err := o.Sealers(ctx, d.key, wrapped)
	if err != nil {
		return fmt.Errorf("unlock data key: %w", err)
	}
	if string(rewrapped) == string(wrapped) {
		rewrapped = nil
	}
	d.txn = txn.New(txn.Options{
		Key: d.key, Epoch: epoch, Backend: d.store.backend, Applier: d.guard, Sealer: seal, DataKey: rewrapped, State: state,
		CacheBytes: o.CacheBytes, Timeout: o.Timeout, AsyncDurable: o.OneLog, UnsafeNoCompare: o.UnsafeNoCompare,
	})
	d.values = &values{Manager: d.txn, seal: seal, now: o.Now}
	return nil
}

// restore decodes the credentials of a paired device and decides whether its values may be stale. It returns the server
// identity that the last owner trusted.
func (d *Device) restore(rev uint64, stored []kv.Value, identity string) (w *store.Device, trusted string, err error) {
	creds, err := d.txn.Unseal(kv.Row{Ref: refDevice, Value: stored[1]})
	if err != nil {
		return nil, "", fmt.Errorf("credentials: %w", err)
	}
	if w, err = decodeCredentials(creds.Data); err != nil {
		return nil, "", fmt.Errorf("credentials: %w", err)
	}
	closed, err := d.txn.Unseal(kv.Row{Ref: recovery.RefClosed, Value: stored[2]})
	if err != nil {
		return nil, "", fmt.Errorf("closing note: %w", err)
	}
	trust, err := d.txn.Unseal(kv.Row{Ref: recovery.RefTrusted, Value: stored[3]})
	if err != nil {
		return nil, "", fmt.Errorf("trusted server: %w", err)
	}
	d.txn.Cache(refDevice, creds)
	trusted, err = d.guard.Assess(rev, closed.Data, trust.Data, identity)
	return w, trusted, err
}

// Whatsmeow returns the device for whatsmeow.NewClient. It must not be used by two clients at once.
func (d *Device) Whatsmeow() *store.Device { return d.whatsmeow }

// Paired reports whether the device holds credentials that a phone has accepted.
func (d *Device) Paired() bool { return d.txn.Paired() }

// Broken is closed when the device has met its first failure and refuses everything; Err returns it. The session must
// disconnect, close the device and open it again.
func (d *Device) Broken() <-chan struct{} { return d.txn.Broken() }

// Err returns the failure that broke the device, a *txn.Error, or nil.
func (d *Device) Err() error { return d.txn.Err() }

// SendTxn runs fn, which sends one message through whatsmeow with the context it is given and a fixed message id, as one
// transaction: the sessions are applied after everything is encrypted and before anything leaves, compared with the
// versions that were read. When a decryption got in between, nothing has left and fn runs again. ErrNotEncrypted
// means that whatsmeow has sent a message that its recipient cannot read.
func (d *Device) SendTxn(ctx context.Context, fn func(ctx context.Context) error) error {
	return d.txn.Send(ctx, d.ownUsers(), fn)
}

// ownUsers are the device's own phone number and LID as Signal users.
func (d *Device) ownUsers() []string {
	return []string{d.whatsmeow.GetJID().SignalAddressUser(), d.whatsmeow.GetLID().SignalAddressUser()}
}

// Flush stores the pending writes. Call it now and then on quiet devices, so that a kill costs little.
func (d *Device) Flush(ctx context.Context) error { return d.txn.Flush(ctx) }

// Sync returns when everything that the device has done so far is on the disk. Call it before a message is acknowledged
// for which nothing else is written; see [Options].OneLog.
func (d *Device) Sync(ctx context.Context) error {
	if !d.store.options.OneLog {
		return nil
	}
	if b, ok := d.store.backend.(interface{ Sync(context.Context) error }); ok {
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
	case d.guard.MayLose() && d.Paired() && !d.guard.MaybeStale():
		t := txn.Begin()
		t.Put(recovery.RefClosed, recovery.ClosingNote(d.txn.Rev()+1))
		err = d.txn.Apply(ctx, t)
	default:
		err = d.Flush(ctx)
	}
	cause := d.Err()
	d.txn.Refuse(ErrClosed)
	d.txn.Exclusive(func() { // a call under way ends first: it must not overtake the next device
		if cause != nil && !errors.Is(cause, ErrClosed) && !errors.Is(cause, kv.ErrDeleted) {
			d.guard.SaveForHandover()
		}
		d.store.release(d.key)
	})
	return err
}

// destroy writes the tombstone. No other place does.
func (d *Device) destroy(ctx context.Context) error { return d.txn.Delete(ctx, d.store.options.Now()) }
