package signalstore

import (
	"context"
	"fmt"
	"slices"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
	"recado/internal/signalstore/txn"
)

// lidStore implements store.LIDStore. The map between phone numbers and LIDs is the device's own: a map shared by all
// devices would let the phone of one tenant decide where the messages of another go.
type lidStore struct{ *values }

func (s *lidStore) lidRef(user string) kv.Ref { return s.ref(kv.KindLID, "l"+user) }
func (s *lidStore) pnRef(user string) kv.Ref  { return s.ref(kv.KindLID, "p"+user) }

func (s *lidStore) lookup(ctx context.Context, t *txn.Txn, ref kv.Ref) (user string, err error) {
	user, _, err = get(ctx, s.values, t, ref, decodeStr)
	return user, err
}

// translated is source on the other side of the map, empty when that is unknown.
func translated(source types.JID, user, server string) types.JID {
	if user == "" {
		return types.EmptyJID
	}
	return types.JID{User: user, Device: source.Device, Server: server}
}

func (s *lidStore) GetLIDForPN(ctx context.Context, pn types.JID) (types.JID, error) {
	if pn.Server != types.DefaultUserServer {
		return types.EmptyJID, fmt.Errorf("look up a LID: not a phone number: %s", pn.Server)
	}
	user, err := s.lookup(ctx, nil, s.pnRef(pn.User))
	return translated(pn, user, types.HiddenUserServer), err
}

func (s *lidStore) GetPNForLID(ctx context.Context, lid types.JID) (types.JID, error) {
	if lid.Server != types.HiddenUserServer {
		return types.EmptyJID, fmt.Errorf("look up a phone number: not a LID: %s", lid.Server)
	}
	user, err := s.lookup(ctx, nil, s.lidRef(lid.User))
	return translated(lid, user, types.DefaultUserServer), err
}

func (s *lidStore) GetManyLIDsForPNs(ctx context.Context, pns []types.JID) (map[types.JID]types.JID, error) {
	if len(pns) == 0 {
		return nil, nil
	}
	pns = slices.DeleteFunc(slices.Clone(pns), func(pn types.JID) bool { return pn.Server != types.DefaultUserServer })
	refs := make([]kv.Ref, len(pns))
	for i, pn := range pns {
		refs[i] = s.pnRef(pn.User)
	}
	users, err := getMany(ctx, s.values, refs, decodeStr)
	lids := make(map[types.JID]types.JID, len(users))
	for i, user := range users {
		if user != nil {
			lids[pns[i]] = translated(pns[i], *user, types.HiddenUserServer)
		}
	}
	return lids, err
}

// PutLIDMapping stores that a LID and a phone number are the same contact. Each of them belongs to one pair at a time.
func (s *lidStore) PutLIDMapping(ctx context.Context, lid, pn types.JID) error {
	if lid.Server != types.HiddenUserServer || pn.Server != types.DefaultUserServer {
		return fmt.Errorf("store a LID: servers %q and %q", lid.Server, pn.Server)
	}
	return s.Update(ctx, func(t *txn.Txn) error { return s.pair(ctx, t, lid.User, pn.User) })
}

// PutManyLIDMappings is PutLIDMapping for many; pairs of other servers are left out.
func (s *lidStore) PutManyLIDMappings(ctx context.Context, mappings []store.LIDMapping) error {
	mappings = slices.DeleteFunc(slices.Clone(mappings), func(m store.LIDMapping) bool {
		return m.LID.Server != types.HiddenUserServer || m.PN.Server != types.DefaultUserServer
	})
	refs := func(m store.LIDMapping) []kv.Ref { return []kv.Ref{s.pnRef(m.PN.User), s.lidRef(m.LID.User)} }
	return txn.UpdateBatch(ctx, s.Manager, mappings, refs, func(t *txn.Txn, m store.LIDMapping) error {
		return s.pair(ctx, t, m.LID.User, m.PN.User)
	})
}

func (s *lidStore) pair(ctx context.Context, t *txn.Txn, lid, pn string) error {
	oldLID, err := s.lookup(ctx, t, s.pnRef(pn))
	if err != nil || oldLID == lid {
		return err
	}
	oldPN, err := s.lookup(ctx, t, s.lidRef(lid))
	if err != nil {
		return err
	}
	if oldLID != "" {
		t.PutLater(s.lidRef(oldLID), nil)
	}
	if oldPN != "" {
		t.PutLater(s.pnRef(oldPN), nil)
	}
	t.PutLater(s.pnRef(pn), record.New(len(lid)).Str(lid).Done())
	t.PutLater(s.lidRef(lid), record.New(len(pn)).Str(pn).Done())
	return nil
}

// names returns a contact's one or two names: its phone number, its LID.
func (s *lidStore) names(ctx context.Context, jid types.JID) ([]types.JID, error) {
	other, err := types.EmptyJID, error(nil)
	switch jid.Server {
	case types.HiddenUserServer:
		other, err = s.GetPNForLID(ctx, jid)
	case types.DefaultUserServer:
		other, err = s.GetLIDForPN(ctx, jid)
	}
	if err != nil || other.IsEmpty() {
		return []types.JID{jid}, err
	}
	return []types.JID{jid, other}, nil
}
