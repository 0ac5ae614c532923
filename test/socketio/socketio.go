// Package socketio gives Go tests the real Socket.IO client: npm's
// socket.io-client under Node, driven over a pipe. A gateway is right when the
// clients that people use say so.
package socketio

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait for something that must happen.
const patience = 45 * time.Second

// Report is what happened to a socket.
type Report struct {
	Socket    string            `json:"socket"`
	Kind      string            `json:"kind"` // connect, connect_error, disconnect, upgrade, event, ack, crowd, storm
	Transport string            `json:"transport"`
	Event     string            `json:"event"`
	Args      []json.RawMessage `json:"args"`
	Message   string            `json:"message"` // connect_error: what the server said
	Data      json.RawMessage   `json:"data"`
	Status    json.RawMessage   `json:"status"` // connect_error: of HTTP, when it was that
	Reason    string            `json:"reason"`
	Seq       int               `json:"seq"`
	Error     string            `json:"error"` // ack: it did not come
	Count     int               `json:"count"`
	Refused   int               `json:"refused"`
}

// Node is a Node process with any number of clients.
type Node struct {
	t     testing.TB
	stdin io.WriteCloser

	mu      sync.Mutex
	reports []Report
	changed chan struct{} // closed and replaced at every report
	seq     int
}

// Start runs a Node process until the test ends.
func Start(t testing.TB) *Node {
	t.Helper()
	dir := directory(t)
	install(t, dir)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "node", "client.mjs") // it ends with its input
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	stdin, err := cmd.StdinPipe()
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	n := &Node{t: t, stdin: stdin, changed: make(chan struct{})}
	read := make(chan struct{})
	go func() {
		defer close(read)
		n.read(stdout)
	}()
	t.Cleanup(func() {
		_ = stdin.Close() // the process ends by itself then
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("node: %v", err)
		}
	})
	return n
}

func (n *Node) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var r Report
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			n.t.Errorf("node wrote %q: %v", lines.Text(), err)
			continue
		}
		n.mu.Lock()
		n.reports = append(n.reports, r)
		close(n.changed)
		n.changed = make(chan struct{})
		n.mu.Unlock()
	}
}

func (n *Node) command(c map[string]any) {
	n.t.Helper()
	line, err := json.Marshal(c)
	must(n.t, err)
	_, err = n.stdin.Write(append(line, '\n'))
	must(n.t, err)
}

// Wait returns the first report, of all so far and to come, that fits.
func (n *Node) Wait(what string, fits func(Report) bool) Report {
	n.t.Helper()
	deadline := time.After(patience)
	for seen := 0; ; {
		n.mu.Lock()
		changed, reports := n.changed, n.reports
		n.mu.Unlock()
		for ; seen < len(reports); seen++ {
			if fits(reports[seen]) {
				return reports[seen]
			}
		}
		select {
		case <-changed:
		case <-deadline:
			n.t.Fatalf("not within %s: %s; got %+v", patience, what, reports)
		}
	}
}

// All returns every report so far that fits.
func (n *Node) All(fits func(Report) bool) []Report {
	n.mu.Lock()
	defer n.mu.Unlock()
	var list []Report
	for _, r := range n.reports {
		if fits(r) {
			list = append(list, r)
		}
	}
	return list
}

// Client is one socket.
type Client struct {
	n    *Node
	name string
}

// Connect starts to connect a client; options are socket.io-client's own.
func (n *Node) Connect(name, url string, options map[string]any) *Client {
	n.t.Helper()
	n.command(map[string]any{"op": "connect", "socket": name, "url": url, "options": options})
	return &Client{n: n, name: name}
}

// Client returns the client of a name that Connect was given.
func (n *Node) Client(name string) *Client { return &Client{n: n, name: name} }

// Wait returns the client's first report of the kind.
func (c *Client) Wait(kind string) Report {
	c.n.t.Helper()
	return c.n.Wait(c.name+" "+kind, func(r Report) bool { return r.Socket == c.name && r.Kind == kind })
}

