package signalstore

import (
	"bytes"
	"context"
	"errors"

	"go.mau.fi/whatsmeow/store"

	"recado/internal/signalstore/txn"
)

// errNoID refuses to store a device that no phone has accepted.
var errNoID = errors.New("a device is stored when it is paired, and it has no id yet")

// container implements store.DeviceContainer.
type container struct {
	*values
	device *Device
}

// PutDevice stores the credentials. whatsmeow calls it in the middle of pairing, before it confirms to the server: then
// everything else that was written so far is stored with it, in place of all values of an earlier device.
func (s *container) PutDevice(ctx context.Context, w *store.Device) error {
	if w.ID == nil {
		return errNoID
	}
	creds, err := encodeCredentials(w)
	if err != nil {
		return err
	}
	if s.Paired() {
		return s.Update(ctx, func(t *txn.Txn) error {
			old, err := s.Get(ctx, t, refDevice)
			if err == nil && !bytes.Equal(old.Data, creds) {
				t.Put(refDevice, creds)
			}
			return err
		})
	}
	t := txn.Begin()
	t.Put(refDevice, creds)
	return s.Replace(ctx, t)
}

// DeleteDevice writes the tombstone: whatsmeow calls it when WhatsApp says that the device was unlinked, which may be a
// mistake worth looking at.
func (s *container) DeleteDevice(ctx context.Context, _ *store.Device) error {
	return s.device.destroy(ctx)
}
