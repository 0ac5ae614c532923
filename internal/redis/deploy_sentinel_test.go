package redis

import (
	"context"
	"crypto/sha1" //nolint:gosec // what Redis calls scripts by
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/bus"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
)

// watched is a master with a replica and a sentinel.
type watched struct{ master, replica, sentinel *node }

// startSentinel starts the three. The sentinel has a password of its own.
func startSentinel(t *testing.T, k kind) *watched {
	t.Helper()
	w := &watched{master: startNode(t, k, serverArgs())}
	w.replica = startNode(t, k, serverArgs("--replicaof", k.host()+" "+w.master.port, "--replica-announce-ip", k.host()))
	w.replica.becomes(t, "master_link_status:up", "INFO", "replication")
	w.master.becomes(t, "state=online", "INFO", "replication") // a sentinel looks again in ten seconds only
	w.sentinel = startWatcher(t, w.master)
	w.sentinel.becomes(t, w.replica.port, "SENTINEL", "REPLICAS", "main")
	return w
}

// startWatcher starts a sentinel that decides alone whether a master is dead.
func startWatcher(t *testing.T, master *node) *node {
	t.Helper()
	n := startNode(t, master.kind, func(n *node) []string {
		lines := []string{"bind 127.0.0.1", "dir " + n.dir, "requirepass watchword", "sentinel sentinel-pass watchword"}
		if n.named() {
			lines = append(lines, "sentinel resolve-hostnames yes", "sentinel announce-hostnames yes", "sentinel announce-ip "+n.host())
		}
		lines = append(lines, "sentinel monitor main "+n.host()+" "+master.port+" 1")
		file := filepath.Join(n.dir, "sentinel.conf")
		require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600))
		return slices.Concat([]string{file}, n.listen(n.port), []string{"--sentinel"})
	})
	n.password = []string{"-a", "watchword", "--no-auth-warning"}
	return n
}

func (w *watched) url(t *testing.T) string {
	t.Helper() // one sentinel of the list is gone
	return w.sentinel.sentinelURL(w.sentinel.nowhere(t), w.sentinel.addr())
}

// sentinelURL names sentinels.
func (k kind) sentinelURL(sentinels ...string) string {
	return k.url(us, url.Values{paramMaster: {"main"}, paramSentPhase: {"watchword"}}, sentinels...)
}

// cutOff ends the replication from the master to the replica.
func (w *watched) cutOff(t *testing.T) {
	t.Helper()
	w.replica.do(t, "CONFIG", "SET", "masterauth", "nobody asked")
	w.master.do(t, "CLIENT", "KILL", "TYPE", "replica")
	w.replica.becomes(t, "master_link_status:down", "INFO", "replication")
}

func TestSentinel(t *testing.T) {
	t.Parallel()
	w := startSentinel(t, redisPlain)
	w.grant(t)
	t.Run("other servers than masters are refused", func(t *testing.T) { notMasters(t, w) })
	conform(t, w.url(t))
	t.Run("the master dies", w.dies)
}

func TestSentinelOfOtherKinds(t *testing.T) {
	t.Parallel()
	for name, k := range otherKinds(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startSentinel(t, k)
			w.grant(t)
			t.Run("sample", func(t *testing.T) { sample(t, w.url(t)) })
			require.Empty(t, w.master.do(t, "ACL", "LOG"), "refused")
			t.Run("the master dies", w.dies)
		})
	}
}

// Sentinels announce each other's addresses by the name in their certificates.
func TestUnnamedSentinelIsFound(t *testing.T) {
	t.Parallel()
	master := startNode(t, kind{binary: "redis-server", tls: newAuthority(t, "localhost")}, serverArgs())
	master.grant(t, rule+sentinelRule)
	first, second := startWatcher(t, master), startWatcher(t, master)
	first.becomes(t, second.port, "SENTINEL", "SENTINELS", "main")
	openURL(t, master.sentinelURL(first.addr()))
	first.kill(t)
	second.becomes(t, "name=recado", "CLIENT", "LIST")
}

// grant makes the user on both servers.
func (w *watched) grant(t *testing.T) {
	t.Helper()
	for _, n := range []*node{w.master, w.replica} {
		n.grant(t, rule+sentinelRule)
	}
}

// dies kills the master while shops are served. The replica lacks the last writes.
func (w *watched) dies(t *testing.T) {
	c := openURL(t, w.url(t))
	events := openBus(t, c)
	l := newTalk(t, c, signalstore.Options{MayLose: time.Minute})
	require.NoError(t, l.asks())
	require.NoError(t, l.answers("kept"))
	feed, err := events.Subscribe(t.Context(), 10)
	require.NoError(t, err)
	kept, lost := newForgetful(t, c.Signal(), "guardada"), newForgetful(t, c.Signal(), "perdida")
	w.replica.follows(t, w.master)

	w.cutOff(t)
	require.NoError(t, lost.write(t))
	for n := range 5 {
		require.NoError(t, l.asks())
		require.NoError(t, l.answers(fmt.Sprint("lost ", n)))
	}
	require.Equal(t, "0", w.replica.do(t, "SCRIPT", "EXISTS", sha(source("apply"))), "it has never run a script")
	w.sentinel.do(t, "SENTINEL", "SET", "main", "down-after-milliseconds", "1000", "failover-timeout", "5000")
	w.master.kill(t)
	for range feed { //nolint:revive // until it is closed
	}
	w.replica.becomes(t, "role:master", "INFO", "replication")

	// An owner without the lost writes gets an error.
	until(t, func() error { return c.Ping(t.Context()) })
	require.ErrorIs(t, lost.write(t), kv.ErrRollback)
	require.Equal(t, "1", w.replica.do(t, "SCRIPT", "EXISTS", sha(source("apply"))), "the script was sent again")
	kept.isKept(t)
	l.goesOn(t) // an owner with a replay log puts them back
	require.NoError(t, l.device.Close(t.Context()))
	require.NoError(t, l.reopen())
	require.NoError(t, l.answers("from the next owner"))
	hears(t, events)
}

// sha is a server's name for a script.
func sha(source string) string {
	sum := sha1.Sum([]byte(source)) //nolint:gosec // see above
	return hex.EncodeToString(sum[:])
}

// hears checks that events arrive again.
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

// notMasters opens the servers themselves, and a master that persists nothing.
func notMasters(t *testing.T, w *watched) {
	t.Helper()
	_, err := Open(t.Context(), Options{URL: w.replica.url(nil, nil, w.replica.addr())})
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
