package redis

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience bounds the waits for a state of a deployment, on a busy machine.
const patience = 30 * time.Second

// node is one process of a deployment, a server or a sentinel, on a port of the loopback. It ends with the test.
type node struct {
	kind
	dir      string
	port     string
	password []string // for redis-cli
	cmd      *exec.Cmd
	out      bytes.Buffer // of processes that have ended
	ended    chan struct{}
}

// startNode starts a process in a directory and on a free port of its own, with the arguments of args.
func startNode(t testing.TB, k kind, args func(n *node) []string) *node {
	t.Helper()
	n := &node{kind: k, dir: t.TempDir()}
	t.Cleanup(func() { n.kill(t) })
	until(t, func() error { // a port may be gone by the time that the server wants it
		n.port = freePort(t)
		n.cmd = exec.Command(n.binary, args(n)...)
		n.cmd.Stdout, n.cmd.Stderr = &n.out, &n.out
		require.NoError(t, n.cmd.Start(), "these tests need %s (test/setup.sh installs it)", n.binary)
		n.ended = make(chan struct{})
		go func(cmd *exec.Cmd, ended chan struct{}) {
			defer close(ended)
			_ = cmd.Wait() // it is killed, or could not start
		}(n.cmd, n.ended)
		return n.listens()
	})
	return n
}

// until repeats f until it succeeds.
func until(t testing.TB, f func() error) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		err := f()
		if err == nil {
			return
		}
		require.True(t, time.Now().Before(deadline), "still %v", err)
		<-time.After(20 * time.Millisecond)
	}
}

// listens waits until the node accepts connections; when it ends instead, the error holds its last output.
func (n *node) listens() error {
	for {
		if conn, err := net.Dial("tcp", n.addr()); err == nil {
			return conn.Close()
		}
		select {
		case <-n.ended:
			return errors.New(n.out.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// freePort returns an unused port out of a range that outgoing connections do not use.
func freePort(t testing.TB) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(20_000 + rand.IntN(12_000))
		if l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port)); err == nil {
			require.NoError(t, l.Close())
			return port
		}
	}
	require.FailNow(t, "no free port")
	return ""
}

// server returns the arguments of a server that keeps an append-only file, and then those given.
func serverArgs(more ...string) func(n *node) []string {
	return func(n *node) []string {
		return slices.Concat(n.listen(n.port), []string{
			"--bind", "127.0.0.1", "--dir", n.dir, "--save", "",
			"--appendonly", "yes", "--appendfsync", "no", "--repl-diskless-sync-delay", "0",
		}, more)
	}
}

func (n *node) addr() string { return net.JoinHostPort(n.host(), n.port) }

// kill ends the node like a power cut.
func (n *node) kill(t testing.TB) {
	t.Helper()
	if n.cmd == nil {
		return
	}
	if n.cmd.Process != nil {
		require.NoError(t, n.cmd.Process.Kill())
		<-n.ended
	}
	n.cmd = nil
}

// do sends one command, as an administrator.
func (n *node) do(t testing.TB, words ...string) string {
	t.Helper()
	answer, err := n.try(words...)
	require.NoError(t, err, "%s: %s", words, answer)
	require.False(t, strings.HasPrefix(answer, "ERR") || strings.HasPrefix(answer, "NOPERM"), "%s: %s", words, answer)
	return answer
}

// try is do for other goroutines than the test's, and for expected refusals.
func (n *node) try(words ...string) (string, error) {
	out, err := exec.Command("redis-cli", slices.Concat([]string{"-p", n.port}, n.cli(), n.password, words)...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// fact returns one line of INFO.
func (n *node) fact(t testing.TB, section, name string) string {
	t.Helper()
	return parseInfo(n.do(t, "INFO", section))[name]
}

// becomes waits until the command's answer contains want.
func (n *node) becomes(t testing.TB, want string, words ...string) {
	t.Helper()
	until(t, func() error {
		answer, err := n.try(words...)
		if err == nil && !strings.Contains(answer, want) {
			err = fmt.Errorf("%s without %q: %s", words, want, answer)
		}
		return err
	})
}

// follows waits until a replica has received everything that its master has now.
func (n *node) follows(t testing.TB, master *node) {
	t.Helper()
	offset := func(n *node, name string) int {
		at, err := strconv.Atoi(n.fact(t, "replication", name))
		require.NoError(t, err)
		return at
	}
	want := offset(master, "master_repl_offset")
	until(t, func() error {
		if at := offset(n, "slave_repl_offset"); at < want {
			return fmt.Errorf("the replica is at %d of %d", at, want)
		}
		return nil
	})
}

// openURL opens a client that is closed when the test ends.
func openURL(t testing.TB, url string) *Client {
	t.Helper()
	c, err := Open(t.Context(), Options{URL: url})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}
