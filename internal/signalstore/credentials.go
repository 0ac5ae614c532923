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
	"recado/internal/signalstore/record"
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
	r := record.New(512 + len(account))
	r.JID(*w.ID).JID(w.LID).Int(int64(w.RegistrationID))
	r.Bytes(w.NoiseKey.Priv[:]).Bytes(w.IdentityKey.Priv[:])
	r.Bytes(w.SignedPreKey.Priv[:]).Int(int64(w.SignedPreKey.KeyID)).Bytes(w.SignedPreKey.Signature[:])
	r.Bytes(w.AdvSecretKey).Bytes(account)
	r.Str(w.Platform).Str(w.BusinessName).Str(w.PushName)
	r.Int(w.LIDMigrationTimestamp).Str(w.CompanionMetaNonce).Bytes(w.FacebookUUID[:])
	return r.Done(), nil
}

func decodeCredentials(data []byte) (*store.Device, error) {
	r := record.Open(data)
	id, lid := r.JID(), r.JID()
	w := &store.Device{ID: &id, LID: lid, RegistrationID: uint32(r.Int())}
	w.NoiseKey, w.IdentityKey = readKeyPair(r), readKeyPair(r)
	w.SignedPreKey = &keys.PreKey{KeyPair: *readKeyPair(r), KeyID: uint32(r.Int())}
	signature := r.Bytes()
	w.AdvSecretKey = r.Bytes()
	account := r.Bytes()
	w.Platform, w.BusinessName, w.PushName = r.Str(), r.Str(), r.Str()
	w.LIDMigrationTimestamp, w.CompanionMetaNonce = r.Int(), r.Str()
	facebook := r.Bytes()
	switch {
	case r.Err() != nil:
		return nil, r.Err()
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

func readKeyPair(r *record.Reader) *keys.KeyPair { return keys.NewKeyPairFromPrivateKey(r.Key32()) }
