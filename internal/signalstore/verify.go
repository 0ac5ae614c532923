package signalstore

import (
	"context"
	"fmt"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/txn"
)

// Verify returns nil when the credentials of a linked device are stored in b and can be opened, without claiming the
// device. A copy of a device is verified with it. kv.ErrCorrupt means that they are damaged or missing.
func Verify(ctx context.Context, b kv.Backend, key kv.DeviceKey, sealers kv.Sealers) error {
	if err := verify(ctx, b, key, sealers); err != nil {
		return fmt.Errorf("verify device %s: %w", key, err)
	}
	return nil
}

func verify(ctx context.Context, b kv.Backend, key kv.DeviceKey, sealers kv.Sealers) error {
	values, err := b.Read(ctx, key, []kv.Ref{txn.RefDataKey, refDevice})
	if err != nil {
		return err
	}
	if values[1].Data == nil {
		return fmt.Errorf("%w: there are no credentials", kv.ErrCorrupt)
	}
	seal, _, err := sealers(ctx, key, values[0].Data)
	if err != nil {
		return err
	}
	data, err := seal.Open(refDevice, values[1].Data)
	if err != nil {
		return err
	}
	_, err = decodeCredentials(data)
	return err
}
