package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"recado/internal/store/mongo/mongotest"
)

// everywhere runs f on the embedded store and in the production configuration;
// env is what newWorld needs for it.
func everywhere(t *testing.T, f func(t *testing.T, env []string)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { t.Parallel(); f(t, nil) })
	t.Run("production", func(t *testing.T) { t.Parallel(); f(t, production(t, startRedis(t))) })
}

// production is the settings of a server on Redis and MongoDB.
func production(t testing.TB, r *redisServer) []string {
	t.Helper()
	return []string{
		"RECADO_REDIS_URL=" + r.url(), "RECADO_MONGODB_URI=" + mongoDB(t).Database(t),
		"RECADO_SECRET_KEY=" + strings.Repeat("5e", 32),
	}
}

var mongoServer struct {
	once   sync.Once
	server *mongotest.Server
	err    error
}

// mongoDB starts the one MongoDB of this package's tests; TestMain stops it.
func mongoDB(t testing.TB) *mongotest.Server {
	t.Helper()
	mongoServer.once.Do(func() { mongoServer.server, mongoServer.err = mongotest.Start(context.Background()) })
	if mongoServer.err != nil {
		t.Fatal(mongoServer.err)
	}
	return mongoServer.server
}

// redisServer is a real redis-server on a port of its own. Its append-only file
// is synced every second, as the guide recommends.
type redisServer struct {
	t    testing.TB
	dir  string
	port string
	cmd  *exec.Cmd
}

func startRedis(t testing.TB) *redisServer {
	t.Helper()
	_, port, err := net.SplitHostPort(freeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	r := &redisServer{t: t, dir: t.TempDir(), port: port}
	r.start()
	t.Cleanup(r.kill)
	return r
}

func (r *redisServer) url() string { return "redis://127.0.0.1:" + r.port }

func (r *redisServer) start() {
	r.t.Helper()
	r.cmd = exec.Command("redis-server", "--bind", "127.0.0.1", "--port", r.port, "--dir", r.dir, "--save", "",
		"--appendonly", "yes", "--appendfsync", "everysec", "--logfile", filepath.Join(r.dir, "log"))
	if err := r.cmd.Start(); err != nil {
		r.t.Fatalf("these tests need redis-server (Debian: apt-get install redis-server): %v", err)
	}
	eventually(r.t, 60*time.Second, "redis-server", func() bool { return r.cli("PING") == "PONG" })
}

// cli runs one command and returns its answer.
func (r *redisServer) cli(args ...string) string {
	out, err := exec.Command("redis-cli", append([]string{"-p", r.port}, args...)...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// kill is kill -9: what Redis has not written is lost.
func (r *redisServer) kill() {
	if r.cmd != nil {
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
		r.cmd = nil
	}
}

func (r *redisServer) signal(s syscall.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		r.t.Fatal(err)
	}
}

// another starts one more server on the world's databases, and returns its API
// with the shop's owner signed in.
func (w *world) another(s *shop) *shop {
	w.t.Helper()
	addr := freeAddr(w.t)
	env := append([]string(nil), w.env...)
	for i, line := range env {
		switch key, _, _ := strings.Cut(line, "="); key {
		case "RECADO_HTTP_ADDR":
			env[i] = key + "=" + addr
		case "RECADO_DATA_DIR":
			env[i] = key + "=" + w.t.TempDir()
		}
	}
	b := &world{t: w.t, wasim: w.wasim, phones: w.phones, env: env, addr: addr, api: caller{base: "http://" + addr}}
	b.startServer()
	return &shop{w: b, id: s.id, number: s.number, api: caller{base: b.api.base, token: s.api.token}}
}

// TestTwoServers: a panel on B sees and commands the shop that A serves.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, production(t, startRedis(t))...)
	a := w.shop("lupita", "5215511110001")
	b := w.another(a) // A's token is good on B
	w.phone("5215599990001", "Ana")
	a.publish(echo)

	panel, refused := dial(t, b.api.base, b.api.token)
	if refused != "" {
		t.Fatalf("refused: %s", refused)
	}
	r := a.api.must(t, 200, "POST", "/api/whatsapp/activate", map[string]string{"shopId": a.id})
	if qr := panel.await(t, "qr", nil); qr["qr"] != r.field("qr") {
		t.Errorf("the panel on B shows %v, A answered %s", qr, r.Body)
	}
	if st := b.status(); st.field("status") != "connecting" || st.field("qr") != r.field("qr") {
		t.Errorf("B's status: %s", st.Body)
	}
	late, _ := dial(t, b.api.base, b.api.token)
	if qr := late.await(t, "qr", nil); qr["qr"] != r.field("qr") {
		t.Errorf("a late panel on B shows %v", qr)
	}
	if again := b.api.must(t, 200, "POST", "/api/whatsapp/activate", map[string]string{"shopId": a.id}); again.field("qr") != r.field("qr") {
		t.Errorf("activate on B: %s", again.Body)
	}
	a.scan(r.field("qr"))
	panel.await(t, "ready", nil)
	b.awaitActive()
	if again := b.api.must(t, 200, "POST", "/api/whatsapp/activate", map[string]string{"shopId": a.id}); again.field("message") != "already connected" {
		t.Errorf("activate on B: %s", again.Body)
	}

	w.say("5215599990001", a.number, "hola")
	w.awaitAnswer("5215599990001", a.number, 1)
	panel.await(t, "message", func(m map[string]any) bool { return m["direction"] == "in" })
	list := b.pages("/api/shops/lupita/conversations", "conversations")
	if len(list) != 1 {
		t.Fatalf("B's inbox: %v", list)
	}
	b.api.must(t, 202, "POST", "/api/shops/lupita/messages", map[string]string{"to": "+5215599990001", "text": "escribe B"})
	if got := w.awaitAnswer("5215599990001", a.number, 2); got != "escribe B" {
		t.Errorf("the customer got %q", got)
	}
	b.publish(strings.ReplaceAll(echo, "eco {{", "nuevo {{"))
	eventually(t, 60*time.Second, "A knows the flow that B published", func() bool {
		n := len(w.answers("5215599990001", a.number))
		w.say("5215599990001", a.number, "otra vez")
		return w.awaitAnswer("5215599990001", a.number, n+1) == "nuevo otra vez"
	})

	off := b.api.must(t, 200, "POST", "/api/whatsapp/deactivate", map[string]string{"shopId": a.id})
	if off.field("status") != "inactive" || a.status().field("status") != "inactive" {
		t.Errorf("deactivate on B: %s, A says %s", off.Body, a.status().Body)
	}
	on := b.api.must(t, 200, "POST", "/api/whatsapp/activate", map[string]string{"shopId": a.id})
	if on.field("qr") != "" {
		t.Errorf("B restores what A linked: %s", on.Body)
	}
	b.awaitActive()
	w.serve.stop(t) // A is not needed any more
	n := len(w.answers("5215599990001", a.number))
	w.say("5215599990001", a.number, "sigues ahí")
	w.awaitAnswer("5215599990001", a.number, n+1)
	w.assertNoProblems("5215599990001", a.number)
}

// TestRoundTrips: a message and its answer cost three round trips to Redis, or
// less. Redis counts how often it reads from a connection; pipelined commands are read at once.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	w := newWorld(t, production(t, r)...)
	s := w.shop("lupita", "5215511110001")
	s.publish(echo)
	s.activate()
	const chats, warm, messages = 10, 3, 20
	customers := make([]string, chats)
	for i := range customers {
		customers[i] = fmt.Sprintf("52155999900%02d", i)
		w.phone(customers[i], fmt.Sprint("Cliente ", i))
	}
	talk := func(from, to int) {
		var wg sync.WaitGroup
		for _, c := range customers {
			wg.Go(func() {
				for n := from; n < to; n++ {
					w.say(c, s.number, fmt.Sprint("m", n))
					w.awaitAnswer(c, s.number, n+1)
				}
			})
		}
		wg.Wait()
	}
	t.Logf("%d bytes in Redis for a shop that was just linked", r.memory(s.id))
	talk(0, warm)
	before, began := r.reads(), time.Now()
	talk(warm, warm+messages)
	trips := float64(r.reads()-before) / (chats * messages)
	t.Logf("%.2f round trips per answered message, %d messages in %s", trips, chats*messages, time.Since(began))
	if trips > 3 {
		t.Errorf("%.2f round trips per answered message", trips)
	}
}

