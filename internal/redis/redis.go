// Package redis keeps the state that the nodes of Recado share in Redis (or Valkey): sessions, leases, events, live states
// and sign-in limits.
//
// # Keys
//
// Everything of a shop's session begins with session:shop:{<shopId>}: – the braces are Redis Cluster's hash tag, so all
// keys of a shop live in one slot and one script may touch them. See signal.go for the names behind it.
//
// # Connections
//
// One multiplexed client for the whole process: commands of all goroutines share a few connections and are pipelined, so
// there is no pool to size. The client does not repeat writes after a broken connection: the caller finds out whether they
// were done. Single servers, Sentinel, Cluster, TLS and ACL users are chosen by the URL, see [Options].
//
// # Durability
//
// Redis promises less than a database. [Open] refuses a server that does not persist at all, may evict keys or lacks a right
// for a command in use (preflight.go). An append-only file with fsync every second can lose writes; package signalstore
// notices that by its revision and repairs it, see signalstore.Options.MayLose.
package redis

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
)

// Limits. A command takes well under a millisecond; a server that does not answer for seconds counts as gone, and a session
// is better closed than waiting.
const (
	dialTimeout    = 5 * time.Second
	commandTimeout = 5 * time.Second // also of a PING, after which the connection is given up
	readTimeout    = 2 * time.Second // of reads in a request: the client repeats them until then

	// silence is the pause after which a PING tests a silent server. Twice of it and commandTimeout bound every wait, also of
	// commands that queue for a full connection (1024 commands), where the client does not see their own limit.
	silence = time.Second

	// poolSize bounds the connections to one server that are not shared: one for events, one for each running list of
	// thousands of devices.
	poolSize = 16

	// sentinelRefresh is how often sentinels are asked for the master. They also announce a new one, but a client that misses
	// the announcement would stay with a master that has become a replica.
	sentinelRefresh = 5 * time.Second
)

// Options are the settings of a Client.
type Options struct {
	// URL is redis://[user:password@]host:port[/db], rediss:// for TLS, unix:///path for a socket. More nodes of a cluster
	// or more sentinels follow as ?addr=host:port, a sentinel's master as ?master_set=name; url.go has all parameters.
	URL string

	// AllowVolatile accepts a server without persistence.
	AllowVolatile bool
}

// Client is a connection to Redis, safe for concurrent use.
type Client struct {
	conn  rueidis.Client
	trips *atomic.Int64
}

// Open connects and checks that every server can keep sessions.
func Open(ctx context.Context, o Options) (*Client, error) {
	option, err := clientOption(o.URL)
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	conn, err := rueidis.NewClient(option)
	if err != nil {
		return nil, fmt.Errorf("connect to redis: %w", err)
	}
	trips := new(atomic.Int64)
	c := &Client{conn: countingClient{conn, trips}, trips: trips}
	if err := c.preflight(ctx, o.AllowVolatile); err != nil {
		conn.Close()
		return nil, fmt.Errorf("redis: %w", err)
	}
	return c, nil
}

func clientOption(url string) (rueidis.ClientOption, error) {
	option, err := parseURL(url)
	if err != nil {
		return option, err
	}
	option.DisableCache = true // nothing here is read twice, and tracking needs rights that an ACL may not give
	option.ClientName = "recado"
	option.ClientSetInfo = rueidis.DisableClientSetInfo // Redis 7.0 has no right for it, and ClientName is enough
	option.AlwaysPipelining = true                      // it reads unasked data too, so that an ended connection is not written to again
	option.ConnWriteTimeout = commandTimeout
	option.Dialer = net.Dialer{Timeout: dialTimeout, KeepAlive: silence}
	option.BlockingPoolSize = poolSize
	option.Sentinel.ClientName = option.ClientName
	option.Sentinel.Dialer = option.Dialer
	option.Sentinel.TopologyRefreshInterval = sentinelRefresh
	return option, nil
}

// Close ends the client.
func (c *Client) Close() { c.conn.Close() }

// Ping pings every server of the deployment.
func (c *Client) Ping(ctx context.Context) error {
	for addr, node := range c.conn.Nodes() {
		if err := node.Do(ctx, node.B().Ping().Build()).Error(); err != nil {
			return fmt.Errorf("ping redis %s: %w", addr, err)
		}
	}
	return nil
}
