package redis

import (
	"context"
	"sync/atomic"

	"github.com/redis/rueidis"
)

// counted counts how often somebody waits for an answer of the server. Calls that the client happens to send together
// count each.
type counted struct {
	rueidis.Client
	trips *atomic.Int64
}

// Do implements rueidis.Client.
func (c counted) Do(ctx context.Context, command rueidis.Completed) rueidis.RedisResult {
	c.trips.Add(1)
	return c.Client.Do(ctx, command)
}

// DoMulti implements rueidis.Client: commands that go together are one trip.
func (c counted) DoMulti(ctx context.Context, commands ...rueidis.Completed) []rueidis.RedisResult {
	c.trips.Add(1)
	return c.Client.DoMulti(ctx, commands...)
}

// RoundTrips returns how many answers were waited for since Open.
func (c *Client) RoundTrips() int64 { return c.trips.Load() }
