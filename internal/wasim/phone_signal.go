package wasim

import (
	"context"
	"errors"
	"fmt"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/keys/identity"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/serialize"
	"go.mau.fi/libsignal/session"
	"go.mau.fi/libsignal/state/record"
	"go.mau.fi/libsignal/state/store"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
)

var protobuf = serialize.NewProtoBufSerializer()

// inMemory is the context of the library's calls to the store, which never block.
var inMemory = context.Background()

// maxOwnPreKeys is how many one-time prekeys of a phone may be out at a time.
const maxOwnPreKeys = 1000

// signalStore is the Signal state of one phone, in memory: its keys and one
// session for each device it has spoken with. It trusts every identity, as a
// phone does. It is not safe for concurrent use.
type signalStore struct {
	ident    *keys.KeyPair
	regID    uint32
	signed   *keys.PreKey
	oneTime  map[uint32]*keys.PreKey
	lastKey  uint32
	sessions map[string][]byte // serialised, so that a failed decryption leaves no trace
}

func newSignalStore(regID uint32) *signalStore {
	ident := keys.NewKeyPair()
	return &signalStore{
		ident: ident, regID: regID, signed: ident.CreateSignedPreKey(1),
		oneTime: map[uint32]*keys.PreKey{}, sessions: map[string][]byte{},
	}
}

// bundle hands out a new one-time prekey; the oldest are deleted when they
// stay unused.
func (s *signalStore) bundle() bundle {
	s.lastKey++
	k := keys.NewPreKey(s.lastKey)
	s.oneTime[k.KeyID] = k
	delete(s.oneTime, s.lastKey-maxOwnPreKeys)
	return bundle{
		regID: s.regID, ident: *s.ident.Pub,
		signed:  signedKey{publicKey{s.signed.KeyID, *s.signed.Pub}, *s.signed.Signature},
		oneTime: &publicKey{id: k.KeyID, pub: *k.Pub},
	}
}

// startSession starts a session with a device from its bundle. The present one is archived
// for messages that the device has encrypted with it already.
func (s *signalStore) startSession(to *protocol.SignalAddress, b bundle) error {
	if err := s.builder(to).ProcessBundle(inMemory, b.signal()); err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	return nil
}

func (s *signalStore) hasSession(with *protocol.SignalAddress) bool {
	_, ok := s.sessions[with.String()]
	return ok
}

func (s *signalStore) encrypt(to *protocol.SignalAddress, plain []byte) (ciphertext, error) {
	out, err := session.NewCipher(s.builder(to), to).Encrypt(inMemory, pad(plain))
	if err != nil {
		return ciphertext{}, fmt.Errorf("encrypt: %w", err)
	}
	kind := "msg"
	if out.Type() == protocol.PREKEY_TYPE {
		kind = "pkmsg"
	}
	return ciphertext{kind: kind, body: out.Serialize()}, nil
}

func (s *signalStore) decrypt(from *protocol.SignalAddress, in ciphertext) (plain []byte, err error) {
	defer func() {
		if r := recover(); r != nil { // the library indexes into the message without checks
			plain, err = nil, fmt.Errorf("decrypt: %v", r)
		}
	}()
	padded, err := s.open(session.NewCipher(s.builder(from), from), in)
	if err != nil {
		return nil, fmt.Errorf("decrypt: %w", err)
	}
	return unpad(padded)
}

func (s *signalStore) open(c *session.Cipher, in ciphertext) ([]byte, error) {
	switch in.kind {
	case "pkmsg":
		m, err := protocol.NewPreKeySignalMessageFromBytes(in.body, protobuf.PreKeySignalMessage, protobuf.SignalMessage)
		if err != nil {
			return nil, err
		}
		return c.DecryptMessage(inMemory, m)
	case "msg":
		m, err := protocol.NewSignalMessageFromBytes(in.body, protobuf.SignalMessage)
		if err != nil {
			return nil, err
		}
		return c.Decrypt(inMemory, m)
	default:
		return nil, fmt.Errorf("a message of type %q", in.kind)
	}
}

func (s *signalStore) builder(with *protocol.SignalAddress) *session.Builder {
	return session.NewBuilder(s, s, s, s, with, protobuf)
}

func (s *signalStore) agree(public [32]byte) ([]byte, error) {
	return curve25519.X25519(s.ident.Priv[:], public[:])
}

