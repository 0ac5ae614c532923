package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"recado/internal/store/mongo/mongotest"
)

// stores starts a Redis, as the guide says, and a MongoDB, or what speaks its
// protocol, and returns the settings for them.
func (b *bench) stores() ([]string, error) {
	_, port, err := net.SplitHostPort(freeAddr())
	if err != nil {
		return nil, err
	}
	_, err = b.start(nil, "/usr/bin/env", "redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", b.dir, "--save", "",
		"--appendonly", "yes", "--appendfsync", "everysec", "--logfile", filepath.Join(b.dir, "redis.log"))
	if err != nil {
		return nil, err
	}
	if err := until(20*time.Second, func() bool {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		return err == nil && c.Close() == nil
	}); err != nil {
		return nil, fmt.Errorf("redis-server (Debian: apt-get install redis-server): %w", err)
	}
	server, err := mongotest.Start(context.Background())
	if err != nil {
		return nil, err
	}
	b.mongo = server
	return []string{
		"RECADO_REDIS_URL=redis://127.0.0.1:" + port, "RECADO_MONGODB_URI=" + server.URI,
		"RECADO_SECRET_KEY=" + strings.Repeat("5e", 32),
	}, nil
}

// redisTrips returns how often the process has waited for Redis; 0 when it has none.
func (c *child) redisTrips() float64 {
	if c.base == "" {
		return 0
	}
	resp, err := http.Get(c.base + "/metrics")
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0
	}
	const name = "\nrecado_redis_round_trips_total "
	_, rest, found := strings.Cut(string(text), name)
	if !found {
		return 0
	}
	value, _, _ := strings.Cut(rest, "\n")
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return 0
	}
	return n
}
