package redis

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/channel"
	"recado/internal/channel/channeltest"
	"recado/internal/message"
	"recado/internal/tenant"
)

func openLiveStates(c *Client, node string, o LiveStateOptions) *LiveStates {
	o.Node, o.Log = node, slog.New(slog.DiscardHandler)
	return c.LiveStates(o)
}

func TestLiveStates(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	channeltest.RunLiveStates(t, func(t *testing.T, n int) []channel.LiveStates {
		t.Helper()
		url, list := s.url(), make([]channel.LiveStates, n)
		for i := range list {
			c, err := Open(t.Context(), Options{URL: url})
			require.NoError(t, err)
			t.Cleanup(c.Close)
			list[i] = openLiveStates(c, fmt.Sprint("node", i), LiveStateOptions{})
		}
		return list
	})
}

var shown = channel.State{
	Channel: channel.Channel{Shop: "lupita", Type: message.WhatsAppBaileys, Status: channel.Connecting, Number: "5215511110001"},
	QR:      "2@secret",
}

func TestEntriesExpireWithTheirNode(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	c := s.open(t)
	reader := openLiveStates(c, "reader", LiveStateOptions{})
	dead := openLiveStates(c, "dead", LiveStateOptions{TTL: 200 * time.Millisecond})
	require.NoError(t, dead.Put(t.Context(), shown))
	require.Eventually(t, func() bool {
		_, ok, err := reader.State(t.Context(), shown.Key())
		return err == nil && !ok
	}, 10*time.Second, 10*time.Millisecond)

	alive := openLiveStates(c, "alive", LiveStateOptions{TTL: 200 * time.Millisecond})
	run(t, alive.Run)
	require.NoError(t, alive.Put(t.Context(), shown))
	require.NoError(t, c.conn.Do(t.Context(), c.conn.B().Flushdb().Build()).Error())
	require.Eventually(t, func() bool { // renewed, even though Redis lost it
		_, ok, err := reader.State(t.Context(), shown.Key())
		return err == nil && ok
	}, 10*time.Second, 10*time.Millisecond)
}

func TestFormerOwnerDoesNotWipe(t *testing.T) {
	t.Parallel()
	c := startServer(t).open(t)
	former, owner := openLiveStates(c, "former", LiveStateOptions{}), openLiveStates(c, "owner", LiveStateOptions{})
	require.NoError(t, former.Put(t.Context(), shown))
	require.NoError(t, owner.Put(t.Context(), shown))
	require.NoError(t, former.Clear(t.Context(), shown.Key()))
	_, ok, err := former.State(t.Context(), shown.Key())
	require.NoError(t, err)
	require.True(t, ok)
}

func TestOwnStatesAreKnownWithoutRedis(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	b := openLiveStates(s.open(t), "node", LiveStateOptions{})
	require.NoError(t, b.Put(t.Context(), shown))
	s.kill(t)
	later := shown
	later.Status, later.QR = channel.Active, ""
	require.Error(t, b.Put(t.Context(), later))
	got, ok, err := b.State(t.Context(), shown.Key())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, later, got)
	_, _, err = b.State(t.Context(), channel.Key{Shop: "other", Type: message.WhatsAppBaileys})
	require.Error(t, err)
}

func TestLiveStatesIsSealed(t *testing.T) {
	t.Parallel()
	c := startServer(t).open(t)
	block, err := aes.NewCipher(make([]byte, 32))
	require.NoError(t, err)
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(t, err)
	o := LiveStateOptions{
		Seal: func(_ context.Context, shop tenant.ShopID, place string, v []byte) ([]byte, error) {
			return gcm.Seal(nil, nil, v, []byte(string(shop)+place)), nil
		},
		Open: func(_ context.Context, shop tenant.ShopID, place string, v []byte) ([]byte, error) {
			return gcm.Open(nil, nil, v, []byte(string(shop)+place))
		},
	}
	require.NoError(t, openLiveStates(c, "a", o).Put(t.Context(), shown))
	raw, err := c.conn.Do(t.Context(), c.conn.B().Get().Key("session:shop:{lupita}:board:WHATSAPP_BAILEYS").Build()).AsBytes()
	require.NoError(t, err)
	require.False(t, bytes.Contains(raw, []byte(shown.QR)) || bytes.Contains(raw, []byte(shown.Number)), "%q", raw)
	got, ok, err := openLiveStates(c, "b", o).State(t.Context(), shown.Key())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, shown, got)

	moved := c.conn.B().Set().Key("session:shop:{beto}:board:WHATSAPP_BAILEYS").Value(string(raw)).Build()
	require.NoError(t, c.conn.Do(t.Context(), moved).Error())
	_, _, err = openLiveStates(c, "b", o).State(t.Context(), channel.Key{Shop: "beto", Type: message.WhatsAppBaileys})
	require.Error(t, err, "another shop's code")
}
