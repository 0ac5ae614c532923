package socketio

import (
	"bufio"
	"net"
	"net/http"
)

// hijackDelay delays reading from a hijacked connection until ready is closed. The
// library reads as soon as the protocol is switched, and drops packets that arrive
// before it has registered its handlers: the handshake of a quick client, or the
// probe of one that switches from polling.
type hijackDelay struct {
	http.ResponseWriter
	ready chan struct{}
}

func newHijackDelay(w http.ResponseWriter) *hijackDelay {
	return &hijackDelay{ResponseWriter: w, ready: make(chan struct{})}
}

// Hijack implements http.Hijacker.
func (h *hijackDelay) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	return &delayedConn{Conn: c, ready: h.ready}, rw, nil
}

type delayedConn struct {
	net.Conn
	ready <-chan struct{}
}

// Read implements net.Conn.
func (c *delayedConn) Read(p []byte) (int, error) {
	<-c.ready
	return c.Conn.Read(p)
}
