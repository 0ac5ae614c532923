package e2e

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestStalledOwner: the server that serves the shop stalls for longer than its
// lease and a half, in the middle of traffic. Another one takes the shop over.
// When the first goes on it has a socket, messages that it has decrypted and
// answers that it was about to send, and may do nothing with any of them.
func TestStalledOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t, production(t, startRedis(t))...)
	a := w.linked()
	b := w.another(a)
	f := a.flow(10, 80, 600*time.Millisecond)
	f.awaitProgress(40)

	w.serve.signal(t, syscall.SIGSTOP)
	stalled := time.Now()
	f.s = b // whom to ask now
	eventually(t, 60*time.Second, "the other server takes the shop over", func() bool { return b.status().field("status") == "active" && b.serves() })
	if took := time.Since(stalled); took < 10*time.Second {
		t.Errorf("taken over after %s: the first may still have been at work", took)
	}
	f.awaitProgress(40)
	w.serve.signal(t, syscall.SIGCONT)
	eventually(t, 60*time.Second, "the first one gives the shop up", func() bool {
		return strings.Contains(w.serve.output(), "gives its shops up") && w.connections() == 1
	})
	f.awaitProgress(20)
	if st := a.status(); st.field("status") != "active" {
		t.Errorf("the first server, of the shop that the second serves: %s", st.Body)
	}
	f.complete(true)
	if n := w.connections(); n != 1 {
		t.Errorf("%d connections for one device", n)
	}
}

// serves reports whether this server has opened the shop's session.
func (s *shop) serves() bool {
	s.w.t.Helper()
	r, err := caller{base: s.w.api.base}.try("GET", "/metrics", nil)
	return err == nil && strings.Contains(string(r.Body), `recado_channels{status="active"} 1`)
}

// connections is how many sockets the simulator has.
func (w *world) connections() int {
	w.t.Helper()
	var stats struct{ Connections int }
	w.phones.must(w.t, 200, "GET", "/v1/stats", nil).into(w.t, &stats)
	return stats.Connections
}

func (p *process) signal(t testing.TB, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}
