package signalstore

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"recado/internal/signalstore/kv"
)

// maxFieldPart is how long a readable part of a field may be. Strangers choose some of them, message ids for one.
const maxFieldPart = 200

// name returns a part of a field as the back end sees it: hidden, and of a size and shape that every back end takes.
func (d *Device) name(kind kv.Kind, name string) string {
	if len(name) > maxFieldPart || strings.ContainsRune(name, 0) {
		sum := sha256.Sum256([]byte(name))
		name = "#" + hex.EncodeToString(sum[:])
	}
	return d.seal.Name(kind, name)
}

// ref names a value whose whole field is private.
func (d *Device) ref(kind kv.Kind, name string) kv.Ref {
	return kv.Ref{Kind: kind, Field: d.name(kind, name)}
}

// addressRef names a value of a Signal address, "user:device". The device stays readable and comes last, so that all
// addresses of a user can be found by their common beginning.
func (d *Device) addressRef(kind kv.Kind, address string) kv.Ref {
	user, device, _ := strings.Cut(address, ":")
	return kv.Ref{Kind: kind, Field: d.name(kind, user) + ":" + device}
}

// userRange names all values of a user's addresses.
func (d *Device) userRange(kind kv.Kind, user string) kv.Range {
	return kv.Range{Kind: kind, Prefix: d.name(kind, user) + ":"}
}
