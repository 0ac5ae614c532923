package realtime_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/realtime"
)

// TestUpgradesLoseNothing connects as a client does by default, by polling and
// then over WebSocket, while it is being told something.
func TestUpgradesLoseNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *realtime.Options) { o.PerUser = 1000 })
	f.qr("a", "2@code")
	const count = 150
	got := f.node.Crowd(f.url, map[string]any{"auth": map[string]any{"token": f.token("owner@a")}}, count, 15, "qr")
	require.Equal(t, count, got)
}
