package redis

import (
	"context"
	_ "embed" // the script
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/rueidis"
)

// fitTimeout is how long a server may take until it tells what it is: one that reads its file of a few gigabytes makes us
// wait.
const fitTimeout = 30 * time.Second

var (
	// ErrVolatile refuses a server that keeps nothing on disk.
	ErrVolatile = errors.New("redis does not persist: a restart would log every shop out (set appendonly yes, or allow volatile sessions)")
	// ErrEvicts refuses a server that may delete keys when its memory is full.
	ErrEvicts = errors.New("redis may evict keys: set maxmemory-policy noeviction")
	// ErrRights refuses a user who may not do all that we do.
	ErrRights = errors.New("the user of the redis URL lacks rights (the rule is in docs/operating.md)")
	// ErrReplica refuses a server that follows another one.
	ErrReplica = errors.New("redis is a replica: name its master, or the sentinels with master_set")
	// ErrHalfCluster refuses a node of a cluster that would be used as if it were alone.
	ErrHalfCluster = errors.New("redis is a node of a cluster that does not tell the others: grant +cluster|slots and +cluster|shards")
)

//go:embed scripts/rights.lua
var rightsSource string

// rights is every command that is used, with a key or channel of each family that it is used on. A script that finds out
// in its middle that it may not go on has done half of its work, so this is asked before.
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

// fit looks at every server of the deployment: of a cluster also at the replicas, which are masters one day. Sentinels
// tell of the master alone.
func (c *Client) fit(ctx context.Context, allowVolatile bool) error {
	ctx, cancel := context.WithTimeout(ctx, fitTimeout)
	defer cancel()
	script := rueidis.NewLuaScriptRetryable(rightsSource)
	for addr, node := range c.conn.Nodes() {
		err := c.fitServer(ctx, node, allowVolatile)
		if err == nil {
			err = allowed(ctx, node, script)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", addr, err)
		}
	}
	return nil
}

func (c *Client) fitServer(ctx context.Context, node rueidis.Client, allowVolatile bool) error {
	text, err := node.Do(ctx, node.B().Info().Section("persistence", "memory", "replication", "cluster").Build()).ToString()
	if err != nil {
		return refused(err)
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
	case !allowVolatile && facts["aof_enabled"] != "1" && !snapshots(ctx, node):
		return ErrVolatile
	}
	return nil
}

// snapshots reports whether the server saves itself now and then. A server that does not tell does not count.
func snapshots(ctx context.Context, node rueidis.Client) bool {
	config, err := node.Do(ctx, node.B().ConfigGet().Parameter("save").Build()).AsStrMap()
	return err == nil && config["save"] != ""
}

// allowed asks the server what the user may not do. Nothing of it is done.
func allowed(ctx context.Context, node rueidis.Client, script *rueidis.Lua) error {
	denied, err := script.Exec(ctx, node, nil, rights()).AsStrSlice()
	if err != nil {
		return refused(err)
	}
	if len(denied) > 0 {
		return fmt.Errorf("%w: %s", ErrRights, strings.Join(denied, ", "))
	}
	return nil
}

// refused makes a refusal by the server's rules one of ours.
func refused(err error) error {
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
