package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"recado/internal/store/mongo/mongotest"
)

// memoryCases are the shops whose memory docs/operating.md states.
var memoryCases = []struct {
	shop, says string
	contacts   int
}{
	{"fresh", "linked, no message yet", 0},
	{"quiet", "30 contacts", 30},
	{"active", "300 contacts", 300},
}

// memoryMessages is how often each contact writes, and is answered.
const memoryMessages = 10

// redisMemory measures what a shop takes in Redis: a server on a real Redis and
// a MongoDB, shops that are linked, customers who write. The figure is the sum of
// MEMORY USAGE over all keys of the shop, without the allocator's overhead; the
// last line is how much Redis itself says it has grown, with it.
func (b *bench) redisMemory() error {
	if err := b.startSim(); err != nil {
		return err
	}
	mongo, err := mongotest.Start(context.Background())
	if err != nil {
		return err
	}
	defer func() { _ = mongo.Stop() }()
	redis, err := b.startRedis()
	if err != nil {
		return err
	}
	defer redis.child.end()
	r, err := b.recado("redis", "RECADO_REDIS_URL=redis://"+redis.addr,
		"RECADO_MONGODB_URI="+strings.TrimSuffix(mongo.URI, "/")+"/recado_bench", "RECADO_SECRET_KEY="+strings.Repeat("5e", 32))
	if err != nil {
		return err
	}
	defer r.child.end()
	before, err := redis.number("used_memory")
	if err != nil {
		return err
	}
	fmt.Printf("Memory of sessions in Redis, each contact wrote %d times and was answered\n\n| shop | bytes | of them |\n|-|-:|-|\n", memoryMessages)
	for i, c := range memoryCases {
		if err := r.shop(c.shop); err != nil {
			return err
		}
		number := fmt.Sprintf("5217%09d", i)
		if err := r.link(c.shop, number); err != nil {
			return err
		}
		if err := b.converse(number, i, c.contacts); err != nil {
			return err
		}
		total, parts, err := redis.settled(c.shop)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %d KB | %s |\n", c.says, total/1000, parts)
	}
	after, err := redis.number("used_memory")
	if err != nil {
		return err
	}
	fmt.Printf("| all three, used_memory of Redis | %d KB | |\n\n", (after-before)/1000)
	contacts := 0
	for _, c := range memoryCases {
		contacts += c.contacts
	}
	return mongoSize(mongo.URI, contacts*memoryMessages)
}

// converse has contacts write, some at a time.
func (b *bench) converse(number string, shop, contacts int) error {
	var g errgroup.Group
	g.SetLimit(10)
	for n := range contacts {
		g.Go(func() error { return b.talk(fmt.Sprintf("5218%d%08d", shop, n), number, memoryMessages) })
	}
	return g.Wait()
}

// benchRedis is a redis-server as the guide recommends it.
type benchRedis struct {
	child *child
	addr  string
}

func (b *bench) startRedis() (*benchRedis, error) {
	r := &benchRedis{addr: freeAddr()}
	_, port, _ := strings.Cut(r.addr, ":")
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, err
	}
	if r.child, err = b.start(nil, path, "--bind", "127.0.0.1", "--port", port, "--dir", b.dir, "--save", "", "--appendonly", "yes"); err != nil {
		return nil, err
	}
	return r, until(20*time.Second, func() bool { out, err := r.cli("PING"); return err == nil && out == "PONG" })
}

func (r *benchRedis) cli(args ...string) (string, error) {
	_, port, _ := strings.Cut(r.addr, ":")
	out, err := exec.Command("redis-cli", append([]string{"-p", port}, args...)...).Output()
	return strings.TrimSpace(string(out)), err
}

// number reads a line of INFO memory.
func (r *benchRedis) number(name string) (n int64, err error) {
	info, err := r.cli("INFO", "memory")
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(info, "\n"+name+":")
	if !found {
		return 0, errors.New("no " + name)
	}
	_, err = fmt.Sscan(rest, &n)
	return n, err
}

// settled waits until the shop's memory stays as it is, and returns it with its
// largest parts.
func (r *benchRedis) settled(shop string) (total int64, parts string, err error) {
	for same := 0; same < 3; <-time.After(time.Second) {
		before := total
		if total, parts, err = r.usage(shop); err != nil {
			return 0, "", err
		}
		if same++; total != before {
			same = 0
		}
	}
	return total, parts, nil
}

func (r *benchRedis) usage(shop string) (total int64, parts string, err error) {
	keys, err := r.cli("--raw", "KEYS", "session:shop:{"+shop+"}:*")
	if err != nil {
		return 0, "", err
	}
	var large []string
	for key := range strings.FieldsSeq(keys) {
		name := key[strings.LastIndex(key, "}:")+2:]
		if strings.HasPrefix(name, "board:") {
			continue // of the running server
		}
		out, err := r.cli("MEMORY", "USAGE", key, "SAMPLES", "0")
		if err != nil {
			return 0, "", err
		}
		if out == "" {
			continue // it is gone by now
		}
		var n int64
		if _, err := fmt.Sscan(out, &n); err != nil {
			return 0, "", fmt.Errorf("memory of %s: %w", key, err)
		}
		if total += n; n >= 3000 {
			large = append(large, fmt.Sprintf("%s %d KB", name, n/1000))
		}
	}
	return total, strings.Join(large, ", "), nil
}
