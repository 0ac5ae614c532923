package redis

import (
	"context"
	"sync/atomic"

	"github.com/redis/rueidis"
)

// countingClient counts round trips: calls that wait for an answer of the server. Calls that the client happens to send
// together count each.
type countingClient struct {
	rueidis.Client
	trips *atomic.Int64
}

// Do implements rueidis.Client.
func (c countingClient) Do(ctx context.Context, command rueidis.Completed) rueidis.RedisResult {
	c.trips.Add(1)
	return c.Client.Do(ctx, command)
}

// DoMulti implements rueidis.Client: commands that go together are one round trip.
func (c countingClient) DoMulti(ctx context.Context, commands ...rueidis.Completed) []rueidis.RedisResult {
	c.trips.Add(1)
	return c.Client.DoMulti(ctx, commands...)
}

// RoundTrips returns the number of round trips since Open.
func (c *Client) RoundTrips() int64 { return c.trips.Load() }
