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
	got := f.node.Crowd(f.url, map[string]any{"auth": map[string]any{"token": f.token("owner@a")}}, count, 15, "qr", nil)
	require.Equal(t, count, got)
}

// TestHastyClients has clients speak the moment they are told that they are in.
func TestHastyClients(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *realtime.Options) { o.PerUser = 1000 })
	const count = 400
	options := map[string]any{"transports": []string{"websocket"}, "auth": map[string]any{"token": f.token("owner@a")}}
	require.Equal(t, count, f.node.Crowd(f.url, options, count, 20, "connectWhatsApp", map[string]any{"companyId": "a"}))
}
