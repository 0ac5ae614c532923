package wasim

import (
	"context"
	"fmt"
	"time"

	"github.com/coder/websocket"
	wabin "go.mau.fi/whatsmeow/binary"
)

// push queues stanzas; it never blocks.
func (c *conn) push(nodes ...wabin.Node) { c.pushAll(stamped(nodes), false) }

// closeWith queues the last stanzas and closes the connection after them.
func (c *conn) closeWith(nodes ...wabin.Node) { c.pushAll(stamped(nodes), true) }

func stamped(nodes []wabin.Node) []outgoing {
	out := make([]outgoing, len(nodes))
	for i, n := range nodes {
		out[i] = outgoing{node: n, at: time.Now()}
	}
	return out
}

func (c *conn) pushAll(out []outgoing, last bool) {
	c.mu.Lock()
	if !c.closing {
		c.pending = append(c.pending, out...)
		c.closing = last
	}
	full := len(c.pending) > maxBacklog
	c.mu.Unlock()
	if full {
		c.srv.log.Warn("client does not read", "pending", maxBacklog)
		c.cancel()
	}
	c.wakeWriter()
}

func (c *conn) wakeWriter() {
	select {
	case c.wakeup <- struct{}{}:
	default:
	}
}

// nextPending returns the next answer to write; done is true when it was the last.
func (c *conn) nextPending() (out outgoing, ok, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pending) == 0 {
		return outgoing{}, false, c.closing
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
		out, ok, done := c.nextPending()
		if done {
			if err := sleep(ctx, closeGrace); err != nil {
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
	if d := c.srv.faults.delay(c.accountNumber()); d > 0 {
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

// accountNumber is the account that is logged in, empty before.
func (c *conn) accountNumber() string {
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
