package redis

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// A cluster client that has lost a connection refreshes the cluster within a second, or ends then. It closes connections to
// removed servers after five seconds.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(
		m, goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*call).DelayDo.func1"),
		goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*clusterClient)._refresh.func2"),
	)
}

// server is a real redis-server of one test, on a socket in a directory of its own.
type server struct {
	dir  string
	args []string
	cmd  *exec.Cmd
	next atomic.Int64 // database for the next client
}

const databases = 256

// startServer starts a server with an append-only file, and with args. It ends with the test.
func startServer(t testing.TB, args ...string) *server {
	t.Helper()
	dir, err := os.MkdirTemp("", "redis") //nolint:usetesting // the path of a socket must be short
	require.NoError(t, err)
	s := &server{dir: dir, args: args}
	t.Cleanup(func() {
		s.kill(t)
		require.NoError(t, os.RemoveAll(dir))
	})
	s.start(t)
	return s
}

func (s *server) socket() string { return filepath.Join(s.dir, "s") }

func (s *server) start(t testing.TB) {
	t.Helper()
	args := []string{
		"--port", "0", "--unixsocket", s.socket(), "--dir", s.dir, "--databases", fmt.Sprint(databases),
		"--save", "", "--appendonly", "yes", "--appendfsync", "no", "--logfile", filepath.Join(s.dir, "log"),
	}
	s.cmd = exec.Command("redis-server", append(args, s.args...)...)
	require.NoError(t, s.cmd.Start(), "these tests need redis-server (Debian: apt-get install redis-server)")
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		out, err := exec.CommandContext(ctx, "redis-cli", "-s", s.socket(), "ping").Output()
		return err == nil && strings.TrimSpace(string(out)) == "PONG" // while it loads it answers too, with an error
	}, 20*time.Second, 20*time.Millisecond, "redis-server does not answer")
}

// kill ends the server like a power cut, except that the bytes it has written to its file stay.
func (s *server) kill(t testing.TB) {
	t.Helper()
	if s.cmd == nil {
		return
	}
	require.NoError(t, s.cmd.Process.Kill())
	require.Error(t, s.cmd.Wait(), "it was killed")
	s.cmd = nil
}

// url names an empty database of the server.
func (s *server) url() string { return fmt.Sprintf("unix://%s?db=%d", s.socket(), s.next.Add(1)) }

func (s *server) open(t testing.TB) *Client {
	t.Helper()
	c, err := Open(t.Context(), Options{URL: s.url()})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// fileLength is how much of the append-only file is written.
func (s *server) fileLength(t testing.TB) int64 {
	t.Helper()
	info, err := os.Stat(s.appendOnlyFile(t))
	require.NoError(t, err)
	return info.Size()
}

// truncate cuts the end off the append-only file, like a crash before the sync.
func (s *server) truncate(t testing.TB, length int64) {
	t.Helper()
	require.NoError(t, os.Truncate(s.appendOnlyFile(t), length))
}

func (s *server) appendOnlyFile(t testing.TB) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "appendonlydir", "*.incr.aof"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	return files[0]
}
