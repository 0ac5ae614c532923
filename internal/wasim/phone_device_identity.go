package wasim

import (
	"errors"
	"fmt"
	"slices"

	"go.mau.fi/whatsmeow/proto/waAdv"
	"google.golang.org/protobuf/proto"
)

// verifyDeviceIdentity verifies the device-identity that a linked device must send with
// the first message of a session: the account's signature over the device's
// identity and the device's own.
func (s *Server) verifyDeviceIdentity(l *envelope) error {
	c := l.from.acc.companion(l.from.device)
	if c == nil {
		return nil // unlinked meanwhile; nothing to check against
	}
	var raw []byte
	for _, n := range l.extra {
		if n.Tag == "device-identity" {
			raw, _ = n.Content.([]byte)
		}
	}
	if raw == nil {
		return errors.New("no device-identity")
	}
	var proof waAdv.ADVSignedDeviceIdentity
	if err := proto.Unmarshal(raw, &proof); err != nil {
		return fmt.Errorf("read device-identity: %w", err)
	}
	account := l.from.acc.phone.identity()
	if !verify(account[:], slices.Concat(accountPrefix, proof.GetDetails(), c.ident[:]), proof.GetAccountSignature()) {
		return errors.New("the account did not sign this device")
	}
	if !verify(c.ident[:], slices.Concat(devicePrefix, proof.GetDetails(), c.ident[:], account[:]), proof.GetDeviceSignature()) {
		return errors.New("the device did not sign itself")
	}
	return nil
}
