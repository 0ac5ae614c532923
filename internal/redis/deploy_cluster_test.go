package redis

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/signalstore"
	"recado/internal/signalstore/signalstoretest"
)

const slots = 16384

// startCluster starts three masters with a third of the slots each, and a replica of every master that is named.
func startCluster(t *testing.T, binary string, replicaOf ...int) []*node {
	t.Helper()
	const masters = 3
	list := make([]*node, masters+len(replicaOf))
	for i := range list {
		bus := ""
		list[i] = startNode(t, binary, func(n *node) []string {
			bus = freePort(t)
			return serverArgs("--cluster-enabled", "yes", "--cluster-port", bus, "--repl-ping-replica-period", "1")(n)
		})
		list[i].do(t, "CLUSTER", "SET-CONFIG-EPOCH", strconv.Itoa(i+1))
		if i > 0 {
			list[0].do(t, "CLUSTER", "MEET", "127.0.0.1", list[i].port, bus)
		}
	}
	for i := range masters {
		list[i].do(t, "CLUSTER", "ADDSLOTSRANGE", strconv.Itoa(i*slots/masters), strconv.Itoa((i+1)*slots/masters-1))
	}
	for _, n := range list {
		n.becomes(t, fmt.Sprint("cluster_known_nodes:", len(list)), "CLUSTER", "INFO")
		n.becomes(t, "cluster_slots_assigned:16384", "CLUSTER", "INFO")
	}
	for i, master := range replicaOf {
		list[masters+i].do(t, "CLUSTER", "REPLICATE", list[master].do(t, "CLUSTER", "MYID"))
		list[masters+i].becomes(t, "master_link_status:up", "INFO", "replication")
	}
	for _, n := range list {
		n.becomes(t, "cluster_state:ok", "CLUSTER", "INFO")
		for _, other := range list { // replicas are told of when they have got something
			n.becomes(t, other.port, "CLUSTER", "SLOTS")
		}
	}
	return list
}

// ownerOf finds who has the slot of a key among the masters.
func ownerOf(t *testing.T, masters []*node, key string) (owner int, slot string) {
	t.Helper()
	slot = masters[0].do(t, "CLUSTER", "KEYSLOT", key)
	n, err := strconv.Atoi(slot)
	require.NoError(t, err)
	for i := range masters {
		if n < (i+1)*slots/len(masters) {
			return i, slot
		}
	}
	require.FailNow(t, "no such slot")
	return 0, ""
}

func TestCluster(t *testing.T) {
	t.Parallel()
	list := startCluster(t, "redis-server", 0, 1, 2)
	masters := list[:3]
	// Any of them will do, and one that is gone does no harm.
	url := fmt.Sprintf("redis://127.0.0.1:%s?addr=%s&addr=%s", freePort(t), list[1].addr(), list[5].addr())
	t.Run("each server is looked at", func(t *testing.T) { unfitMember(t, list, url) })
	t.Run("rights", func(t *testing.T) { clusterRights(t, list) })
	t.Run("suites", func(t *testing.T) {
		for _, n := range list {
			n.grant(t, rule+clusterRule)
			n.do(t, "ACL", "LOG", "RESET")
		}
		conform(t, strings.Replace(url, "redis://", "redis://recado:hunter2@", 1))
		for _, n := range masters {
			require.NotEqual(t, "0", n.do(t, "DBSIZE"), "the shops lie on all of them")
		}
		owner, _ := ownerOf(t, masters, topic)
		for i, n := range list {
			require.Empty(t, n.do(t, "ACL", "LOG"), "refused")
			used := n.do(t, "INFO", "commandstats")
			for _, command := range []string{"publish", "subscribe"} { // elsewhere they lose their order, and some of them unseen
				require.Equal(t, i == owner, strings.Contains(used, "cmdstat_"+command+":"), command)
			}
		}
	})
	l := newTalk(t, openURL(t, url), signalstore.Options{MayLose: time.Minute})
	t.Run("a slot moves", func(t *testing.T) { slotMoves(t, masters, l) })
	t.Run("a master dies", func(t *testing.T) { masterDies(t, masters, list[3:], l) })
}

// unfitMember has one server keep nothing, and then evict.
func unfitMember(t *testing.T, list []*node, url string) {
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

// clusterRights has one server know the user with fewer rights than the others, and then a user who would take a node of
// the cluster for all of it.
func clusterRights(t *testing.T, list []*node) {
	t.Helper()
	for _, n := range list {
		n.grant(t, rule+clusterRule)
	}
	url := "redis://recado:hunter2@" + list[0].addr()
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

// slotMoves moves the shop's keys to another master while a message comes in. From the beginning to the end of it nobody
// can tell where a hash belongs that is not there, so scripts that name one have to wait.
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

// moveSlot does the rest of it when somebody has had to wait.
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

// masterDies kills the server that the shop is on.
func masterDies(t *testing.T, masters, replicas []*node, l *talk) {
	t.Helper()
	l.goesOn(t)
	owner, _ := ownerOf(t, masters, metaKey(signalstoretest.Key))
	owner = (owner + 1) % 3 // it has moved
	require.Equal(t, "1", masters[owner].do(t, "EXISTS", metaKey(signalstoretest.Key)))
	masters[owner].do(t, "WAIT", "1", "5000")
	before := l.epoch
	for _, n := range append(slices.Clone(masters), replicas...) { // only now: a busy machine is no failure
		n.do(t, "CONFIG", "SET", "cluster-node-timeout", "1000")
	}
	masters[owner].kill(t)
	replicas[owner].becomes(t, "role:master", "INFO", "replication")
	l.goesOn(t)
	require.Contains(t, replicas[owner].do(t, "HGET", metaKey(signalstoretest.Key), "epoch"), fmt.Sprint(l.epoch))
	require.GreaterOrEqual(t, l.epoch, before)
}

// goesOn has the customer write and be answered, with a new owner when the old one had to give up.
func (l *talk) goesOn(t *testing.T) {
	t.Helper()
	until(t, func() error { return l.once(t) })
}

// once is one message with its answer, by a new owner when the old one had to give up.
func (l *talk) once(t *testing.T) error {
	t.Helper()
	if l.device.Err() != nil {
		_ = l.device.Close(t.Context()) // its last words have nobody to hear them
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
