package signalstore

import (
	"context"
	"fmt"

	"recado/internal/signalstore/kv"
)

// Verify returns nil when the credentials of a linked device are stored in b and open, without claiming the device: for
// whoever has copied it. ErrCorrupt means that they are damaged.
func Verify(ctx context.Context, b kv.Backend, key kv.DeviceKey, sealers kv.Sealers) error {
	values, err := b.Read(ctx, key, []kv.Ref{refDataKey, refDevice})
	if err != nil {
		return fmt.Errorf("check device %s: %w", key, err)
	}
	if values[1].Data == nil {
		return fmt.Errorf("check device %s: %w: there are no credentials", key, kv.ErrCorrupt)
	}
	seal, _, err := sealers(ctx, key, values[0].Data)
	if err != nil {
		return fmt.Errorf("check device %s: %w", key, err)
	}
	data, err := seal.Open(refDevice, values[1].Data)
	if err == nil {
		_, err = decodeCredentials(data)
	}
	if err != nil {
		return fmt.Errorf("check device %s: %w", key, err)
	}
	return nil
}
