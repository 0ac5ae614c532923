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
// the caller to find out. Single servers, Sentinel, Cluster, TLS and ACL users are chosen by the URL, see [Open].
//
// # Durability
//
// Redis promises less than a database. [Open] refuses a server that does not persist at all or may evict keys. What an
// append-only file with fsync every second can lose is noticed by signalstore (its revision) and repaired; see
// signalstore.Options.MayLose.
package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/redis/rueidis"
)

// Time limits. A command of ours takes well under a millisecond; a server that does not answer for seconds is as good as
// gone, and sessions are better closed than waiting.
const (
	dialTimeout    = 5 * time.Second
	commandTimeout = 5 * time.Second
	readTimeout    = 2 * time.Second // for reads that somebody waits for: the client repeats them until then
	keepAlive      = 15 * time.Second
)

var (
	// ErrVolatile refuses a server that keeps nothing on disk.
	ErrVolatile = errors.New("redis does not persist: a restart would log every shop out (set appendonly yes, or allow volatile sessions)")
	// ErrEvicts refuses a server that may delete keys when its memory is full.
	ErrEvicts = errors.New("redis may evict keys: set maxmemory-policy noeviction")
)

// Options are the settings of a Client.
type Options struct {
	// URL is redis://[user:password@]host:port[/db], rediss:// for TLS, unix:///path for a socket. More nodes of a cluster
	// or more sentinels follow as ?addr=host:port, a sentinel's master as ?master_set=name.
	URL string

	// AllowVolatile accepts a server without persistence.
	AllowVolatile bool
}

// Client is a connection to Redis, safe for concurrent use.
type Client struct{ conn rueidis.Client }

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
	c := &Client{conn: conn}
	if err := c.fit(ctx, o.AllowVolatile); err != nil {
		conn.Close()
		return nil, fmt.Errorf("redis: %w", err)
	}
	return c, nil
}

func clientOption(url string) (rueidis.ClientOption, error) {
	option, err := rueidis.ParseURL(url)
	if err != nil {
		return option, errors.New("the URL is not one of redis, rediss or unix with valid parts") // err may show a password
	}
	option.DisableCache = true // nothing here is read twice, and tracking needs rights that an ACL may not give
	option.ClientName = "recado"
	option.ConnWriteTimeout = commandTimeout
	option.Dialer = net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive}
	if option.TLSConfig != nil {
		option.Sentinel.TLSConfig = option.TLSConfig
	}
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

// fit looks at every server of the deployment.
func (c *Client) fit(ctx context.Context, allowVolatile bool) error {
	for addr, node := range c.conn.Nodes() {
		info, err := node.Do(ctx, node.B().Info().Section("persistence", "memory").Build()).ToString()
		if err != nil {
			return fmt.Errorf("look at %s: %w", addr, err)
		}
		facts := parseInfo(info)
		if facts["maxmemory"] != "0" && facts["maxmemory_policy"] != "" && facts["maxmemory_policy"] != "noeviction" {
			return fmt.Errorf("%s: %w", addr, ErrEvicts)
		}
		if !allowVolatile && facts["aof_enabled"] != "1" && !c.snapshots(ctx, node) {
			return fmt.Errorf("%s: %w", addr, ErrVolatile)
		}
	}
	return nil
}

// snapshots reports whether the server saves itself now and then. A server that does not tell does not count.
func (c *Client) snapshots(ctx context.Context, node rueidis.Client) bool {
	config, err := node.Do(ctx, node.B().ConfigGet().Parameter("save").Build()).AsStrMap()
	return err == nil && config["save"] != ""
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
