package wasimtest

import (
	"context"
	"errors"
	"strings"
	"sync"

	"go.mau.fi/util/exsync"
	"go.mau.fi/util/random"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// memory is a whatsmeow store in memory with the parts that one-to-one messages
// need. It does not keep encrypting and decrypting for one address apart, so its
// user sends from the event handler only.
type memory struct {
	*store.NoopStore // the parts that are not kept

	sessions *exsync.Map[string, []byte]
	lids     *exsync.Map[string, string] // by number
	numbers  *exsync.Map[string, string] // by LID
	secrets  *exsync.Map[types.MessageID, secret]

	mu       sync.Mutex
	prekeys  map[uint32]*keys.PreKey
	lastKey  uint32
	uploaded uint32
}

// secret is the key of the votes in a message's poll.
type secret struct {
	sender types.JID
	key    []byte
}

// NewDevice makes the store of a device that is not linked yet.
func NewDevice() *store.Device {
	m := &memory{
		NoopStore: &store.NoopStore{}, prekeys: map[uint32]*keys.PreKey{},
		sessions: exsync.NewMap[string, []byte](), lids: exsync.NewMap[string, string](),
		numbers: exsync.NewMap[string, string](), secrets: exsync.NewMap[types.MessageID, secret](),
	}
	ident := keys.NewKeyPair()
	return &store.Device{
		NoiseKey: keys.NewKeyPair(), IdentityKey: ident, SignedPreKey: ident.CreateSignedPreKey(1),
		RegistrationID: 4711, AdvSecretKey: random.Bytes(32), Initialized: true,
		Identities: m, Sessions: m, PreKeys: m, SenderKeys: m, AppStateKeys: m, AppState: m, Contacts: m, ChatSettings: m,
		MsgSecrets: m, PrivacyTokens: m, NCTSalt: m, EventBuffer: m, LIDs: m, Container: m,
	}
}

func (m *memory) IsTrustedIdentity(context.Context, string, [32]byte) (bool, error) {
	return true, nil
}

func (m *memory) GetSession(_ context.Context, address string) ([]byte, error) {
	return m.sessions.GetDefault(address, nil), nil
}

func (m *memory) HasSession(_ context.Context, address string) (bool, error) {
	return m.sessions.Has(address), nil
}

func (m *memory) GetManySessions(_ context.Context, addresses []string) (map[string][]byte, error) {
	out := make(map[string][]byte, len(addresses))
	for _, a := range addresses {
		out[a] = m.sessions.GetDefault(a, nil)
	}
	return out, nil
}

func (m *memory) PutSession(_ context.Context, address string, session []byte) error {
	m.sessions.Set(address, session)
	return nil
}

func (m *memory) PutManySessions(_ context.Context, sessions map[string][]byte) error {
	m.sessions.CopyFrom(sessions)
	return nil
}

func (m *memory) DeleteAllSessions(_ context.Context, phone string) error {
	for address := range m.sessions.CopyData() {
		if strings.HasPrefix(address, phone+":") {
			m.sessions.Delete(address)
		}
	}
	return nil
}

func (m *memory) DeleteSession(_ context.Context, address string) error {
	m.sessions.Delete(address)
	return nil
}

func (m *memory) PutMessageSecret(_ context.Context, _, sender types.JID, id types.MessageID, key []byte) error {
	m.secrets.Set(id, secret{sender.ToNonAD(), key})
	return nil
}

func (m *memory) GetMessageSecret(_ context.Context, _, _ types.JID, id types.MessageID) ([]byte, types.JID, error) {
	s := m.secrets.GetDefault(id, secret{})
	return s.key, s.sender, nil
}

func (m *memory) GetOrGenPreKeys(_ context.Context, count uint32) ([]*keys.PreKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]*keys.PreKey, 0, count)
	for range count {
		out = append(out, m.newPreKey())
	}
	return out, nil
}

// prekeyPairs are the key pairs of all devices' one-time prekeys. Each device
// uploads 812 of them, and making those is most of what a link costs.
var prekeyPairs = sync.OnceValue(func() (pairs [1024]*keys.KeyPair) {
	for i := range pairs {
		pairs[i] = keys.NewKeyPair()
	}
	return pairs
})

func (m *memory) newPreKey() *keys.PreKey {
	m.lastKey++
	pairs := prekeyPairs()
	k := &keys.PreKey{KeyPair: *pairs[int(m.lastKey)%len(pairs)], KeyID: m.lastKey}
	m.prekeys[k.KeyID] = k
	return k
}

func (m *memory) GenOnePreKey(context.Context) (*keys.PreKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.newPreKey(), nil
}

func (m *memory) GetPreKey(_ context.Context, id uint32) (*keys.PreKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.prekeys[id], nil
}

func (m *memory) RemovePreKey(_ context.Context, id uint32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.prekeys, id)
	return nil
}

func (m *memory) MarkPreKeysAsUploaded(_ context.Context, upTo uint32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.uploaded = upTo
	return nil
}

func (m *memory) UploadedPreKeyCount(context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for id := range m.prekeys {
		if id <= m.uploaded {
			n++
		}
	}
	return n, nil
}

func (m *memory) PutLIDMapping(_ context.Context, lid, pn types.JID) error {
	m.lids.Set(pn.User, lid.User)
	m.numbers.Set(lid.User, pn.User)
	return nil
}

func (m *memory) PutManyLIDMappings(ctx context.Context, mappings []store.LIDMapping) error {
	for _, l := range mappings {
		if err := m.PutLIDMapping(ctx, l.LID, l.PN); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) GetLIDForPN(_ context.Context, pn types.JID) (types.JID, error) {
	if lid, ok := m.lids.Get(pn.User); ok {
		return types.JID{User: lid, Server: types.HiddenUserServer, Device: pn.Device}, nil
	}
	return types.JID{}, nil
}

func (m *memory) GetPNForLID(_ context.Context, lid types.JID) (types.JID, error) {
	if pn, ok := m.numbers.Get(lid.User); ok {
		return types.JID{User: pn, Server: types.DefaultUserServer, Device: lid.Device}, nil
	}
	return types.JID{}, nil
}

func (m *memory) GetManyLIDsForPNs(ctx context.Context, pns []types.JID) (map[types.JID]types.JID, error) {
	out := make(map[types.JID]types.JID, len(pns))
	for _, pn := range pns {
		lid, err := m.GetLIDForPN(ctx, pn)
		if err != nil {
			return nil, err
		}
		out[pn] = lid
	}
	return out, nil
}

// ErrNotDeleted refuses to delete the store in memory. whatsmeow replaces
// the stores of a device that was deleted while goroutines of its own still use
// them; a store that refuses is left alone, and the race detector is content.
var ErrNotDeleted = errors.New("a store in memory goes with its test")

func (m *memory) DeleteDevice(context.Context, *store.Device) error { return ErrNotDeleted }
