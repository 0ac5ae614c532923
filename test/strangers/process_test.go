package strangers

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"recado/internal/wasim/wasimtest"

	"go.uber.org/goleak"
)

// whatsmeowBot is the built test/strangers/whatsmeow.
var whatsmeowBot string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "recado-strangers")
	if err == nil {
		whatsmeowBot = filepath.Join(dir, "whatsmeow")
		err = install()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// install builds the whatsmeow bot, without the race detector, and installs the
// npm clients when they are missing or older than package-lock.json.
func install() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	build := exec.CommandContext(ctx, "go", "build", "-o", whatsmeowBot, "./whatsmeow")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the whatsmeow bot: %w\n%s", err, out)
	}
	lock, err := os.Stat("package-lock.json")
	if err != nil {
		return fmt.Errorf("the list of clients is missing: %w", err)
	}
	done, err := os.Stat("node_modules/.package-lock.json")
	if err == nil && !done.ModTime().Before(lock.ModTime()) {
		return nil
	}
	npm := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund")
	if out, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("these tests need Node 20 and npm to install the clients in test/strangers: npm ci: %w\n%s", err, out)
	}
	return nil
}

// client is a third-party client in a process of its own: JSON lines with
// commands go in, JSON lines with events come out.
type client struct {
	t       *testing.T
	stdin   io.WriteCloser
	process *os.Process

	mu     sync.Mutex
	events []event
	more   chan struct{}
}

// event is one line of the client's output.
type event struct {
	Event  string `json:"event"`
	QR     string `json:"qr"`
	Code   string `json:"code"`
	ID     string `json:"id"`
	Chat   string `json:"chat"`
	Text   string `json:"text"`
	Status int    `json:"status"`
	FromMe bool   `json:"fromMe"`
	Error  string `json:"error"`

	Answered int   `json:"answered"`
	User     int64 `json:"user"` // microseconds of CPU
}

// startBaileys runs client.mjs with the credentials in dir.
func startBaileys(t *testing.T, sim *wasimtest.Sim, version, dir string) (c *client, stop func()) {
	t.Helper()
	return start(t, "node", "client.mjs", version, "ws://"+sim.Addr()+"/ws/chat", hex.EncodeToString(sim.Root()), dir)
}

// start runs a client until stop is called or the test ends.
func start(t *testing.T, program string, args ...string) (c *client, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, args...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	c = &client{t: t, stdin: stdin, process: cmd.Process, more: make(chan struct{})}
	read := make(chan struct{})
	go func() {
		defer close(read)
		c.read(stdout)
	}()
	stop = sync.OnceFunc(func() {
		defer cancel()
		kill := time.AfterFunc(wasimtest.Patience, cancel)
		defer kill.Stop()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil { // the client flushes its files and exits
			cancel()
		}
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("the client ended: %v\n%s", err, stderr.String())
		}
		if t.Failed() && stderr.Len() > 0 {
			t.Logf("stderr of the client:\n%s", stderr.String())
		}
	})
	t.Cleanup(stop)
	return c, stop
}

func (c *client) read(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			e = event{Event: "crash", Error: "not JSON: " + lines.Text()}
		}
		c.mu.Lock()
		c.events = append(c.events, e)
		close(c.more)
		c.more = make(chan struct{})
		c.mu.Unlock()
	}
}

// await removes and returns the first event of a kind that satisfies is (nil:
// any); a crash of the client fails the test.
func (c *client) await(kind string, is func(event) bool) event {
	c.t.Helper()
	deadline := time.NewTimer(2 * wasimtest.Patience)
	defer deadline.Stop()
	for {
		c.mu.Lock()
		if i := slices.IndexFunc(c.events, func(e event) bool { return e.Event == "crash" }); i >= 0 {
			c.mu.Unlock()
			c.t.Fatalf("the client crashed: %s", c.events[i].Error)
		}
		i := slices.IndexFunc(c.events, func(e event) bool { return e.Event == kind && (is == nil || is(e)) })
		if i >= 0 {
			e := c.events[i]
			c.events = slices.Delete(c.events, i, i+1)
			c.mu.Unlock()
			return e
		}
		more, seen := c.more, fmt.Sprintf("%+v", c.events)
		c.mu.Unlock()
		select {
		case <-more:
		case <-deadline.C:
			c.t.Fatalf("no event %q; had %s", kind, seen)
		}
	}
}

func (c *client) text(text string) event {
	c.t.Helper()
	return c.await("message", func(e event) bool { return e.Text == text })
}

func (c *client) closed(status int) {
	c.t.Helper()
	c.await("close", func(e event) bool { return e.Status == status })
}

func (c *client) command(args map[string]string) {
	c.t.Helper()
	line, err := json.Marshal(args)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.stdin.Write(append(line, '\n')); err != nil {
		c.t.Fatalf("command the client: %v", err)
	}
}

// send returns when the client has sent the text and stored its session.
func (c *client) send(to, text string) (id string) {
	c.t.Helper()
	c.command(map[string]string{"cmd": "send", "to": to, "text": text})
	return c.await("sent", nil).ID
}
