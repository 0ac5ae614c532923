package wasim

import (
	"strconv"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/keys/identity"
	"go.mau.fi/libsignal/keys/prekey"
	"go.mau.fi/libsignal/util/optional"
	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

const (
	// maxPreKeys is how many one-time prekeys are kept for a device; a first
	// upload has 812 of them.
	maxPreKeys = 2048
	// lowPreKeys is when the server asks a device for more.
	lowPreKeys = 5
)

// bundle is what a stranger needs to begin a session with a device.
type bundle struct {
	device  int
	regID   uint32
	ident   [32]byte
	signed  signedKey
	oneTime *publicKey // nil when the device has none left
}

// takeBundle hands out one one-time prekey of the device and says how many are left.
func (c *companion) takeBundle() (b bundle, left int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b = bundle{device: c.id, regID: c.regID, ident: c.ident, signed: c.signed}
	if len(c.oneTime) > 0 {
		k := c.oneTime[0]
		b.oneTime, c.oneTime = &k, c.oneTime[1:]
	}
	return b, len(c.oneTime)
}

// bundleOf takes a prekey bundle of any device; ok is false for an unknown one.
func (s *Server) bundleOf(a address) (b bundle, ok bool) {
	if a.device == 0 {
		return a.acc.phone.takeBundle(), true
	}
	c := a.acc.companion(a.device)
	if c == nil {
		return bundle{}, false
	}
	b, left := c.takeBundle()
	if left < lowPreKeys {
		s.notify(c, "encrypt", el("count", attrs{"value": strconv.Itoa(left)}))
	}
	return b, true
}

// signal turns the bundle into the form that the Signal library takes.
func (b bundle) signal() *prekey.Bundle {
	id, pub := optional.NewEmptyUint32(), ecc.ECPublicKeyable(nil)
	if b.oneTime != nil {
		id, pub = optional.NewOptionalUint32(b.oneTime.id), ecc.NewDjbECPublicKey(b.oneTime.pub)
	}
	return prekey.NewBundle(b.regID, uint32(b.device), id, b.signed.id, pub,
		ecc.NewDjbECPublicKey(b.signed.pub), b.signed.signature,
		identity.NewKey(ecc.NewDjbECPublicKey(b.ident)))
}

func (k publicKey) node(tag string) wabin.Node {
	return el(tag, nil, blob("id", bigEndian(k.id, 3)), blob("value", k.pub[:]))
}

func (k signedKey) node(tag string) wabin.Node {
	n := k.publicKey.node(tag)
	n.Content = append(n.GetChildren(), blob("signature", k.signature[:]))
	return n
}

// keyFrom reads <key>.
func keyFrom(n wabin.Node) (k publicKey, ok bool) {
	id, value := childBytes(&n, "id"), childBytes(&n, "value")
	if len(id) == 0 || len(id) > 4 || len(value) != 32 {
		return publicKey{}, false
	}
	return publicKey{id: fromBigEndian(id), pub: [32]byte(value)}, true
}

// signedFrom reads <skey>.
func signedFrom(n wabin.Node) (k signedKey, ok bool) {
	signature := childBytes(&n, "signature")
	k.publicKey, ok = keyFrom(n)
	if !ok || len(signature) != 64 {
		return signedKey{}, false
	}
	k.signature = [64]byte(signature)
	return k, true
}

// bundleFrom reads the keys that a retry receipt carries.
func bundleFrom(receipt *wabin.Node, device int) (b bundle, ok bool) {
	keys, ok := receipt.GetOptionalChildByTag("keys")
	if !ok {
		return bundle{}, false
	}
	ident := childBytes(&keys, "identity")
	if len(ident) != 32 {
		return bundle{}, false
	}
	b = bundle{device: device, regID: fromBigEndian(childBytes(receipt, "registration")), ident: [32]byte(ident)}
	if b.signed, ok = signedFrom(keys.GetChildByTag("skey")); !ok {
		return bundle{}, false
	}
	if one, has := keyFrom(keys.GetChildByTag("key")); has {
		b.oneTime = &one
	}
	return b, true
}

// children are the elements that describe the bundle inside <user> or <keys>.
func (b bundle) children() []wabin.Node {
	out := []wabin.Node{blob("type", []byte{ecc.DjbType}), blob("identity", b.ident[:])}
	if b.oneTime != nil {
		out = append(out, b.oneTime.node("key"))
	}
	return append(out, b.signed.node("skey"))
}

// iqPreKeys answers the "encrypt" namespace.
func iqPreKeys(c *conn, n *wabin.Node) []wabin.Node {
	switch child := firstChild(n); child.Tag {
	case "count":
		return []wabin.Node{el("count", attrs{"value": strconv.Itoa(c.comp.prekeys())})}
	case "digest":
		return []wabin.Node{el("digest", nil, blob("registration", bigEndian(c.comp.regID, 4)), blob("type", []byte{ecc.DjbType}), blob("identity", c.comp.ident[:]))}
	case "rotate":
		if signed, ok := signedFrom(child.GetChildByTag("skey")); ok {
			c.comp.rotate(signed)
		}
		return nil
	case "key":
		return []wabin.Node{el("list", nil, c.srv.bundles(child)...)}
	default:
		c.upload(n)
		return nil
	}
}

// upload stores what <iq xmlns=encrypt type=set> brings; keys that make no sense are left out.
func (c *conn) upload(n *wabin.Node) {
	signed, ok := signedFrom(n.GetChildByTag("skey"))
	if !ok {
		c.srv.log.Warn("prekey upload without a signed prekey", "device", c.comp.addr().String())
		return
	}
	list := n.GetChildByTag("list")
	var keys []publicKey
	for _, k := range list.GetChildren() {
		if key, ok := keyFrom(k); ok {
			keys = append(keys, key)
		}
	}
	c.comp.upload(signed, keys, maxPreKeys)
}

func (s *Server) bundles(query wabin.Node) []wabin.Node {
	var out []wabin.Node
	for _, u := range query.GetChildren() {
		j, _ := attrJID(&u, "jid")
		user := wabin.Node{Tag: "user", Attrs: attrs{"jid": j}}
		if b, ok := s.bundleFor(j); ok {
			user.Content = append([]wabin.Node{blob("registration", bigEndian(b.regID, 4))}, b.children()...)
		} else {
			user.Content = []wabin.Node{el("error", attrs{"code": "404", "text": "item-not-found"})}
		}
		out = append(out, user)
	}
	return out
}

func (s *Server) bundleFor(j types.JID) (bundle, bool) {
	a, ok := s.resolve(j)
	if !ok {
		return bundle{}, false
	}
	return s.bundleOf(a)
}
