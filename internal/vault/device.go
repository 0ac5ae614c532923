package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"recado/internal/signalstore/kv"
)

// deviceKey is the kind under which a device's key is wrapped; the field is its channel.
const deviceKey = "device key"

// Device returns the Sealer of a linked device: it is a kv.Sealers. Every pairing creates a key of its own,
// which is stored with the device, wrapped by the shop's key, and destroyed with its credentials.
func (v *Vault) Device(ctx context.Context, key kv.DeviceKey, wrapped []byte) (kv.Sealer, []byte, error) {
	own, wrapped, err := v.deviceKey(ctx, key, wrapped)
	if err != nil {
		return nil, nil, err
	}
	k, err := newKeys(string(key.Shop)+"/"+string(key.Channel), own)
	if err != nil {
		return nil, nil, err
	}
	return sealer{k}, wrapped, nil
}

var _ kv.Sealers = (*Vault)(nil).Device

func (v *Vault) deviceKey(ctx context.Context, key kv.DeviceKey, wrapped []byte) (own, stored []byte, err error) {
	if wrapped == nil {
		shop, err := v.Keys(ctx, key.Shop, Sessions)
		if err != nil {
			return nil, nil, err
		}
		own = make([]byte, keySize)
		_, _ = rand.Read(own) // never fails: crypto/rand ends the program instead
		stored, err = shop.Seal(deviceKey, string(key.Channel), own)
		return own, stored, err
	}
	shop, err := v.Existing(ctx, key.Shop, Sessions)
	if err == nil {
		own, err = shop.Open(deviceKey, string(key.Channel), wrapped)
	}
	if errors.Is(err, ErrCorrupt) || errors.Is(err, ErrNoKey) {
		err = fmt.Errorf("%w: %w", kv.ErrCorrupt, err)
	}
	return own, wrapped, err
}

// sealer implements kv.Sealer.
type sealer struct{ keys *Keys }

// Name implements kv.Sealer. Names need not be recovered, so they are short.
func (s sealer) Name(kind kv.Kind, name string) string {
	hidden, err := s.keys.nameToken(kind.String(), name)
	if err != nil {
		panic(fmt.Sprintf("vault: %v", err)) // only a length that CMAC does not have could do it, and it is a constant
	}
	return hidden
}

// Seal implements kv.Sealer.
func (s sealer) Seal(ref kv.Ref, data []byte) ([]byte, error) {
	return s.keys.Seal(ref.Kind.String(), ref.Field, data)
}

// Open implements kv.Sealer.
func (s sealer) Open(ref kv.Ref, sealed []byte) ([]byte, error) {
	data, err := s.keys.Open(ref.Kind.String(), ref.Field, sealed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", kv.ErrCorrupt, err)
	}
	return data, nil
}
