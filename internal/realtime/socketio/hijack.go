package realtime

import (
	"bufio"
	"net"
	"net/http"
)

// gate keeps a WebSocket's first bytes back until the library listens. It starts
// to read as soon as the protocol is switched, on a goroutine of its own, and
// drops what arrives before its own handlers are in place: the handshake of a
// quick client, or the probe of one that switches from polling.
type gate struct {
	http.ResponseWriter
	open chan struct{}
}

func newGate(w http.ResponseWriter) *gate {
	return &gate{ResponseWriter: w, open: make(chan struct{})}
}

// Hijack implements http.Hijacker.
func (g *gate) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(g.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	return &gatedConn{Conn: c, open: g.open}, rw, nil
}

type gatedConn struct {
	net.Conn
	open <-chan struct{}
}

// Read implements net.Conn.
func (c *gatedConn) Read(p []byte) (int, error) {
	<-c.open
	return c.Conn.Read(p)
}
