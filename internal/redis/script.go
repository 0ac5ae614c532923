package redis

import (
	"context"
	"time"

	"github.com/redis/rueidis"

	"recado/internal/retry"
)

// slotMoving is the back-off while a cluster moves a slot from one server to another.
var slotMoving = retry.Backoff{Base: 5 * time.Millisecond, Max: 200 * time.Millisecond, Floor: 1}

// runScript runs a script on keys of one shop. While a cluster moves the shop's slot, its keys are on two servers and both
// refuse to touch any of them: runScript tries again, for commandTimeout at most.
func runScript(ctx context.Context, conn rueidis.Client, script *rueidis.Lua, keys, args []string) rueidis.RedisResult {
	deadline := time.Now().Add(commandTimeout)
	for n := 1; ; n++ {
		reply := script.Exec(ctx, conn, keys, args)
		refusal, refused := rueidis.IsRedisErr(reply.Error())
		if !refused || !refusal.IsTryAgain() || time.Now().After(deadline) || !slotMoving.Wait(ctx, n) {
			return reply
		}
	}
}
