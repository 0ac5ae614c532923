package realtime_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

// TestUpgradesLoseNothing connects as clients do by default, by polling and then over
// WebSocket, while events are being sent.
func TestUpgradesLoseNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, unlimited)
	f.qr("a", "2@code")
	const count = 150
	got := f.node.Crowd(f.url, map[string]any{"auth": map[string]any{"token": f.token("owner@a")}}, count, 15, "qr")
	require.Equal(t, count, got)
}

// TestHastyClients sends its handshake right after the protocol is switched, when the
// server has hardly begun to read, and a command before it is notified of its
// connection. Either happens to a client that is quicker than a busy server.
func TestHastyClients(t *testing.T) {
	t.Parallel()
	f := newFixture(t, unlimited)
	say := []string{`40{"token":"` + f.token("owner@a") + `"}`, `420["connectWhatsApp",{"companyId":"a"}]`}
	for range 100 {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		ws, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(f.url, "http")+"/socket.io/?EIO=4&transport=websocket", nil)
		require.NoError(t, err)
		for _, packet := range say {
			require.NoError(t, ws.Write(ctx, websocket.MessageText, []byte(packet)))
		}
		for _, want := range []string{`0{`, `40{"sid":`, `430[{"ok":true,"status":"connecting"}]`} {
			_, got, err := ws.Read(ctx)
			require.NoError(t, err, "no answer %s", want)
			require.Contains(t, string(got), want)
		}
		require.NoError(t, ws.CloseNow())
		cancel()
	}
}
