package redis

import (
	"context"
	"time"

	"github.com/redis/rueidis"
)

// Pauses between two attempts at a script that the server could not do yet.
const (
	shortPause = 5 * time.Millisecond
	longPause  = 200 * time.Millisecond
)

// runScript runs a script on keys of one shop. While a cluster moves the shop's slot, some of its keys are here and some are
// there, and the server refuses to touch any: that passes, so it is tried again, for commandTimeout at most.
func runScript(ctx context.Context, conn rueidis.Client, script *rueidis.Lua, keys, args []string) rueidis.RedisResult {
	deadline := time.Now().Add(commandTimeout)
	for pause := shortPause; ; pause = min(2*pause, longPause) {
		reply := script.Exec(ctx, conn, keys, args)
		if refusal, ok := rueidis.IsRedisErr(reply.Error()); !ok || !refusal.IsTryAgain() || time.Now().After(deadline) {
			return reply
		}
		select {
		case <-ctx.Done():
			return reply
		case <-time.After(pause):
		}
	}
}
