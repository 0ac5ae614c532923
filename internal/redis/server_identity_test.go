package redis

import (
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/message"
	"recado/internal/signalstore/kv"
)

// A running Redis has lost nothing, a restarted one may have: its identity changes with the restart.
func TestServerIdentity(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	key := kv.DeviceKey{Shop: "lupita", Channel: message.WhatsAppBaileys}
	name := func() string {
		n, err := s.open(t).Signal().ServerIdentity(t.Context(), key)
		require.NoError(t, err)
		require.NotEmpty(t, n)
		return n
	}
	first := name()
	require.Equal(t, first, name())
	s.kill(t)
	s.start(t)
	require.NotEqual(t, first, name())
}
