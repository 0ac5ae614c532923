package e2e

import (
	"io"
	"net"
	"sync"
	"testing"
)

// gate passes connections on to a server, until it is shut: then it cuts them,
// and refuses new ones.
type gate struct {
	t      testing.TB
	addr   string
	target string

	mu       sync.Mutex
	listener net.Listener // nil while it is shut
	open     map[net.Conn]bool
	running  sync.WaitGroup
}

// newGate returns an open gate in front of target, for as long as the test runs.
func newGate(t testing.TB, target string) *gate {
	t.Helper()
	g := &gate{t: t, addr: freeAddr(t), target: target, open: map[net.Conn]bool{}}
	g.unlock()
	t.Cleanup(func() { g.shut(); g.running.Wait() })
	return g
}

func (g *gate) unlock() {
	g.t.Helper()
	l, err := net.Listen("tcp", g.addr)
	if err != nil {
		g.t.Fatal(err)
	}
	g.mu.Lock()
	g.listener = l
	g.mu.Unlock()
	g.running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // shut
			}
			g.running.Go(func() { g.pass(l, c) })
		}
	})
}

// shut cuts everything.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.listener == nil {
		return
	}
	_ = g.listener.Close()
	g.listener = nil
	for c := range g.open {
		_ = c.Close()
	}
}

// pass carries one connection, both ways. What ends one way ends the other.
func (g *gate) pass(l net.Listener, in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", g.target)
	if err != nil {
		return
	}
	defer out.Close()
	g.mu.Lock()
	shut := g.listener != l
	g.open[in], g.open[out] = true, true
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.open, in)
		delete(g.open, out)
	}()
	if shut {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(out, in)
		_ = out.Close()
	}()
	_, _ = io.Copy(in, out)
	_ = in.Close()
	<-done
}
