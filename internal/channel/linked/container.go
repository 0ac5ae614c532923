package linked

import (
	"context"
	"errors"

	"go.mau.fi/whatsmeow/store"
)

// errDestroyed tells whatsmeow's device that deleting did not succeed, when it
// did: a device that was deleted rewrites its own fields while goroutines of
// the same client still read them. The stores refuse everything from then on,
// so nothing is left to rewrite.
var errDestroyed = errors.New("the credentials are destroyed; the device is not used any more")

// container deletes devices without letting them be rewritten.
type container struct{ store.DeviceContainer }

// DeleteDevice always fails: with errDestroyed when the credentials are gone.
func (c container) DeleteDevice(ctx context.Context, d *store.Device) error {
	if err := c.DeviceContainer.DeleteDevice(ctx, d); err != nil {
		return err
	}
	return errDestroyed
}
