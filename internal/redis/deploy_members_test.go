package redis

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant"
)

const slots = 16384

// members are the servers of a cluster: three masters, and then their replicas in the same order.
type members []*node

// startCluster starts a cluster, with a third of the slots for each master.
func startCluster(t *testing.T, k kind) members {
	t.Helper()
	list := make(members, 6)
	buses := make([]string, len(list))
	for i := range list {
		list[i] = startNode(t, k, func(n *node) []string {
			buses[i] = freePort(t)
			args := []string{"--cluster-enabled", "yes", "--cluster-port", buses[i], "--repl-ping-replica-period", "1"}
			// They get ready sooner when they wait less for each other. Whom they miss then is not replaced yet.
			args = append(args, "--cluster-node-timeout", "2000", "--cluster-replica-no-failover", "yes")
			if n.tls != nil {
				args = append(args, "--tls-cluster", "yes")
			}
			if n.named() {
				args = append(args, "--cluster-announce-hostname", n.host(), "--cluster-preferred-endpoint-type", "hostname")
			}
			return serverArgs(args...)(n)
		})
		list[i].do(t, "CLUSTER", "SET-CONFIG-EPOCH", strconv.Itoa(i+1))
		for before := range i {
			list[i].do(t, "CLUSTER", "MEET", "127.0.0.1", list[before].port, buses[before])
		}
	}
	masters, replicas := list[:3], list[3:]
	for i, n := range masters {
		n.do(t, "CLUSTER", "ADDSLOTSRANGE", strconv.Itoa(i*slots/3), strconv.Itoa((i+1)*slots/3-1))
	}
	for i, n := range replicas {
		n.becomes(t, "OK", "CLUSTER", "REPLICATE", masters[i].do(t, "CLUSTER", "MYID"))
	}
	for _, n := range list {
		until(t, func() error { return list.knownTo(n) })
		n.do(t, "CONFIG", "SET", "cluster-node-timeout", "15000", "cluster-replica-no-failover", "no")
	}
	return list
}

// knownTo returns nil when n knows the role and the address of every member. A replica is listed once it has received data.
func (list members) knownTo(n *node) error {
	info, err := n.try("CLUSTER", "INFO")
	if err != nil {
		return err
	}
	facts := parseInfo(info)
	if facts["cluster_state"] != "ok" || facts["cluster_slots_assigned"] != fmt.Sprint(slots) {
		return errors.New(info)
	}
	slots, err := n.try("CLUSTER", "SLOTS")
	lines := strings.Split(slots, "\n")
	for _, other := range list {
		if !slices.Contains(lines, other.port) {
			err = errors.Join(err, fmt.Errorf("%s is not listed", other.port))
		}
	}
	if slices.Contains(lines, "?") {
		err = errors.Join(err, errors.New("the name of a server is not known"))
	}
	return err
}

// ownerOf finds the master that has the slot of a key.
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

// shopOf returns a shop whose keys are on a master.
func shopOf(t *testing.T, masters []*node, owner int) tenant.ShopID {
	t.Helper()
	for n := 0; ; n++ {
		shop := tenant.ShopID(fmt.Sprint("tienda", n))
		if has, _ := ownerOf(t, masters, ownerKey(shop)); has == owner {
			return shop
		}
	}
}

// url names some members and an address without a server: any member will do.
func (list members) url(t *testing.T, user *url.Userinfo) string {
	t.Helper()
	return list[0].url(user, nil, list[0].nowhere(t), list[2].addr(), list[5].addr())
}

// grant makes the user on all members.
func (list members) grant(t *testing.T) {
	t.Helper()
	for _, n := range list {
		n.grant(t, rule+clusterRule)
		n.do(t, "ACL", "LOG", "RESET")
	}
}

// haveDoneIt checks which servers have run the suites' commands.
func (list members) haveDoneIt(t *testing.T) {
	t.Helper()
	masters := list[:3]
	owner, _ := ownerOf(t, masters, topic)
	byShards := false
	for i, n := range list {
		if i < len(masters) {
			require.NotEqual(t, "0", n.do(t, "DBSIZE"), "the shops lie on all of them")
		}
		require.Empty(t, n.do(t, "ACL", "LOG"), "refused")
		used := n.do(t, "INFO", "commandstats")
		byShards = byShards || strings.Contains(used, "cmdstat_cluster|shards:")
		for _, command := range []string{"publish", "subscribe"} { // elsewhere they lose their order, and some of them unseen
			require.Equal(t, i == owner, strings.Contains(used, "cmdstat_"+command+":"), command)
		}
	}
	require.Equal(t, list[0].binary == "valkey-server", byShards, "Redis 7 lists its servers by slots")
}
