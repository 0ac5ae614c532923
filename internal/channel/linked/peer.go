package linked

import (
	"recado/internal/message"

	"go.mau.fi/whatsmeow/types"
)

// peerOf returns the peer of one or two JIDs of the same person, in any order.
func peerOf(jids ...types.JID) message.Peer {
	var p message.Peer
	for _, j := range jids {
		switch j.Server {
		case types.HiddenUserServer, types.HostedLIDServer:
			p.LID = j.User
		case types.DefaultUserServer, types.HostedServer:
			p.Phone = j.User
		case types.GroupServer:
			return message.Peer{Group: j.User}
		}
	}
	return p
}

// jidOf returns the address to send to: the LID if known, as WhatsApp does; ok is
// false for an empty peer.
func jidOf(p message.Peer) (j types.JID, ok bool) {
	switch {
	case p.Group != "":
		return types.NewJID(p.Group, types.GroupServer), true
	case p.LID != "":
		return types.NewJID(p.LID, types.HiddenUserServer), true
	case p.Phone != "":
		return types.NewJID(p.Phone, types.DefaultUserServer), true
	}
	return types.EmptyJID, false
}
