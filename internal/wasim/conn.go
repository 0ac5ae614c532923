package wasim

import (
	"context"
	"fmt"
	"net/http"
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
	// lastWords is how long a connection stays open behind its last stanza, unless
	// the client closes it. whatsmeow drops a stanza that it has queued when the
	// connection ends before it gets to it.
	lastWords = 250 * time.Millisecond
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

	// What the handshake's payload made of the connection: exactly one is set.
	comp *companion
	reg  *registration

	mu      sync.Mutex
	pending []outgoing
	last    bool // nothing comes after pending
	held    []outgoing
}

// outgoing is a stanza or, for faults, a raw frame on its way to the client.
type outgoing struct {
	node  wabin.Node
	raw   []byte // bytes to seal instead of node
	plain bool   // send raw as it is, which the client cannot open
	at    time.Time
}

// serveChat is the WebSocket endpoint of clients.
func (s *Server) serveChat(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		http.Error(w, "closing", http.StatusServiceUnavailable)
		return
	}
	defer s.wg.Done()
	o := &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled} // clients say Origin: https://web.whatsapp.com
	if s.o.Compression {
		o.CompressionMode = websocket.CompressionContextTakeover
	}
	ws, err := websocket.Accept(w, r, o)
	if err != nil {
		s.log.Debug("no websocket", "error", err)
		return
	}
	defer ws.CloseNow() //nolint:errcheck // it is closed in order where that matters
	ws.SetReadLimit(maxFrame + 1024)
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	c := &conn{srv: s, ws: ws, wakeup: make(chan struct{}, 1), cancel: cancel}
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
		defer c.srv.forget(c.reg)
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
		data = append(rest[:len(rest):len(rest)], more...)
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
		c.handle(ctx, n)
	}
}

// push sends a stanza; it never waits.
func (c *conn) push(nodes ...wabin.Node) {
	out := make([]outgoing, len(nodes))
	for i, n := range nodes {
		out[i] = outgoing{node: n, at: time.Now()}
	}
	c.pushAll(out, false)
}

// bye sends the last stanzas and closes the connection behind them.
func (c *conn) bye(nodes ...wabin.Node) {
	out := make([]outgoing, len(nodes))
	for i, n := range nodes {
		out[i] = outgoing{node: n, at: time.Now()}
	}
	c.pushAll(out, true)
}

func (c *conn) pushAll(out []outgoing, last bool) {
	c.mu.Lock()
	if !c.last {
		c.pending = append(c.pending, out...)
		c.last = last
	}
	full := len(c.pending) > maxBacklog
	c.mu.Unlock()
	if full {
		c.srv.log.Warn("client does not read", "pending", maxBacklog)
		c.cancel()
	}
	c.poke()
}

func (c *conn) poke() {
	select {
	case c.wakeup <- struct{}{}:
	default:
	}
}

// take returns the next answer to write; done is true when it was the last.
func (c *conn) take() (out outgoing, ok, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pending) == 0 {
		return outgoing{}, false, c.last
	}
	out = c.pending[0]
	c.pending[0] = outgoing{}
	c.pending = c.pending[1:]
	return out, true, false
}

// write sends answers and the queue of the device until the context ends or the
// last stanza is out.
func (c *conn) write(ctx context.Context) error {
	if err := sleep(ctx, c.srv.o.FirstFrameDelay); err != nil {
		return err
	}
	for {
		out, ok, done := c.take()
		if done {
			if err := sleep(ctx, lastWords); err != nil {
				return err
			}
			return c.ws.Close(websocket.StatusNormalClosure, "")
		}
		if !ok {
			out, ok = c.fromQueue()
		}
		if !ok {
			select {
			case <-c.wakeup:
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := c.send(ctx, out); err != nil {
			return err
		}
	}
}

func (c *conn) fromQueue() (outgoing, bool) {
	if c.comp == nil {
		return outgoing{}, false
	}
	e, ended, n := c.comp.next(c, c.srv.o.Window)
	switch {
	case ended:
		return outgoing{node: offlineEnd(n), at: time.Now()}, true
	case e != nil:
		return outgoing{node: e.node, at: e.at}, true
	default:
		return outgoing{}, false
	}
}

func (c *conn) send(ctx context.Context, out outgoing) error {
	if d := c.srv.faults.delay(c.number()); d > 0 {
		if err := sleep(ctx, time.Until(out.at.Add(d))); err != nil {
			return err
		}
	}
	payload := out.raw
	if payload == nil {
		encoded, err := encode(out.node)
		if err != nil {
			return err
		}
		payload = encoded
	}
	if !out.plain {
		payload = c.out.seal(payload)
	}
	frame := appendFrame(make([]byte, 0, len(payload)+3), payload)
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	if err := c.ws.Write(ctx, websocket.MessageBinary, frame); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	c.srv.stats.stanzasOut.Add(1)
	c.srv.stats.bytesOut.Add(int64(len(frame)))
	return nil
}

// encode serialises a stanza. Parts of it may come from another client, and the
// encoder panics on what it does not like.
func encode(n wabin.Node) (out []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("encode stanza: %v", r)
		}
	}()
	if out, err = wabin.Marshal(n); err != nil {
		return nil, fmt.Errorf("encode stanza: %w", err)
	}
	return out, nil
}

// number is the account that is logged in, empty before.
func (c *conn) number() string {
	if c.comp == nil {
		return ""
	}
	return c.comp.acc.number
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
