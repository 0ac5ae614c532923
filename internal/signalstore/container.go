package signalstore

import (
	"bytes"
	"context"
	"errors"

	"go.mau.fi/whatsmeow/store"
)

// errNoID refuses to store a device that no phone has accepted.
var errNoID = errors.New("a device is stored when it is paired, and it has no id yet")

// PutDevice stores the credentials. whatsmeow calls it in the middle of pairing, before it confirms to the server: then
// everything else that was written so far is stored with it, in place of whatever an earlier device left.
func (s *stores) PutDevice(ctx context.Context, w *store.Device) error {
	if w.ID == nil {
		return errNoID
	}
	creds, err := encodeCredentials(w)
	if err != nil {
		return err
	}
	if s.Paired() {
		return s.atomically(ctx, func(u *unit) error {
			old, err := s.get(ctx, u, refDevice)
			if err == nil && !bytes.Equal(old.data, creds) {
				u.put(refDevice, creds)
			}
			return err
		})
	}
	u := newUnit(decrypting)
	u.put(refDevice, creds)
	u.mu.Lock()
	defer u.mu.Unlock()
	s.io.Lock()
	defer s.io.Unlock()
	return s.applyExclusive(ctx, u, true)
}

// DeleteDevice writes the tombstone: whatsmeow calls it when WhatsApp says that the device was unlinked, which may be a
// mistake worth looking at.
func (s *stores) DeleteDevice(ctx context.Context, _ *store.Device) error { return s.destroy(ctx) }
