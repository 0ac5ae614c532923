package redis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strconv"
	"time"

	"github.com/redis/rueidis"

	"recado/internal/tenant/auth"
)

// limitTimeout is how long a sign-in waits for the count.
const limitTimeout = time.Second

// LimitOptions are the settings of Limits. Log is required.
type LimitOptions struct {
	Log *slog.Logger
	Now func() time.Time // nil: the clock of Redis, the one that all nodes share
}

// Limits implements auth.Limits for all nodes. A bucket is recado:limit:<hash of its key>, because keys contain people's
// addresses. While Redis is away each node counts for itself: users can sign in, and a guesser gains a burst for each node.
type Limits struct {
	conn       rueidis.Client
	o          LimitOptions
	local      *auth.Memory // while Redis is away
	take, back *rueidis.Lua
}

var _ auth.Limits = (*Limits)(nil)

// Limits returns the limits in this Redis.
func (c *Client) Limits(o LimitOptions) *Limits {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return &Limits{
		conn: c.conn, o: o, local: auth.NewMemory(now),
		take: lua("limit_take"), back: lua("limit_return"),
	}
}

// Take implements auth.Limits.
func (l *Limits) Take(ctx context.Context, key string, r auth.Rule) (time.Duration, error) {
	now := ""
	if l.o.Now != nil {
		now = strconv.FormatInt(l.o.Now().UnixMilli(), 10)
	}
	wait, cancel := context.WithTimeout(ctx, limitTimeout)
	defer cancel()
	args := []string{strconv.Itoa(r.Burst), strconv.FormatInt(r.Every.Milliseconds(), 10), now}
	ms, err := l.take.Exec(wait, l.conn, []string{limitKey(key)}, args).AsInt64()
	if err != nil {
		l.logAway(err)
		return l.local.Take(ctx, key, r)
	}
	return time.Duration(ms) * time.Millisecond, nil
}

// GiveBack implements auth.Limits.
func (l *Limits) GiveBack(ctx context.Context, key string, r auth.Rule) error {
	wait, cancel := context.WithTimeout(ctx, limitTimeout)
	defer cancel()
	args := []string{strconv.FormatInt(r.Every.Milliseconds(), 10)}
	if err := l.back.Exec(wait, l.conn, []string{limitKey(key)}, args).Error(); err != nil {
		l.logAway(err)
	}
	return l.local.GiveBack(ctx, key, r)
}

// Forget implements auth.Limits.
func (l *Limits) Forget(ctx context.Context, key string) error {
	wait, cancel := context.WithTimeout(ctx, limitTimeout)
	defer cancel()
	if err := l.conn.Do(wait, l.conn.B().Del().Key(limitKey(key)).Build()).Error(); err != nil {
		l.logAway(err)
	}
	return l.local.Forget(ctx, key)
}

func (l *Limits) logAway(err error) {
	l.o.Log.Warn("sign-ins are counted by this node alone: Redis is away", "err", err)
}

func limitKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "recado:limit:" + hex.EncodeToString(sum[:16])
}
