package signalstoretest

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"recado/internal/signalstore/kv"
)

// Veil hides names and values behind a key that anyone can compute. With it the tests show that the store never depends on
// readable names or values; it is no protection.
func Veil(_ context.Context, key kv.DeviceKey, wrapped []byte) (kv.Sealer, []byte, error) {
	secret := sha256.Sum256([]byte(key.String()))
	if wrapped != nil && string(wrapped) != "wrapped "+key.String() {
		return nil, nil, fmt.Errorf("%w: data key", kv.ErrCorrupt)
	}
	block, err := aes.NewCipher(secret[:])
	if err != nil {
		return nil, nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return veil{aead}, []byte("wrapped " + key.String()), err
}

type veil struct{ aead cipher.AEAD }

func (v veil) Name(kind kv.Kind, name string) string {
	sum := sha256.Sum256([]byte(kind.String() + "\x00" + name))
	return hex.EncodeToString(sum[:12])
}

func (v veil) Seal(ref kv.Ref, data []byte) ([]byte, error) {
	return v.aead.Seal(nil, nil, data, place(ref)), nil
}

func (v veil) Open(ref kv.Ref, sealed []byte) ([]byte, error) {
	data, err := v.aead.Open(nil, nil, sealed, place(ref))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", kv.ErrCorrupt, err)
	}
	return data, nil
}

func place(ref kv.Ref) []byte { return []byte(ref.Kind.String() + "|" + ref.Field) }
