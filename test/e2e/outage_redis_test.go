package e2e

import (
	"syscall"
	"testing"
	"time"
)

// TestRedisRollsBack: in the middle of traffic Redis forgets its last second.
// A living server puts the lost writes back, unnoticed. When it is
// killed at the same moment, again and again, phones have to be asked to repeat
// what only the lost keys could read, and all is read in the end.
func TestRedisRollsBack(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]time.Duration{
		"and is away for longer than a session waits": 2 * time.Second, "and is away for longer than a lease lasts": 9 * time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRedis(t)
			w := newWorld(t, production(t, r)...)
			f := w.linked().flow(10, 60, 250*time.Millisecond)
			f.awaitProgress(40)
			r.rollBack(time.Second, func() { <-time.After(away) })
			f.s.awaitActive()
			f.complete(true)
			f.assertNoRetries()
		})
	}
	t.Run("and the server is killed", func(t *testing.T) {
		t.Parallel()
		r := startRedis(t)
		w := newWorld(t, production(t, r)...)
		f := w.linked().flow(10, 100, 200*time.Millisecond)
		f.awaitProgress(40)
		for range 3 {
			r.rollBack(time.Second, w.serve.kill)
			w.startServer()
			f.s.awaitActive()
			f.awaitProgress(60)
		}
		f.complete(false)
	})
}

// TestRedisOutage: while 2 000 messages flow, Redis is killed and started again,
// hangs for a minute, and loses its last second.
func TestRedisOutage(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	w := newWorld(t, production(t, r)...)
	f := w.linked().flow(20, 100, 700*time.Millisecond)
	f.awaitProgress(40)

	r.kill()
	r.start()
	f.s.awaitActive()
	f.awaitProgress(40)

	since := time.Now()
	r.signal(syscall.SIGSTOP)
	f.awaitOutageStatus()
	<-time.After(time.Minute - time.Since(since)) // the outage itself
	f.awaitOutageStatus()
	r.signal(syscall.SIGCONT)
	f.s.awaitActive()
	f.awaitProgress(40)

	r.rollBack(time.Second, func() {})
	f.s.awaitActive()
	f.complete(true)
	f.assertNoRetries()
	f.logIsBounded()
}
