package signalstore

import "recado/internal/signalstore/kv"

import "context"

// GetSenderKey returns the sender key of a group member's device, nil when there is none.
func (s *stores) GetSenderKey(ctx context.Context, group, user string) ([]byte, error) {
	ref := s.senderKeyRef(group, user)
	it, err := s.get(ctx, s.unitOf(ctx), ref)
	if err != nil || (s.isOwn(user) && s.doubtful(ref)) {
		return nil, err // a new one is made and sent around, see loss.go
	}
	return s.decodeRaw(it)
}

// PutSenderKey stores the sender key of a group member's device, compared with what the unit has read.
func (s *stores) PutSenderKey(ctx context.Context, group, user string, key []byte) error {
	return s.writeRatchet(ctx, map[kv.Ref][]byte{s.senderKeyRef(group, user): encodeRaw(key)})
}

// senderKeyRef puts the user first, so that MigratePNToLID finds a user's keys of all groups.
func (s *stores) senderKeyRef(group, user string) kv.Ref {
	ref := s.addressRef(kv.KindSenderKey, user)
	ref.Field += ":" + s.name(kv.KindSenderKey, group)
	return ref
}

func (s *stores) isOwn(address string) bool {
	user := userOf(address)
	return user == s.whatsmeow.GetJID().SignalAddressUser() || user == s.whatsmeow.GetLID().SignalAddressUser()
}
