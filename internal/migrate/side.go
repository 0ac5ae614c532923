package migrate

import (
	"context"
	"time"

	"recado/internal/signalstore/kv"
	"recado/internal/tenant"
	"recado/internal/vault"
)

// LoginLeft is how long a sign-in must still be good for to be copied. What ends
// sooner may be gone before it is counted, and costs its user a password.
const LoginLeft = time.Hour

// Records tells and takes the rows of a record store. Nobody else uses the store
// meanwhile.
type Records interface {
	// Finish completes what a crash has left half done, so that rows tell all.
	Finish(ctx context.Context) error
	// Export calls visit with all rows of a kind, some at a time, in any order.
	// Logins are those that are good at least until the given time.
	Export(ctx context.Context, k Kind, until time.Time, visit func([]Row) error) error
	// Clear removes all rows of a kind. Kinds are cleared in the reverse order of Kinds.
	Clear(ctx context.Context, k Kind) error
	// Import adds rows of one kind. They are durable when it returns.
	Import(ctx context.Context, k Kind, rows []Row) error
}

// Fences is where nodes agree on who owns a shop, besides the records.
type Fences interface {
	// Epochs returns the newest epoch of every shop that was ever owned.
	Epochs(ctx context.Context) (map[tenant.ShopID]int64, error)
	// SetEpoch makes every later owner's epoch greater than epoch.
	SetEpoch(ctx context.Context, shop tenant.ShopID, epoch int64) error
	// ClearEpochs forgets all of them.
	ClearEpochs(ctx context.Context) error
	// Alive returns the names of nodes that run, or did until a moment ago.
	Alive(ctx context.Context) ([]string, error)
}

// Ledger keeps the mark of one store.
type Ledger interface {
	// Mark returns the store's mark, nil when it has none.
	Mark(ctx context.Context) (*Mark, error)
	// PutMark replaces the store's mark, or removes it with nil. It returns when
	// that, and all that was written before, is durable.
	PutMark(ctx context.Context, m *Mark) error
}

// Side is one installation: where it comes from, or where it goes.
type Side struct {
	Name     string // for people, without passwords
	Records  Records
	Sessions kv.Backend
	MayLose  time.Duration // how much of their last work Sessions can lose in a crash
	Fences   Fences        // nil when one process has the side for itself
	Ledgers  []Ledger
	Vault    *vault.Vault // over the side's own keys, with every secret key at hand
}
