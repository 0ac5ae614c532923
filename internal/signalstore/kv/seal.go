package kv

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Sealer protects the stored values of one device. Every value and every readable name passes through it before the back
// end sees it. It is safe for concurrent use.
type Sealer interface {
	// Name hides a readable part of a field, such as a phone number. Equal names of a kind must become equal strings,
	// because the device finds its values by them, and a name without a colon one without a colon.
	Name(kind Kind, name string) string

	// Seal protects data for its place; Open returns it, or ErrCorrupt for bytes that were not sealed for that place.
	Seal(ref Ref, data []byte) ([]byte, error)
	Open(ref Ref, sealed []byte) ([]byte, error)
}

// Sealers makes the Sealer of a device. wrapped is the device's data key as it was stored, nil for a device that has
// none yet; the returned one is stored with the device's next write when it differs.
type Sealers func(ctx context.Context, key DeviceKey, wrapped []byte) (s Sealer, rewrapped []byte, err error)

// Plain seals with a checksum: it hides nothing and detects damaged and misplaced values.
func Plain(_ context.Context, key DeviceKey, _ []byte) (Sealer, []byte, error) {
	return plain{place: crc32.Checksum([]byte(key.String()), castagnoli)}, nil, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type plain struct{ place uint32 }

const checksumSize = 4

func (p plain) Name(_ Kind, name string) string { return name }

func (p plain) Seal(ref Ref, data []byte) ([]byte, error) {
	sealed := make([]byte, 0, len(data)+checksumSize)
	sealed = append(sealed, data...)
	return binary.BigEndian.AppendUint32(sealed, p.checksum(ref, data)), nil
}

func (p plain) Open(ref Ref, sealed []byte) ([]byte, error) {
	n := len(sealed) - checksumSize
	if n < 0 || binary.BigEndian.Uint32(sealed[n:]) != p.checksum(ref, sealed[:n]) {
		return nil, fmt.Errorf("%w: checksum of a %s value", ErrCorrupt, ref.Kind)
	}
	return sealed[:n:n], nil
}

func (p plain) checksum(ref Ref, data []byte) uint32 {
	sum := crc32.Update(p.place, castagnoli, []byte{byte(ref.Kind)})
	sum = crc32.Update(sum, castagnoli, []byte(ref.Field))
	return crc32.Update(sum, castagnoli, data)
}
