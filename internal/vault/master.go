package vault

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// MasterSize is the size of a master key in bytes.
const MasterSize = 32

// ErrUnknownMaster means that a key was wrapped by a master key that this program does not have.
var ErrUnknownMaster = errors.New("wrapped by an unknown master key: RECADO_SECRET_KEY has changed")

const masterIDSize = 4

// Master is a master key. It wraps shop keys and nothing else.
type Master struct {
	id   [masterIDSize]byte
	aead tink.AEAD
}

// NewMaster returns the master key made of secret, MasterSize bytes.
func NewMaster(secret []byte) (Master, error) {
	var m Master
	if len(secret) != MasterSize {
		return m, fmt.Errorf("master key has %d bytes, not %d", len(secret), MasterSize)
	}
	id, err := hkdf.Key(sha256.New, secret, nil, "recado master key id v1", masterIDSize)
	if err != nil {
		return m, fmt.Errorf("derive master key: %w", err)
	}
	wrap, err := hkdf.Key(sha256.New, secret, nil, "recado master key wrap v1", MasterSize)
	if err != nil {
		return m, fmt.Errorf("derive master key: %w", err)
	}
	copy(m.id[:], id)
	if m.aead, err = subtle.NewAESGCM(wrap); err != nil {
		return m, fmt.Errorf("make master key: %w", err)
	}
	return m, nil
}

// ParseMaster returns the master key written as 64 hex digits.
func ParseMaster(digits string) (Master, error) {
	secret, err := hex.DecodeString(digits)
	if err != nil {
		return Master{}, errors.New("master key: not 64 hex digits") // never with the value
	}
	return NewMaster(secret)
}

// ID identifies the key without revealing it: 8 hex digits.
func (m Master) ID() string { return hex.EncodeToString(m.id[:]) }

// wrappedFormat is the first byte of a wrapped key; the id of its master follows, then the seal.
const wrappedFormat = 1

const wrappedHeader = 1 + masterIDSize

// wrap seals a shop key for its name.
func (m Master) wrap(n Name, key []byte) ([]byte, error) {
	sealed, err := m.aead.Encrypt(key, n.associatedData())
	if err != nil {
		return nil, fmt.Errorf("wrap key %s: %w", n, err)
	}
	return append(append([]byte{wrappedFormat}, m.id[:]...), sealed...), nil
}

// hasWrapped reports whether m wrapped the key.
func (m Master) hasWrapped(key []byte) bool {
	return len(key) > wrappedHeader && key[0] == wrappedFormat && string(key[1:wrappedHeader]) == string(m.id[:])
}

// keyring is the master keys of this program, the current one first.
type keyring []Master

func (r keyring) current() Master { return r[0] }

// unwrap opens a wrapped shop key: ErrUnknownMaster, or ErrCorrupt when it was wrapped for another name or damaged.
func (r keyring) unwrap(n Name, wrapped []byte) ([]byte, error) {
	if len(wrapped) <= wrappedHeader || wrapped[0] != wrappedFormat {
		return nil, fmt.Errorf("%w: wrapped key %s", ErrCorrupt, n)
	}
	for _, m := range r {
		if !m.hasWrapped(wrapped) {
			continue
		}
		key, err := m.aead.Decrypt(wrapped[wrappedHeader:], n.associatedData())
		if err != nil || len(key) != keySize {
			return nil, fmt.Errorf("%w: wrapped key %s", ErrCorrupt, n)
		}
		return key, nil
	}
	return nil, fmt.Errorf("key %s: %w (it was %x)", n, ErrUnknownMaster, wrapped[1:wrappedHeader])
}
