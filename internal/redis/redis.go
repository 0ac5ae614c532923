// Package redis keeps in Redis (or Valkey) what several nodes of Recado share.
//
// # Keys
//
// Everything of a shop's session begins with session:shop:{<shopId>}: – the braces are Redis Cluster's hash tag, so all
// keys of a shop live in one slot and one script may touch them. See signal.go for the names behind it.
//
// # Connections
//
// One multiplexed client for the whole process: commands of all goroutines share a few connections and are pipelined, so
// there is no pool to size. Writes are not repeated by the client after a broken connection: whether they happened is for
// the caller to find out. Single servers, Sentinel, Cluster, TLS and ACL users are chosen by the URL, see [Options].
//
// # Durability
//
// Redis promises less than a database. [Open] refuses a server that does not persist at all, may evict keys or does not let
// us do everything that will be done (fit.go). What an append-only file with fsync every second can lose is noticed by
// signalstore (its revision) and repaired; see signalstore.Options.MayLose.
package redis

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
)

// Limits. A command of ours takes well under a millisecond; a server that does not answer for seconds is as good as gone,
// and sessions are better closed than waiting.
const (
	dialTimeout    = 5 * time.Second
	commandTimeout = 5 * time.Second // also of a PING, after which the connection is given up
	readTimeout    = 2 * time.Second // for reads that somebody waits for: the client repeats them until then

	// silence is when a PING asks a server that has sent nothing whether it is still there. Twice of it and commandTimeout
	// bound every wait, also of those who stand in line because a connection carries no more (1024 commands) and whose own
	// limit the client does not see there.
	silence = time.Second

	// poolSize bounds the connections to one server that are not shared: one is for events, the others are for lists of
	// thousands of devices, one each while it lasts.
	poolSize = 16

	// sentinelRefresh is how often sentinels are asked for the master, besides that they tell: who misses that one message
	// would stay with a master that has become a replica.
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

// Open connects and checks that the server is fit to keep sessions.
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
	c := &Client{conn: counted{conn, trips}, trips: trips}
	if err := c.fit(ctx, o.AllowVolatile); err != nil {
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
	option.ClientSetInfo = rueidis.DisableClientSetInfo // the name says enough, and Redis 7.0 knows no right for it
	option.AlwaysPipelining = true                      // it reads what nobody waits for, so that an ended connection is not written to again
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

// Ping asks every server of the deployment for a sign of life.
func (c *Client) Ping(ctx context.Context) error {
	for addr, node := range c.conn.Nodes() {
		if err := node.Do(ctx, node.B().Ping().Build()).Error(); err != nil {
			return fmt.Errorf("ping redis %s: %w", addr, err)
		}
	}
	return nil
}
