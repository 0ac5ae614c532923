package vault

import (
	"context"
	"errors"

	"recado/internal/tenant"
)

// Results of a KeyStore that are not failures. They may be wrapped.
var (
	ErrNoKey   = errors.New("there is no such key")
	ErrChanged = errors.New("the key was replaced in between")
)

// Purpose distinguishes a shop's keys. It is stored: a purpose never changes its name.
type Purpose string

// The purposes.
const (
	Records  Purpose = "records"  // conversations, contacts, messages, files
	Sessions Purpose = "sessions" // keys of linked devices
)

// Name names a key.
type Name struct {
	Shop    tenant.ShopID
	Purpose Purpose
}

func (n Name) String() string { return string(n.Shop) + "/" + string(n.Purpose) }

// associatedData binds a wrapped key to its name.
func (n Name) associatedData() []byte {
	return []byte("recado key|" + string(n.Shop) + "|" + string(n.Purpose) + "|1")
}

// Entry is a stored key.
type Entry struct {
	Name
	Wrapped []byte // opaque, about 65 bytes
}

// KeyStore keeps wrapped keys. It is safe for concurrent use; what a call has stored is durable when it returns. The
// contract suite is vaulttest.
type KeyStore interface {
	// Get returns the wrapped key, or ErrNoKey.
	Get(ctx context.Context, n Name) ([]byte, error)
	// PutIfAbsent stores wrapped unless there is a key, and returns what is stored by then.
	PutIfAbsent(ctx context.Context, n Name, wrapped []byte) ([]byte, error)
	// Replace stores to where from is stored. ErrChanged when something else is, or nothing.
	Replace(ctx context.Context, n Name, from, to []byte) error
	// List returns at most limit keys after the given name, in order of shop and purpose. The zero Name is before all.
	List(ctx context.Context, after Name, limit int) ([]Entry, error)
	// Delete removes the key. It is no error when there is none.
	Delete(ctx context.Context, n Name) error
}
