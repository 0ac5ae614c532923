package redis

import (
	"context"
	"crypto/sha1" //nolint:gosec // what Redis calls scripts by
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/bus"
	"recado/internal/signalstore"
	"recado/internal/signalstore/signalstoretest"
)

// watched is a master with a replica and a sentinel that alone decides.
type watched struct{ master, replica, sentinel *node }

// startSentinel starts them. The sentinel has a password of its own.
func startSentinel(t *testing.T) *watched {
	t.Helper()
	w := &watched{master: startNode(t, "redis-server", serverArgs())}
	w.replica = startNode(t, "redis-server", serverArgs("--replicaof", "127.0.0.1 "+w.master.port))
	w.replica.becomes(t, "master_link_status:up", "INFO", "replication")
	w.master.becomes(t, "state=online", "INFO", "replication") // a sentinel looks again in ten seconds only
	w.sentinel = startNode(t, "redis-server", func(n *node) []string {
		file := filepath.Join(n.dir, "sentinel.conf")
		require.NoError(t, os.WriteFile(file, []byte(strings.Join([]string{
			"bind 127.0.0.1", "port " + n.port, "dir " + n.dir, "requirepass watchword",
			"sentinel monitor main 127.0.0.1 " + w.master.port + " 1",
		}, "\n")), 0o600))
		return []string{file, "--sentinel"}
	})
	w.sentinel.cli = []string{"-a", "watchword", "--no-auth-warning"}
	w.sentinel.becomes(t, w.replica.port, "SENTINEL", "REPLICAS", "main")
	return w
}

func (w *watched) url(t *testing.T) string {
	t.Helper() // one sentinel of the list is gone
	return fmt.Sprintf("redis://recado:hunter2@127.0.0.1:%s?addr=%s&master_set=main&sentinel_password=watchword", freePort(t), w.sentinel.addr())
}

// cutOff keeps what the master gets from now on from the replica.
func (w *watched) cutOff(t *testing.T) {
	t.Helper()
	w.replica.do(t, "CONFIG", "SET", "masterauth", "nobody asked")
	w.master.do(t, "CLIENT", "KILL", "TYPE", "replica")
	w.replica.becomes(t, "master_link_status:down", "INFO", "replication")
}

func TestSentinel(t *testing.T) {
	t.Parallel()
	w := startSentinel(t)
	for _, n := range []*node{w.master, w.replica} {
		n.grant(t, rule+sentinelRule)
	}
	t.Run("what is not a master is refused", func(t *testing.T) { notMasters(t, w) })
	conform(t, w.url(t))

	c := openURL(t, w.url(t))
	events := openBus(t, c)
	l := newTalk(t, c, signalstore.Options{MayLose: time.Minute})
	require.NoError(t, l.asks())
	require.NoError(t, l.answers("kept"))
	feed, err := events.Subscribe(t.Context(), 10)
	require.NoError(t, err)
	state, err := c.Signal().Claim(t.Context(), other, 1)
	require.NoError(t, err)
	require.NoError(t, c.Signal().Apply(t.Context(), other, signalstore.Apply{Epoch: 1, Rev: state.Rev, Next: 1}))
	require.Equal(t, "1", w.master.do(t, "WAIT", "1", "5000"))

	w.cutOff(t)
	require.NoError(t, c.Signal().Apply(t.Context(), other, signalstore.Apply{Epoch: 1, Rev: 1, Next: 2}))
	for n := range 5 {
		require.NoError(t, l.asks())
		require.NoError(t, l.answers(fmt.Sprint("lost ", n)))
	}
	require.Equal(t, "0", w.replica.do(t, "SCRIPT", "EXISTS", sha(applySource)), "it has never run one")
	w.sentinel.do(t, "SENTINEL", "SET", "main", "down-after-milliseconds", "1000", "failover-timeout", "5000")
	w.master.kill(t)
	for range feed { //nolint:revive // until it is closed
	}
	w.replica.becomes(t, "role:master", "INFO", "replication")

	// Whoever cannot put back what is lost is told that it is.
	until(t, func() error { return c.Ping(t.Context()) })
	err = c.Signal().Apply(t.Context(), other, signalstore.Apply{Epoch: 1, Rev: 2, Next: 3})
	require.ErrorIs(t, err, signalstore.ErrRollback)
	require.Equal(t, "1", w.replica.do(t, "SCRIPT", "EXISTS", sha(applySource)), "it was sent again")
	l.goesOn(t) // and whoever can does
	require.NoError(t, l.device.Close(t.Context()))
	require.NoError(t, l.reopen())
	require.NoError(t, l.answers("from the next owner"))
	hears(t, events)
}

// other is a shop whose owner remembers nothing.
var other = signalstore.DeviceKey{Shop: "otra", Channel: signalstoretest.Key.Channel}

// sha is what a server knows a script by.
func sha(source string) string {
	sum := sha1.Sum([]byte(source)) //nolint:gosec // see above
	return hex.EncodeToString(sum[:])
}

// hears shows that events come through again.
func hears(t *testing.T, b *Bus) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	feed, err := b.Subscribe(ctx, 10)
	require.NoError(t, err)
	want := bus.Event{Shop: "a", Name: "back", Data: []byte(`{}`)}
	require.NoError(t, b.Publish(ctx, want))
	require.Equal(t, want, <-feed)
}

// notMasters tries the servers themselves, and a master that keeps nothing.
func notMasters(t *testing.T, w *watched) {
	t.Helper()
	_, err := Open(t.Context(), Options{URL: "redis://" + w.replica.addr()})
	require.ErrorIs(t, err, ErrReplica)
	_, err = Open(t.Context(), Options{URL: strings.Replace(w.url(t), "watchword", "swordfish", 1)})
	require.ErrorContains(t, err, "WRONGPASS")
	require.NotContains(t, err.Error(), "swordfish")
	_, err = Open(t.Context(), Options{URL: strings.Replace(w.url(t), "=main", "=mian", 1)})
	require.ErrorContains(t, err, "No such master")
	w.master.do(t, "CONFIG", "SET", "appendonly", "no")
	_, err = Open(t.Context(), Options{URL: w.url(t)})
	require.ErrorIs(t, err, ErrVolatile)
	c, err := Open(t.Context(), Options{URL: w.url(t), AllowVolatile: true})
	require.NoError(t, err)
	c.Close()
	w.master.do(t, "CONFIG", "SET", "appendonly", "yes")
}
