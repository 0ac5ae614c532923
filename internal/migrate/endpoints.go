package migrate

import (
	"context"
	"fmt"
	"time"

	"recado/internal/signalstore/kv"
	"recado/internal/tenant"
	"recado/internal/vault"
)

// LoginLeft is how long a login must still be valid to be copied. One that expires
// sooner may be gone before it is counted, and costs its user a password.
const LoginLeft = time.Hour

// Records exports and imports the rows of a record store, which nothing else uses
// meanwhile.
type Records interface {
	// CompletePending finishes acts that a crash interrupted, so that rows are complete.
	CompletePending(ctx context.Context) error
	// Export calls visit with all rows of a kind, in batches and any order.
	// It skips logins that expire before until.
	Export(ctx context.Context, k Kind, until time.Time, visit func([]Row) error) error
	// Clear removes all rows of a kind. Kinds are cleared in the reverse order of Kinds.
	Clear(ctx context.Context, k Kind) error
	// Import adds rows of one kind. They are durable when it returns.
	Import(ctx context.Context, k Kind, rows []Row) error
}

// Ownership is where nodes agree on who owns a shop, apart from the records.
type Ownership interface {
	// Epochs returns the newest epoch of every shop that ever had an owner.
	Epochs(ctx context.Context) (map[tenant.ShopID]int64, error)
	// SetEpoch makes every later owner's epoch greater than epoch.
	SetEpoch(ctx context.Context, shop tenant.ShopID, epoch int64) error
	// ClearEpochs removes all of them.
	ClearEpochs(ctx context.Context) error
	// LiveNodes returns the names of nodes that run, or did until a moment ago.
	LiveNodes(ctx context.Context) ([]string, error)
}

// MarkerStore keeps the marker of one store.
type MarkerStore interface {
	// Marker returns the store's marker, nil when it has none.
	Marker(ctx context.Context) (*Marker, error)
	// PutMarker replaces the store's marker, or removes it with nil. It returns when
	// the change, and everything written before it, is durable.
	PutMarker(ctx context.Context, m *Marker) error
}

// Endpoint is one installation: the source of a migration or its target.
type Endpoint struct {
	Name      string // for people, without passwords
	Records   Records
	Sessions  kv.Backend
	MayLose   time.Duration // how much of their last work Sessions can lose in a crash
	Ownership Ownership     // nil when one process has the endpoint for itself
	Markers   []MarkerStore
	Vault     *vault.Vault // over the endpoint's own keys, with every secret key at hand
}

func (e Endpoint) devices(ctx context.Context) ([]kv.Info, error) {
	devices, err := e.Sessions.Devices(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sessions of %s: %w", e.Name, err)
	}
	return devices, nil
}
