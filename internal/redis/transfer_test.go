package redis

import (
	"log/slog"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/channel"
	"recado/internal/conversation/encrypted/encryptedtest"
	"recado/internal/message"
	"recado/internal/migrate"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/vault/vaulttest"
)

// keysKnown maps every key to its handling in a migration. All kinds of a session are copied.
var keysKnown = map[string]string{
	"session:shop:{*}:owner":      "its epoch is copied",
	"session:shop:{*}:board:*":    "left: what a running server shows, expires",
	"session:shop:{*}:meta":       "copied",
	"session:shop:{*}:web:meta":   "copied",
	"recado:node:{*}":             "left: a running server, expires",
	"recado:limit:*":              "left: failed sign-ins, expires",
	"recado:migration":            "the marker itself",
	"session:shop:{*}:<kind>":     "copied",
	"session:shop:{*}:web:<kind>": "copied",
}

func keyKnown(name string) bool {
	for pattern := range keysKnown {
		for _, kind := range kv.Kinds() {
			if ok, _ := path.Match(strings.ReplaceAll(pattern, "<kind>", hashName(kind)), name); ok {
				return true
			}
		}
	}
	return false
}

// A key that migrations do not know fails here.
func TestMigrationsKnowEveryKey(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	c := s.open(t)
	ctx := t.Context()
	encryptedtest.Link(t, signalstore.New(c.Signal(), signalstore.Options{Sealers: vaulttest.New(t).Device}))
	_, err := c.Signal().Claim(ctx, kv.DeviceKey{Shop: "a", Channel: message.WhatsAppWeb}, 1)
	require.NoError(t, err)
	log := slog.New(slog.DiscardHandler)
	lease, err := c.Leases(LeaseOptions{Node: "n", Process: "p", Log: log}).Acquire(ctx, "a")
	require.NoError(t, err)
	require.NoError(t, openLiveStates(c, "n", LiveStateOptions{}).Put(ctx, channel.State{Channel: channel.Channel{Shop: "a", Type: message.WhatsAppWeb}}))
	_, err = openLimits(c, nil).Take(ctx, "ana@example.com", fewTries)
	require.NoError(t, err)
	transfer := c.Transfer(0)
	require.NoError(t, transfer.PutMarker(ctx, &migrate.Marker{ID: "x"}))

	names, err := transfer.scan(ctx, "*")
	require.NoError(t, err)
	require.Greater(t, len(names), 8)
	for _, name := range names {
		require.True(t, keyKnown(name), "what does a migration do with %s?", name)
	}
	epochs, err := transfer.Epochs(ctx)
	require.NoError(t, err)
	require.EqualValues(t, lease.Epoch, epochs["a"])
	alive, err := transfer.LiveNodes(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"n"}, alive)
}
