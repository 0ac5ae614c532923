package signalstore

import (
	"errors"

	"go.mau.fi/whatsmeow/store"

	"recado/internal/signalstore/kv"
)

// stores is the face of a Device that whatsmeow sees: its fourteen store interfaces, one file for each. All of them
// answer in terms of the device's working set and units; none knows the back end.
type stores struct{ *Device }

var (
	_ store.AllStores       = (*stores)(nil)
	_ store.DeviceContainer = (*stores)(nil)
)

// errNotFound answers the one question to which whatsmeow does not take "nothing" for an answer, see GetOutgoingEvent.
var errNotFound = errors.New("no such value")

// outcome breaks the device when a stored record could not be read, and returns the error either way.
func (d *Device) outcome(op string, err error) error {
	if errors.Is(err, kv.ErrCorrupt) {
		return d.fail(op, err)
	}
	return err
}
