package channeltest

import (
	"testing"
	"time"

	"recado/internal/channel"
	"recado/internal/message"
	"recado/internal/tenant"

	"github.com/stretchr/testify/require"
)

// RunLiveStates runs the contract that every channel.LiveStates passes. nodes
// returns n of them over one memory, as n processes have them.
func RunLiveStates(t *testing.T, nodes func(t *testing.T, n int) []channel.LiveStates) {
	t.Helper()
	t.Run("a state put by one node is read by another", func(t *testing.T) {
		t.Parallel()
		list := nodes(t, 2)
		want := state("lupita", message.WhatsAppBaileys)
		require.NoError(t, list[0].Put(t.Context(), want))
		for _, b := range list {
			requireState(t, b, want)
		}
	})
	t.Run("the later state replaces the earlier", func(t *testing.T) {
		t.Parallel()
		list := nodes(t, 2)
		s := state("lupita", message.WhatsAppBaileys)
		require.NoError(t, list[0].Put(t.Context(), s))
		s.Status, s.QR, s.QRExpiresAt = channel.Active, "", time.Time{}
		require.NoError(t, list[0].Put(t.Context(), s))
		requireState(t, list[1], s)
		requireState(t, list[0], s)
	})
	t.Run("channels and shops are apart", func(t *testing.T) {
		t.Parallel()
		list := nodes(t, 2)
		a, b := state("lupita", message.WhatsAppBaileys), state("lupita", message.WhatsAppWeb)
		c := state("beto", message.WhatsAppBaileys)
		for _, s := range []channel.State{a, b, c} {
			require.NoError(t, list[0].Put(t.Context(), s))
		}
		require.NoError(t, list[0].Clear(t.Context(), a.Key()))
		requireNone(t, list[1], a.Key())
		requireState(t, list[1], b)
		requireState(t, list[1], c)
		requireNone(t, list[1], channel.Key{Shop: "absent", Type: message.WhatsAppBaileys})
	})
	t.Run("clear is idempotent, and put follows it", func(t *testing.T) {
		t.Parallel()
		b := nodes(t, 1)[0]
		s := state("lupita", message.WhatsAppBaileys)
		require.NoError(t, b.Clear(t.Context(), s.Key()))
		require.NoError(t, b.Put(t.Context(), s))
		require.NoError(t, b.Clear(t.Context(), s.Key()))
		require.NoError(t, b.Clear(t.Context(), s.Key()))
		requireNone(t, b, s.Key())
		require.NoError(t, b.Put(t.Context(), s))
		requireState(t, b, s)
	})
}

func state(shop tenant.ShopID, t channel.Type) channel.State {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return channel.State{
		Channel: channel.Channel{
			Shop: shop, Type: t, Enabled: true, Status: channel.Connecting, Reason: channel.Restoring,
			Number: "5215511110001", Name: "Lupita", LastConnection: at, CreatedAt: at, UpdatedAt: at.Add(time.Second),
		},
		QR: "2@code", QRExpiresAt: at.Add(time.Minute), Attempt: 2, MaxAttempts: 10, RetryAt: at.Add(time.Hour),
	}
}

func requireState(t *testing.T, b channel.LiveStates, want channel.State) {
	t.Helper()
	got, ok, err := b.State(t.Context(), want.Key())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, want, got)
}

func requireNone(t *testing.T, b channel.LiveStates, k channel.Key) {
	t.Helper()
	_, ok, err := b.State(t.Context(), k)
	require.NoError(t, err)
	require.False(t, ok)
}
