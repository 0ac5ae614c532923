package contact

import (
	"slices"

	"recado/internal/message"
)

// Resolution says what a store does with the contacts that a peer's keys lead to.
type Resolution struct {
	Keep   int      // index of the contact that the peer is; -1 = a new one
	Absorb int      // index of the contact that turned out to be the same person; -1 = none
	Claim  []string // keys of the peer that Keep does not have yet; any other holder loses them
}

// Identify decides which of known, the contacts that have one of its keys, peer
// is. Two contacts are one person when a message shows both of their keys and
// at most one of them has a LID: a phone number can change hands, a LID cannot.
// The first of known is kept when two are merged, so callers sort by the newest
// message of the conversation.
func Identify(peer message.Peer, known []Contact) Resolution {
	r := Resolution{Keep: -1, Absorb: -1}
	for _, key := range peer.Keys() { // the strongest first
		i := slices.IndexFunc(known, func(c Contact) bool { return slices.Contains(c.Aliases, key) })
		switch {
		case i < 0:
			r.Claim = append(r.Claim, key)
		case r.Keep < 0 && !contradicts(known[i].Peer, peer):
			r.Keep = i
		case i == r.Keep:
		case r.Keep >= 0 && known[i].Peer.LID == "":
			r.Keep, r.Absorb = min(i, r.Keep), max(i, r.Keep)
		default:
			r.Claim = append(r.Claim, key)
		}
	}
	return r
}

// contradicts reports whether two addresses are certainly different people.
func contradicts(a, b message.Peer) bool { return a.LID != "" && b.LID != "" && a.LID != b.LID }
