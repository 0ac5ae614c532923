package kv

import (
	"maps"
	"slices"
	"strconv"
)

// Kind groups the values of a device. The numbers are stored: they never change and are never reused.
type Kind uint8

// The kinds of values. Unless noted otherwise a field is a name that [Sealer].Name has hidden.
const (
	KindMeta       Kind = 1  // "datakey" (the wrapped key, not sealed), "prekeys" (counters), "salt", "closed", "trusted"
	KindCreds      Kind = 2  // "device": the credentials
	KindSession    Kind = 3  // user:device → Signal session
	KindIdentity   Kind = 4  // user:device → identity key
	KindPreKey     Kind = 5  // id → private key
	KindSenderKey  Kind = 6  // user:device:group → sender key
	KindAppKey     Kind = 7  // hex of the id → app state sync key
	KindAppVersion Kind = 8  // collection → version and hash
	KindAppMAC     Kind = 9  // collection:hex of the index MAC → value MAC
	KindContact    Kind = 10 // JID → names
	KindChat       Kind = 11 // JID → settings
	KindSecret     Kind = 12 // period:chat, sender and id → message secret
	KindToken      Kind = 13 // JID → privacy token
	KindLID        Kind = 14 // l+LID → phone number, p+phone number → LID
	KindPending    Kind = 15 // hex of the ciphertext's hash → decrypted message, until it is handled
	KindOutgoing   Kind = 16 // reserved: day:chat and id → sent message
)

var kindNames = map[Kind]string{
	KindMeta: "meta", KindCreds: "creds", KindSession: "signal", KindIdentity: "identity", KindPreKey: "prekeys",
	KindSenderKey: "senderkeys", KindAppKey: "appkeys", KindAppVersion: "appversions", KindAppMAC: "appmacs",
	KindContact: "contacts", KindChat: "chats", KindSecret: "secrets", KindToken: "tokens", KindLID: "lid",
	KindPending: "pending", KindOutgoing: "outgoing",
}

// String is the kind's name in keys and messages.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return "kind" + strconv.Itoa(int(k))
}

// Kinds returns all kinds in order.
func Kinds() []Kind { return slices.Sorted(maps.Keys(kindNames)) }