// memory is how many bytes the keys of a shop take.
func (r *redisServer) memory(shop string) (total int) {
	r.t.Helper()
	for key := range strings.FieldsSeq(r.cli("KEYS", "session:shop:{"+shop+"}:*")) {
		var n int
		if _, err := fmt.Sscan(r.cli("MEMORY", "USAGE", key, "SAMPLES", "0"), &n); err != nil {
			r.t.Fatal(err)
		}
		total += n
	}
	return total
}

// reads is how often Redis has read from a connection.
func (r *redisServer) reads() int {
	r.t.Helper()
	_, rest, _ := strings.Cut(r.cli("INFO", "stats"), "total_reads_processed:")
	var n int
	if _, err := fmt.Sscan(rest, &n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// TestVolatileRedisIsRefused: sessions in a Redis without a disk would be gone with it.
func TestVolatileRedisIsRefused(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	r.cli("CONFIG", "SET", "appendonly", "no")
	env := []string{
		"RECADO_HTTP_ADDR=" + freeAddr(t), "RECADO_DATA_DIR=" + t.TempDir(), "RECADO_REDIS_URL=" + r.url(),
		"RECADO_SECRET_KEY=" + strings.Repeat("5e", 32),
	}
	p := start(t, env, "serve")
	<-p.done
	if p.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(p.output(), "does not persist") {
		t.Errorf("exit code %d: %s", p.cmd.ProcessState.ExitCode(), p.output())
	}
	q := start(t, env, "serve", "--allow-volatile-sessions")
	eventually(t, 60*time.Second, "the server", func() bool {
		return healthy("http://" + strings.TrimPrefix(env[0], "RECADO_HTTP_ADDR=") + "/readyz")
	})
	if exit := q.stop(t); exit != 0 {
		t.Errorf("exit code %d", exit)
	}
}

func stopMongoDB() {
	if mongoServer.server != nil {
		if err := mongoServer.server.Stop(); err != nil {
			fmt.Fprintf(os.Stderr, "stop MongoDB: %v\n", err)
		}
	}
}
