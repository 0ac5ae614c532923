package cluster_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"recado/internal/cluster"
	"recado/internal/cluster/clustertest"
	"recado/internal/tenant"
)

// epochs is the Epochs of a test.
type epochs struct {
	mu   sync.Mutex
	last map[tenant.ShopID]cluster.Epoch
}

func (e *epochs) NextEpoch(_ context.Context, shop tenant.ShopID, atLeast cluster.Epoch) (cluster.Epoch, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last[shop] = max(e.last[shop]+1, atLeast)
	return e.last[shop], nil
}

func TestSingle(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) // a clock that stands: the memory of epochs counts
	clustertest.Run(t, func(*testing.T) clustertest.Node {
		e := &epochs{last: make(map[tenant.ShopID]cluster.Epoch)}
		return func(_ *testing.T, name string) cluster.Leases {
			return cluster.NewSingle(name, e, func() time.Time { return noon })
		}
	})
}
