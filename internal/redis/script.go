package redis

import (
	"context"
	"embed"
	"time"

	"github.com/redis/rueidis"

	"recado/internal/retry"
)

//go:embed scripts/*.lua
var scripts embed.FS

// lua returns a script of the folder scripts. The server runs it atomically and fetches it once (EVALSHA, with the source
// when the server does not know it).
func lua(name string) *rueidis.Lua { return rueidis.NewLuaScript(source(name)) }

func source(name string) string {
	text, err := scripts.ReadFile("scripts/" + name + ".lua")
	if err != nil {
		panic(err) // a misspelt name: every script is made when a client is, and the tests make all of them
	}
	return string(text)
}

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