// pad appends one to fifteen bytes, each of which is how many they are.
func pad(plain []byte) []byte {
	var b [1]byte
	fill(b[:])
	n := b[0]%15 + 1
	out := append(make([]byte, 0, len(plain)+int(n)), plain...)
	for range n {
		out = append(out, n)
	}
	return out
}

func unpad(padded []byte) ([]byte, error) {
	if len(padded) == 0 {
		return nil, errors.New("decrypt: empty")
	}
	n := int(padded[len(padded)-1])
	if n == 0 || n > len(padded) {
		return nil, errors.New("decrypt: bad padding")
	}
	return padded[:len(padded)-n], nil
}

// The store interfaces of the Signal library.
var (
	_ store.IdentityKey  = (*signalStore)(nil)
	_ store.PreKey       = (*signalStore)(nil)
	_ store.Session      = (*signalStore)(nil)
	_ store.SignedPreKey = (*signalStore)(nil)
)

func (s *signalStore) GetIdentityKeyPair() *identity.KeyPair {
	return identity.NewKeyPair(identity.NewKey(ecc.NewDjbECPublicKey(*s.ident.Pub)), ecc.NewDjbECPrivateKey(*s.ident.Priv))
}

func (s *signalStore) GetLocalRegistrationID() uint32 { return s.regID }

func (s *signalStore) SaveIdentity(context.Context, *protocol.SignalAddress, *identity.Key) error {
	return nil
}

func (s *signalStore) IsTrustedIdentity(context.Context, *protocol.SignalAddress, *identity.Key) (bool, error) {
	return true, nil
}

func (s *signalStore) LoadPreKey(_ context.Context, id uint32) (*record.PreKey, error) {
	k := s.oneTime[id]
	if k == nil {
		return nil, nil
	}
	pair := ecc.NewECKeyPair(ecc.NewDjbECPublicKey(*k.Pub), ecc.NewDjbECPrivateKey(*k.Priv))
	return record.NewPreKey(k.KeyID, pair, nil), nil
}

func (s *signalStore) StorePreKey(context.Context, uint32, *record.PreKey) error { return nil }

func (s *signalStore) ContainsPreKey(_ context.Context, id uint32) (bool, error) {
	return s.oneTime[id] != nil, nil
}

func (s *signalStore) RemovePreKey(_ context.Context, id uint32) error {
	delete(s.oneTime, id)
	return nil
}

func (s *signalStore) LoadSession(_ context.Context, with *protocol.SignalAddress) (*record.Session, error) {
	data, ok := s.sessions[with.String()]
	if !ok {
		return record.NewSession(protobuf.Session, protobuf.State), nil
	}
	return record.NewSessionFromBytes(data, protobuf.Session, protobuf.State)
}

func (s *signalStore) GetSubDeviceSessions(context.Context, string) ([]uint32, error) {
	return nil, nil
}

func (s *signalStore) StoreSession(_ context.Context, with *protocol.SignalAddress, r *record.Session) error {
	s.sessions[with.String()] = repairSession(s.sessions[with.String()], r)
	return nil
}

func (s *signalStore) ContainsSession(_ context.Context, with *protocol.SignalAddress) (bool, error) {
	return s.hasSession(with), nil
}

func (s *signalStore) DeleteSession(_ context.Context, with *protocol.SignalAddress) error {
	delete(s.sessions, with.String())
	return nil
}

func (s *signalStore) DeleteAllSessions(context.Context) error {
	clear(s.sessions)
	return nil
}

func (s *signalStore) LoadSignedPreKey(_ context.Context, id uint32) (*record.SignedPreKey, error) {
	if id != s.signed.KeyID {
		return nil, nil
	}
	k := s.signed
	pair := ecc.NewECKeyPair(ecc.NewDjbECPublicKey(*k.Pub), ecc.NewDjbECPrivateKey(*k.Priv))
	return record.NewSignedPreKey(k.KeyID, 0, pair, *k.Signature, nil), nil
}

func (s *signalStore) LoadSignedPreKeys(ctx context.Context) ([]*record.SignedPreKey, error) {
	k, err := s.LoadSignedPreKey(ctx, s.signed.KeyID)
	return []*record.SignedPreKey{k}, err
}

func (s *signalStore) StoreSignedPreKey(context.Context, uint32, *record.SignedPreKey) error {
	return nil
}

func (s *signalStore) ContainsSignedPreKey(_ context.Context, id uint32) (bool, error) {
	return id == s.signed.KeyID, nil
}

func (s *signalStore) RemoveSignedPreKey(context.Context, uint32) error { return nil }
