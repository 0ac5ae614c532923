package redis

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/signalstore"
	"recado/internal/signalstore/signalstoretest"
)

func TestCluster(t *testing.T) {
	t.Parallel()
	list := startCluster(t, redisPlain)
	t.Run("each server is checked", func(t *testing.T) { unfitMember(t, list, list.url(t, nil)) })
	t.Run("rights", func(t *testing.T) { clusterRights(t, list) })
	t.Run("suites", func(t *testing.T) {
		list.grant(t)
		conform(t, list.url(t, us))
		list.haveDoneIt(t)
	})
	list.change(t)
}

func TestClusterOfOtherKinds(t *testing.T) {
	t.Parallel()
	for name, k := range otherKinds(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := startCluster(t, k)
			list.grant(t)
			t.Run("sample", func(t *testing.T) { sample(t, list.url(t, us)) })
			list.haveDoneIt(t)
			if k.named() {
				unannounced(t, list)
			}
			list.change(t)
		})
	}
}

// unannounced makes the servers announce their addresses, which are not in their certificates.
func unannounced(t *testing.T, list members) {
	t.Helper()
	prefer := func(what string) {
		for _, n := range list {
			n.do(t, "CONFIG", "SET", "cluster-preferred-endpoint-type", what)
		}
	}
	prefer("ip")
	_, err := Open(t.Context(), Options{URL: list.url(t, us)})
	require.ErrorContains(t, err, "cannot validate certificate for 127.0.0.1")
	prefer("hostname")
}

// change moves a slot and kills a master while a shop is served.
func (list members) change(t *testing.T) {
	t.Helper()
	l := newTalk(t, openURL(t, list.url(t, us)), signalstore.Options{MayLose: time.Minute})
	t.Run("a slot moves", func(t *testing.T) { slotMoves(t, list[:3], l) })
	t.Run("a master dies", func(t *testing.T) { masterDies(t, list[:3], list[3:], l) })
}

// unfitMember makes one server persist nothing, and then evict.
func unfitMember(t *testing.T, list members, url string) {
	t.Helper()
	for _, n := range []*node{list[0], list[2], list[4]} {
		n.do(t, "CONFIG", "SET", "appendonly", "no")
		_, err := Open(t.Context(), Options{URL: url})
		require.ErrorIs(t, err, ErrVolatile)
		require.ErrorContains(t, err, n.addr())
		c, err := Open(t.Context(), Options{URL: url, AllowVolatile: true})
		require.NoError(t, err)
		c.Close()
		n.do(t, "CONFIG", "SET", "appendonly", "yes")
	}
	list[1].do(t, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
	list[1].do(t, "CONFIG", "SET", "maxmemory", "100mb")
	_, err := Open(t.Context(), Options{URL: url, AllowVolatile: true})
	require.ErrorIs(t, err, ErrEvicts)
	list[1].do(t, "CONFIG", "SET", "maxmemory", "0")
}

// clusterRights gives the user fewer rights on one server than on the others, and then hides the rest of the cluster from
// it.
func clusterRights(t *testing.T, list members) {
	t.Helper()
	list.grant(t)
	url := list[0].url(us, nil, list[0].addr())
	openURL(t, url)
	list[1].grant(t, strings.Replace(rule, "+hdel", "", 1))
	_, err := Open(t.Context(), Options{URL: url})
	require.ErrorIs(t, err, ErrRights)
	require.ErrorContains(t, err, "HDEL")
	require.ErrorContains(t, err, list[1].addr())

	list[0].grant(t, strings.Replace(rule, rolesRule, "", 1))
	_, err = Open(t.Context(), Options{URL: url})
	require.ErrorIs(t, err, ErrHalfCluster)
}

// slotMoves moves the shop's keys to another master while a message comes in. While it lasts no
// server knows the place of a missing hash, so scripts that name one have to wait.
func slotMoves(t *testing.T, masters []*node, l *talk) {
	t.Helper()
	require.NoError(t, l.asks())
	owner, slot := ownerOf(t, masters, metaKey(signalstoretest.Key))
	from, to := masters[owner], masters[(owner+1)%3]
	fromID, toID := from.do(t, "CLUSTER", "MYID"), to.do(t, "CLUSTER", "MYID")
	to.do(t, "CLUSTER", "SETSLOT", slot, "IMPORTING", fromID)
	from.do(t, "CLUSTER", "SETSLOT", slot, "MIGRATING", toID)
	moved := make(chan error, 1)
	go func() { moved <- moveSlot(from, to, slot, toID) }()
	require.NoError(t, l.asks(), "it waits")
	require.NoError(t, <-moved)
	require.Equal(t, "1", to.do(t, "EXISTS", metaKey(signalstoretest.Key)))
	require.NoError(t, l.answers("from its new place"))
	require.NoError(t, l.asks())
}

// moveSlot ends the move once a script has had to wait.
func moveSlot(from, to *node, slot, toID string) error {
	for refusals := ""; !strings.Contains(refusals, "errorstat_TRYAGAIN"); {
		var err error
		if refusals, err = from.try("INFO", "errorstats"); err != nil {
			return err
		}
	}
	keys, err := from.try("CLUSTER", "GETKEYSINSLOT", slot, "1000")
	for key := range strings.FieldsSeq(keys) {
		_, failed := from.try("MIGRATE", "127.0.0.1", to.port, key, "0", "5000")
		err = errors.Join(err, failed)
	}
	for _, n := range []*node{to, from} {
		_, failed := n.try("CLUSTER", "SETSLOT", slot, "NODE", toID)
		err = errors.Join(err, failed)
	}
	return err
}

// masterDies kills the server of the shop.
func masterDies(t *testing.T, masters, replicas []*node, l *talk) {
	t.Helper()
	l.goesOn(t)
	owner, _ := ownerOf(t, masters, metaKey(signalstoretest.Key))
	owner = (owner + 1) % 3 // it has moved
	require.Equal(t, "1", masters[owner].do(t, "EXISTS", metaKey(signalstoretest.Key)))
	kept := newForgetful(t, l.backend, shopOf(t, masters, owner))
	replicas[owner].follows(t, masters[owner])
	before := l.epoch
	for _, n := range append(slices.Clone(masters), replicas...) { // only now: a busy machine is no failure
		n.do(t, "CONFIG", "SET", "cluster-node-timeout", "1000")
	}
	masters[owner].kill(t)
	replicas[owner].becomes(t, "role:master", "INFO", "replication")
	l.goesOn(t)
	require.Contains(t, replicas[owner].do(t, "HGET", metaKey(signalstoretest.Key), "epoch"), fmt.Sprint(l.epoch))
	require.GreaterOrEqual(t, l.epoch, before)
	kept.isKept(t)
}

// goesOn lets the customer write and be answered, by a new owner when the old one had to give up.
func (l *talk) goesOn(t *testing.T) {
	t.Helper()
	until(t, func() error { return l.once(t) })
}

// once is one message with its answer, by a new owner when the old one had to give up.
func (l *talk) once(t *testing.T) error {
	t.Helper()
	if l.device.Err() != nil {
		_ = l.device.Close(t.Context()) // the server of its last write is gone
		if err := l.reopen(); err != nil {
			return err
		}
	}
	if err := l.asks(); err != nil {
		return fmt.Errorf("%w (%w)", err, l.device.Err())
	}
	return l.answers("here I am")
}

// reopen opens the device for the next epoch.
func (l *talk) reopen() error {
	l.epoch++
	d, err := l.store.Open(l.t.Context(), signalstoretest.Key, l.epoch)
	if err == nil {
		l.device = d
	}
	return err
}
