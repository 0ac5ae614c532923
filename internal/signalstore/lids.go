package signalstore

import (
	"context"
	"fmt"
	"slices"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
)

// The map between phone numbers and LIDs is the device's own. A map shared by all devices would let the phone of one
// tenant decide where the messages of another go.

func (s *stores) lidRef(user string) kv.Ref { return s.ref(kv.KindLID, "l"+user) }
func (s *stores) pnRef(user string) kv.Ref  { return s.ref(kv.KindLID, "p"+user) }

func (s *stores) mapped(ctx context.Context, u *unit, ref kv.Ref) (user string, err error) {
	it, err := s.get(ctx, u, ref)
	if err != nil || it.data == nil {
		return "", err
	}
	r := openRecord(it.data)
	return r.str(), s.outcome("read LID", r.err)
}

// translated is source on the other side of the map, empty when that is unknown.
func translated(source types.JID, user, server string) types.JID {
	if user == "" {
		return types.EmptyJID
	}
	return types.JID{User: user, Device: source.Device, Server: server}
}

// GetLIDForPN returns the LID of a phone number, empty when it is unknown.
func (s *stores) GetLIDForPN(ctx context.Context, pn types.JID) (types.JID, error) {
	if pn.Server != types.DefaultUserServer {
		return types.EmptyJID, fmt.Errorf("look up a LID: not a phone number: %s", pn.Server)
	}
	user, err := s.mapped(ctx, nil, s.pnRef(pn.User))
	return translated(pn, user, types.HiddenUserServer), err
}

// GetPNForLID returns the phone number of a LID, empty when it is unknown.
func (s *stores) GetPNForLID(ctx context.Context, lid types.JID) (types.JID, error) {
	if lid.Server != types.HiddenUserServer {
		return types.EmptyJID, fmt.Errorf("look up a phone number: not a LID: %s", lid.Server)
	}
	user, err := s.mapped(ctx, nil, s.lidRef(lid.User))
	return translated(lid, user, types.DefaultUserServer), err
}

// GetManyLIDsForPNs returns the LIDs of those phone numbers that have a known one.
func (s *stores) GetManyLIDsForPNs(ctx context.Context, pns []types.JID) (map[types.JID]types.JID, error) {
	if len(pns) == 0 {
		return nil, nil
	}
	pns = slices.DeleteFunc(slices.Clone(pns), func(pn types.JID) bool { return pn.Server != types.DefaultUserServer })
	refs := make([]kv.Ref, len(pns))
	for i, pn := range pns {
		refs[i] = s.pnRef(pn.User)
	}
	items, err := s.getMany(ctx, nil, refs)
	if err != nil {
		return nil, err
	}
	lids := make(map[types.JID]types.JID, len(pns))
	for i, it := range items {
		if it.data == nil {
			continue
		}
		r := openRecord(it.data)
		lids[pns[i]] = translated(pns[i], r.str(), types.HiddenUserServer)
		if r.err != nil {
			return nil, s.outcome("read LIDs", r.err)
		}
	}
	return lids, nil
}

// PutLIDMapping notes that a LID and a phone number are the same contact. Each of them belongs to one pair at a time.
func (s *stores) PutLIDMapping(ctx context.Context, lid, pn types.JID) error {
	if lid.Server != types.HiddenUserServer || pn.Server != types.DefaultUserServer {
		return fmt.Errorf("store a LID: servers %q and %q", lid.Server, pn.Server)
	}
	return s.atomically(ctx, func(u *unit) error { return s.pair(ctx, u, lid.User, pn.User) })
}

// PutManyLIDMappings is PutLIDMapping for many; pairs that are none are left out.
func (s *stores) PutManyLIDMappings(ctx context.Context, mappings []store.LIDMapping) error {
	mappings = slices.DeleteFunc(slices.Clone(mappings), func(m store.LIDMapping) bool {
		return m.LID.Server != types.HiddenUserServer || m.PN.Server != types.DefaultUserServer
	})
	refs := func(m store.LIDMapping) []kv.Ref { return []kv.Ref{s.pnRef(m.PN.User), s.lidRef(m.LID.User)} }
	return putMany(ctx, s, mappings, refs, func(u *unit, m store.LIDMapping) error {
		return s.pair(ctx, u, m.LID.User, m.PN.User)
	})
}

func (s *stores) pair(ctx context.Context, u *unit, lid, pn string) error {
	oldLID, err := s.mapped(ctx, u, s.pnRef(pn))
	if err != nil || oldLID == lid {
		return err
	}
	oldPN, err := s.mapped(ctx, u, s.lidRef(lid))
	if err != nil {
		return err
	}
	if oldLID != "" {
		u.putLater(s.lidRef(oldLID), nil)
	}
	if oldPN != "" {
		u.putLater(s.pnRef(oldPN), nil)
	}
	u.putLater(s.pnRef(pn), newRecord(len(lid)).str(lid).buf)
	u.putLater(s.lidRef(lid), newRecord(len(pn)).str(pn).buf)
	return nil
}

// alternative returns the other name of a contact, the phone number of a LID or the LID of a phone number, or empty.
func (s *stores) alternative(ctx context.Context, jid types.JID) (types.JID, error) {
	switch jid.Server {
	case types.HiddenUserServer:
		return s.GetPNForLID(ctx, jid)
	case types.DefaultUserServer:
		return s.GetLIDForPN(ctx, jid)
	default:
		return types.EmptyJID, nil
	}
}

// names returns a contact's one or two names.
func (s *stores) names(ctx context.Context, jid types.JID) ([]types.JID, error) {
	other, err := s.alternative(ctx, jid)
	if err != nil || other.IsEmpty() {
		return []types.JID{jid}, err
	}
	return []types.JID{jid, other}, nil
}
