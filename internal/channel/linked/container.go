package linked

import (
	"context"
	"errors"

	"go.mau.fi/whatsmeow/store"
)

// errDestroyed reports a successful deletion to whatsmeow as a failure: after a
// success its device rewrites its own fields, while goroutines of the same client
// still read them. The stores refuse every access from then on.
var errDestroyed = errors.New("the credentials are destroyed; the device is not used any more")

// container is a DeviceContainer whose deleted devices are not rewritten.
type container struct{ store.DeviceContainer }

// DeleteDevice always fails: with errDestroyed if the credentials were destroyed.
func (c container) DeleteDevice(ctx context.Context, d *store.Device) error {
	if err := c.DeviceContainer.DeleteDevice(ctx, d); err != nil {
		return err
	}
	return errDestroyed
}
