package wasim

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"
	wabin "go.mau.fi/whatsmeow/binary"
)

const (
	handshakeTimeout = 20 * time.Second
	writeTimeout     = 30 * time.Second
	// maxBacklog is how many answers may wait for a client that sends requests
	// without reading.
	maxBacklog = 4096
	// closeGrace is how long a connection stays open after its last stanza, unless
	// the client closes it: whatsmeow drops the stanzas in its queue when the
	// connection ends.
	closeGrace = 250 * time.Millisecond
)

// conn is one WebSocket of a client. Its reader goroutine is the HTTP handler;
// its writer goroutine owns the sending cipher.
type conn struct {
	srv    *Server
	ws     *websocket.Conn
	in     *frameCipher
	out    *frameCipher
	static [32]byte // the client's Noise key
	wakeup chan struct{}
	cancel context.CancelFunc

	// A login sets comp, a registration reg, a refusal neither.
	comp *companion
	reg  *registration

	retried map[string]int // messages settled by a retry receipt whose ack may follow; owned by the reader

	mu      sync.Mutex
	pending []outgoing
	closing bool // nothing comes after pending
	held    []outgoing
}

// outgoing is a stanza or, for faults, a raw frame to write to the client.
type outgoing struct {
	node  wabin.Node
	raw   []byte // bytes to seal instead of node
	plain bool   // send raw as it is, which the client cannot open
	at    time.Time
}

// serveChat is the WebSocket endpoint of clients.
func (s *Server) serveChat(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	c := &conn{srv: s, wakeup: make(chan struct{}, 1), cancel: cancel}
	if !s.track(c) {
		http.Error(w, "closing", http.StatusServiceUnavailable)
		return
	}
	defer s.untrack(c)
	o := &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled} // clients say Origin: https://web.whatsapp.com
	if s.o.Compression {
		o.CompressionMode = websocket.CompressionContextTakeover
	}
	var err error
	if c.ws, err = websocket.Accept(w, r, o); err != nil {
		s.log.Debug("no websocket", "error", err)
		return
	}
	defer c.ws.CloseNow() //nolint:errcheck // write closes it properly
	c.ws.SetReadLimit(maxFrame + 1024)
	s.stats.opened()
	defer s.stats.closed()
	if err := c.run(ctx); err != nil {
		s.log.Debug("connection ended", "error", err)
	}
}

func (c *conn) run(ctx context.Context) error {
	early, err := c.handshake(ctx)
	if err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	if c.comp != nil {
		defer c.comp.detach(c)
	}
	if c.reg != nil {
		defer c.srv.endRegistration(c.reg)
	}
	c.srv.wg.Go(func() {
		if err := c.write(ctx); err != nil {
			c.srv.log.Debug("writer ended", "error", err)
		}
		c.cancel()
	})
	defer c.cancel()
	return c.read(ctx, early)
}

// handshake runs Noise and admits the client. It returns what the client sent
// behind its last handshake frame.
func (c *conn) handshake(ctx context.Context) (rest []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	data, err := c.receive(ctx)
	if err != nil {
		return nil, err
	}
	header, data, err := splitHeader(data)
	if err != nil {
		return nil, err
	}
	h, err := newHandshake(header)
	if err != nil {
		return nil, err
	}
	hello, data, err := c.frame(ctx, data)
	if err != nil {
		return nil, err
	}
	answer, err := h.hello(hello, c.srv.id)
	if err != nil {
		return nil, err
	}
	if err = c.ws.Write(ctx, websocket.MessageBinary, appendFrame(nil, answer)); err != nil {
		return nil, fmt.Errorf("send hello: %w", err)
	}
	finish, data, err := c.frame(ctx, data)
	if err != nil {
		return nil, err
	}
	static, payload, err := h.finish(finish)
	if err != nil {
		return nil, err
	}
	if c.in, c.out, err = h.split(); err != nil {
		return nil, err
	}
	c.static = static
	c.srv.admit(c, payload)
	return data, nil
}

func (c *conn) receive(ctx context.Context) ([]byte, error) {
	_, data, err := c.ws.Read(ctx)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	c.srv.stats.bytesIn.Add(int64(len(data)))
	return data, nil
}

// frame reads until data begins with a whole frame.
func (c *conn) frame(ctx context.Context, data []byte) (frame, rest []byte, err error) {
	for {
		frame, rest, ok, err := nextFrame(data)
		if ok || err != nil {
			return frame, rest, err
		}
		more, err := c.receive(ctx)
		if err != nil {
			return nil, nil, err
		}
		data = append(slices.Clip(rest), more...)
	}
}

func (c *conn) read(ctx context.Context, data []byte) error {
	for {
		frame, rest, err := c.frame(ctx, data)
		if err != nil {
			return err
		}
		data = rest
		plain, err := c.in.open(frame)
		if err != nil {
			return fmt.Errorf("open frame: %w", err)
		}
		n, err := parseNode(plain)
		if err != nil {
			c.srv.stats.malformed.Add(1)
			return err
		}
		c.srv.stats.stanzasIn.Add(1)
		c.handle(n)
	}
}