// Event waits until the client has got the nth event of the name, from 1, and
// decodes its payload into v.
func (c *Client) Event(name string, nth int, v any) {
	c.n.t.Helper()
	left := nth
	r := c.n.Wait(fmt.Sprintf("%s event %s, number %d", c.name, name, nth), func(r Report) bool {
		if r.Socket == c.name && r.Kind == "event" && r.Event == name {
			left--
		}
		return left == 0
	})
	if len(r.Args) != 1 {
		c.n.t.Fatalf("event %s has %d arguments", name, len(r.Args))
	}
	must(c.n.t, json.Unmarshal(r.Args[0], v))
}

// Events are the names of the events that the client has got so far.
func (c *Client) Events() []string {
	var names []string
	for _, r := range c.n.All(func(r Report) bool { return r.Socket == c.name && r.Kind == "event" }) {
		names = append(names, r.Event)
	}
	return names
}

// Emit sends an event and forgets it.
func (c *Client) Emit(event string, args ...any) {
	c.n.t.Helper()
	c.n.command(map[string]any{"op": "emit", "socket": c.name, "event": event, "args": list(args)})
}

// Ask sends an event and returns the acknowledgement's only argument.
func (c *Client) Ask(event string, args ...any) map[string]any {
	c.n.t.Helper()
	c.n.mu.Lock()
	c.n.seq++
	seq := c.n.seq
	c.n.mu.Unlock()
	c.n.command(map[string]any{"op": "emit", "socket": c.name, "event": event, "args": list(args), "ack": true, "seq": seq})
	r := c.n.Wait(fmt.Sprintf("%s ack of %s", c.name, event), func(r Report) bool { return r.Kind == "ack" && r.Seq == seq })
	if r.Error != "" || len(r.Args) != 1 {
		c.n.t.Fatalf("ack of %s: %q with %d arguments; of the socket: %+v", event, r.Error, len(r.Args),
			c.n.All(func(r Report) bool { return r.Socket == c.name }))
	}
	var v map[string]any
	must(c.n.t, json.Unmarshal(r.Args[0], &v))
	return v
}

func list(args []any) []any { return append([]any{}, args...) }

// Disconnect says good-bye.
func (c *Client) Disconnect() { c.n.command(map[string]any{"op": "disconnect", "socket": c.name}) }

// Drop goes without a word.
func (c *Client) Drop() { c.n.command(map[string]any{"op": "drop", "socket": c.name}) }

// Crowd connects count clients, atOnce at a time, and returns how many of them
// got the event within ten seconds.
func (n *Node) Crowd(url string, options map[string]any, count, atOnce int, event string) int {
	n.t.Helper()
	n.command(map[string]any{"op": "crowd", "url": url, "options": options, "count": count, "atOnce": atOnce, "event": event})
	return n.Wait("crowd", func(r Report) bool { return r.Kind == "crowd" }).Count
}

// Storm connects and leaves count times, atOnce at a time, every other time with
// a bad token when bad is set, and returns how many were refused as unauthorized.
func (n *Node) Storm(url string, options map[string]any, token string, count, atOnce int, bad bool) int {
	n.t.Helper()
	before := len(n.All(isStorm))
	n.command(map[string]any{"op": "storm", "url": url, "options": options, "token": token, "count": count, "atOnce": atOnce, "bad": bad})
	n.Wait("storm", func(r Report) bool {
		if isStorm(r) {
			before--
		}
		return before < 0
	})
	all := n.All(isStorm)
	return all[len(all)-1].Refused
}

func isStorm(r Report) bool { return r.Kind == "storm" }

// directory is this package's folder. It is found from the working directory of
// the test, so that builds with -trimpath find it too.
func directory(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	must(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "test", "socketio")
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = up
	}
}

// install runs npm ci when the client is missing. Packages are tested in
// parallel processes, so one does it and the others wait.
func install(t testing.TB, dir string) {
	t.Helper()
	installed := func() bool {
		_, err := os.Stat(filepath.Join(dir, "node_modules", "socket.io-client", "package.json"))
		return err == nil
	}
	lock, err := os.OpenFile(filepath.Join(dir, ".install.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	must(t, err)
	defer func() { must(t, lock.Close()) }()
	must(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
	if installed() {
		return
	}
	cmd := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci in test/socketio: %v\n%s", err, out)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
