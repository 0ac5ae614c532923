package signalstore

import (
	"context"
	"slices"
	"strings"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
)

// senderKeyStore implements store.SenderKeyStore.
type senderKeyStore struct {
	ratchets
	device *Device
}

// ref puts the user first, so that MigratePNToLID finds a user's keys of all groups.
func (s *senderKeyStore) ref(group, user string) kv.Ref {
	ref := s.addressRef(kv.KindSenderKey, user)
	ref.Field += ":" + s.name(kv.KindSenderKey, group)
	return ref
}

// GetSenderKey returns the sender key of a group member's device, nil when there is none. A stale one of the device itself
// counts as none: a new one is made and sent around.
func (s *senderKeyStore) GetSenderKey(ctx context.Context, group, user string) ([]byte, error) {
	ref := s.ref(group, user)
	it, err := s.Get(ctx, s.Of(ctx), ref)
	if err != nil || (s.isOwn(user) && s.guard.IsStale(ref)) {
		return nil, err
	}
	return s.unwrap(it)
}

// PutSenderKey stores the sender key of a group member's device, compared with the version that was read.
func (s *senderKeyStore) PutSenderKey(ctx context.Context, group, user string, key []byte) error {
	return s.PutRatchets(ctx, map[kv.Ref][]byte{s.ref(group, user): record.Wrap(key)})
}

func (s *senderKeyStore) isOwn(address string) bool {
	user, _, _ := strings.Cut(address, ":")
	return slices.Contains(s.device.ownUsers(), user)
}
