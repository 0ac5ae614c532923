package signalstore

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"

	"recado/internal/signalstore/kv"
)

const advSecretSize = 32

// newCredentials makes the keys of a device that no phone knows yet.
func newCredentials() *store.Device {
	var registration [4]byte
	_, _ = rand.Read(registration[:]) // never fails, see crypto/rand
	secret := make([]byte, advSecretSize)
	_, _ = rand.Read(secret)
	w := &store.Device{
		NoiseKey:       keys.NewKeyPair(),
		IdentityKey:    keys.NewKeyPair(),
		RegistrationID: binary.BigEndian.Uint32(registration[:]),
		AdvSecretKey:   secret,
	}
	w.SignedPreKey = w.IdentityKey.CreateSignedPreKey(1)
	return w
}

// encodeCredentials writes the record of KindCreds. Private keys are stored, public ones follow from them.
func encodeCredentials(w *store.Device) ([]byte, error) {
	account, err := proto.Marshal(w.Account)
	if err != nil {
		return nil, fmt.Errorf("encode account: %w", err)
	}
	r := newRecord(512 + len(account))
	r.jid(*w.ID).jid(w.LID).int(int64(w.RegistrationID))
	r.bytes(w.NoiseKey.Priv[:]).bytes(w.IdentityKey.Priv[:])
	r.bytes(w.SignedPreKey.Priv[:]).int(int64(w.SignedPreKey.KeyID)).bytes(w.SignedPreKey.Signature[:])
	r.bytes(w.AdvSecretKey).bytes(account)
	r.str(w.Platform).str(w.BusinessName).str(w.PushName)
	r.int(w.LIDMigrationTimestamp).str(w.CompanionMetaNonce).bytes(w.FacebookUUID[:])
	return r.buf, nil
}

func decodeCredentials(data []byte) (*store.Device, error) {
	r := openRecord(data)
	id, lid := r.jid(), r.jid()
	w := &store.Device{ID: &id, LID: lid, RegistrationID: uint32(r.int())}
	w.NoiseKey, w.IdentityKey = readKeyPair(r), readKeyPair(r)
	w.SignedPreKey = &keys.PreKey{KeyPair: *readKeyPair(r), KeyID: uint32(r.int())}
	signature := r.bytes()
	w.AdvSecretKey = r.bytes()
	account := r.bytes()
	w.Platform, w.BusinessName, w.PushName = r.str(), r.str(), r.str()
	w.LIDMigrationTimestamp, w.CompanionMetaNonce = r.int(), r.str()
	facebook := r.bytes()
	switch {
	case r.err != nil:
		return nil, r.err
	case id.IsEmpty() || len(signature) != 64 || len(facebook) != len(uuid.UUID{}):
		return nil, fmt.Errorf("%w: credentials are incomplete", kv.ErrCorrupt)
	}
	w.SignedPreKey.Signature = (*[64]byte)(signature)
	w.FacebookUUID = uuid.UUID(facebook)
	w.Account = &waAdv.ADVSignedDeviceIdentity{}
	if err := proto.Unmarshal(account, w.Account); err != nil {
		return nil, fmt.Errorf("%w: account: %w", kv.ErrCorrupt, err)
	}
	return w, nil
}

func readKeyPair(r *reader) *keys.KeyPair { return keys.NewKeyPairFromPrivateKey(r.array32()) }
