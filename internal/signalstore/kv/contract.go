// Package kv is the contract of a back end for the state of linked devices: a fenced key-value store with one atomic
// operation, [Apply]. A back end knows keys and bytes, nothing of Signal. Memory, SQLite and Redis implement it and pass
// package signalstoretest.
package kv

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recado/internal/message"
	"recado/internal/tenant"
)

// The refusals of a back end; every other error is a failure. They may be wrapped.
var (
	ErrFenced   = errors.New("device belongs to a newer owner")
	ErrRollback = errors.New("device is not at the expected revision")
	ErrConflict = errors.New("a compared value has changed")
	ErrDeleted  = errors.New("device is deleted")
)

// ErrCorrupt means that a stored value was damaged, or moved from another place.
var ErrCorrupt = errors.New("stored value is corrupt")

// DeviceKey names a device: a shop has at most one per channel type.
type DeviceKey struct {
	Shop    tenant.ShopID
	Channel message.ChannelType
}

func (k DeviceKey) String() string { return fmt.Sprintf("%s/%s", k.Shop, k.Channel) }

// Ref names one value of a device. Field is at most 1 KiB of any bytes but NUL; its readable parts have passed
// [Sealer].Name.
type Ref struct {
	Kind  Kind
	Field string
}

// Range names all values of a kind whose field begins with Prefix.
type Range struct {
	Kind   Kind
	Prefix string
}

// Value is a stored value. Version is the revision that wrote it; an absent value has version 0 and no data.
type Value struct {
	Version uint64
	Data    []byte
}

// Row is a value with its name.
type Row struct {
	Ref
	Value
}

// State is the stored state of a device. Rev is 0 for a device that has never been written.
type State struct {
	Rev       uint64
	Tombstone time.Time // zero = not deleted
}

// Info describes a stored device.
type Info struct {
	Key   DeviceKey
	Epoch uint64
	State
}

// Paired reports whether the device holds live credentials: the first apply of a device is the one that pairs it.
func (i Info) Paired() bool { return i.Rev > 0 && i.Tombstone.IsZero() }

// Compare demands that the value at Ref is still the one of Version; 0 demands that there is none.
type Compare struct {
	Ref     Ref
	Version uint64
}

// Write sets the value at Ref, or deletes it when Data is nil. IfAbsent leaves an existing value alone.
type Write struct {
	Ref      Ref
	Data     []byte
	IfAbsent bool
}

// Apply is one unit of work. A back end checks and does, in this order and atomically:
//
//   - the device exists and its epoch is Epoch, else ErrFenced;
//   - its revision is Rev, else ErrRollback;
//   - it has no tombstone, or Reset is set, else ErrDeleted;
//   - every Compare holds, else ErrConflict;
//   - Reset deletes all values and the tombstone; Drops delete their ranges; Writes set values, each with version Next
//     (a Ref occurs at most once); Tombstone, when not zero, marks the device as deleted at that time (to the
//     millisecond);
//   - the revision becomes Next, which is greater than Rev.
//
// After nil the effects survive every crash that the back end promises to survive. After one of the four errors nothing has
// changed; any other error leaves it open whether the unit was done.
type Apply struct {
	Epoch     uint64
	Rev, Next uint64
	Compare   []Compare
	Reset     bool
	Drops     []Range
	Writes    []Write
	Tombstone time.Time

	// Lost, when not nil, lets a back end return before the effects survive, provided that nothing which is written
	// later into the same log survives without them. If they turn out lost after all, it calls Lost with the cause.
	Lost func(error)
}

// Backend stores devices. Implementations are safe for concurrent use, never let one device see another's values and
// pass package signalstoretest.
type Backend interface {
	// Claim makes epoch the owner of the device, creating the device when it does not exist. A smaller epoch than the
	// stored one is refused with ErrFenced; the same may claim again. From then on applies with an older epoch fail.
	Claim(ctx context.Context, key DeviceKey, epoch uint64) (State, error)

	// Read returns one value per ref, in their order.
	Read(ctx context.Context, key DeviceKey, refs []Ref) ([]Value, error)

	// Scan returns all values in the ranges, in no particular order.
	Scan(ctx context.Context, key DeviceKey, ranges []Range) ([]Row, error)

	// Apply does one unit of work.
	Apply(ctx context.Context, key DeviceKey, a Apply) error

	// Devices lists the devices that were ever claimed and not dropped: those of keys that exist, or all without keys.
	Devices(ctx context.Context, keys ...DeviceKey) ([]Info, error)

	// Drop removes everything about the device if it has a tombstone older than before, and reports whether it did.
	Drop(ctx context.Context, key DeviceKey, before time.Time) (bool, error)
}

// ServerIdentity is an optional capability of a Backend that may lose its last writes: an id of the server that holds the
// device. The id changes when the server crashes or another one takes over; while it stays the same nothing was lost.
// Empty means unknown.
type ServerIdentity interface {
	ServerIdentity(ctx context.Context, key DeviceKey) (string, error)
}
