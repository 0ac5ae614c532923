package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/rueidis"
)

// preflightTimeout is how long a server may take to answer: one that loads a file of a few gigabytes lets clients wait.
const preflightTimeout = 30 * time.Second

var (
	// ErrVolatile refuses a server that keeps nothing on disk.
	ErrVolatile = errors.New("redis does not persist: a restart would log every shop out (set appendonly yes, or allow volatile sessions)")
	// ErrEvicts refuses a server that may delete keys when its memory is full.
	ErrEvicts = errors.New("redis may evict keys: set maxmemory-policy noeviction")
	// ErrRights refuses a user without the rights for every command in use.
	ErrRights = errors.New("the user of the redis URL lacks rights (the rule is in docs/operating.md)")
	// ErrReplica refuses a server that follows another one.
	ErrReplica = errors.New("redis is a replica: name its master, or the sentinels with master_set")
	// ErrHalfCluster refuses a node of a cluster that would be used like a single server.
	ErrHalfCluster = errors.New("redis is a node of a cluster and hides the others: grant +cluster|slots and +cluster|shards")
)

// rights returns every command in use, with a key or channel of each family that it is used on. A script that lacks a right
// stops in its middle with half of its work done, so the rights are checked before.
func rights() (list []string) {
	const session, shared = shopPrefix + "}:x", "recado:x"
	for _, command := range []string{
		"HGET %s f", "HMGET %s f", "HSET %s f v", "HSETNX %s f v", "HDEL %s f", "HKEYS %s", "HSCAN %s 0",
		"GET %s", "SET %s v", "UNLINK %s", "EVALSHA x 1 %s", "EVAL x 1 %s",
	} {
		list = append(list, fmt.Sprintf(command, session))
	}
	for _, command := range []string{"GET %s", "SET %s v", "DEL %s", "EXISTS %s", "EVALSHA x 1 %s", "EVAL x 1 %s"} {
		list = append(list, fmt.Sprintf(command, shared))
	}
	return append(list, "PING", "TIME", "INFO server", "SCAN 0", "PUBLISH "+topic+" x", "SUBSCRIBE "+topic, "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE", "DISCARD")
}

// preflight checks every server of the deployment: of a cluster also the replicas, which may become masters. Sentinels name
// the master alone.
func (c *Client) preflight(ctx context.Context, allowVolatile bool) error {
	ctx, cancel := context.WithTimeout(ctx, preflightTimeout)
	defer cancel()
	script := rueidis.NewLuaScriptRetryable(source("rights"))
	for addr, node := range c.conn.Nodes() {
		err := c.checkServer(ctx, node, allowVolatile)
		if err == nil {
			err = checkRights(ctx, node, script)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", addr, err)
		}
	}
	return nil
}

func (c *Client) checkServer(ctx context.Context, node rueidis.Client, allowVolatile bool) error {
	text, err := node.Do(ctx, node.B().Info().Section("persistence", "memory", "replication", "cluster").Build()).ToString()
	if err != nil {
		return asRightsError(err)
	}
	facts := parseInfo(text)
	alone := c.conn.Mode() == rueidis.ClientModeStandalone
	switch {
	case alone && facts["cluster_enabled"] == "1":
		return ErrHalfCluster
	case alone && facts["role"] == "slave":
		return ErrReplica
	case facts["maxmemory"] != "0" && facts["maxmemory_policy"] != "" && facts["maxmemory_policy"] != "noeviction":
		return ErrEvicts
	case !allowVolatile && facts["aof_enabled"] != "1" && !savesSnapshots(ctx, node):
		return ErrVolatile
	}
	return nil
}

// savesSnapshots reports whether the server saves snapshots. A server that refuses to answer counts as one that does not.
func savesSnapshots(ctx context.Context, node rueidis.Client) bool {
	config, err := node.Do(ctx, node.B().ConfigGet().Parameter("save").Build()).AsStrMap()
	return err == nil && config["save"] != ""
}

// checkRights asks the server which commands the user lacks, without running any of them.
func checkRights(ctx context.Context, node rueidis.Client, script *rueidis.Lua) error {
	denied, err := script.Exec(ctx, node, nil, rights()).AsStrSlice()
	if err != nil {
		return asRightsError(err)
	}
	if len(denied) > 0 {
		return fmt.Errorf("%w: %s", ErrRights, strings.Join(denied, ", "))
	}
	return nil
}

// asRightsError turns a refusal by the server's access rules into ErrRights.
func asRightsError(err error) error {
	if answer, ok := rueidis.IsRedisErr(err); ok && strings.HasPrefix(answer.Error(), "NOPERM") {
		return fmt.Errorf("%w: %w", ErrRights, err)
	}
	return err
}

// parseInfo reads the lines "name:value" of INFO.
func parseInfo(info string) map[string]string {
	facts := make(map[string]string)
	for line := range strings.Lines(info) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			facts[name] = value
		}
	}
	return facts
}
