package linked

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
)

// wire is the line of one session to WhatsApp: it remembers the socket of the
// connection, so that hanging up can close it from below. whatsmeow's own
// closing stops the reader's consumer first, and a frame that is just arriving
// then leaves the reader waiting for ever, with all that it holds.
type wire struct {
	base http.RoundTripper
	quit context.Context //nolint:containedctx // ends a dial when the session is closed

	mu   sync.Mutex
	line *line
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	stop := context.AfterFunc(w.quit, cancel)
	resp, err := w.base.RoundTrip(req.WithContext(ctx))
	stop()
	if err != nil {
		cancel()
		return nil, err
	}
	socket, ok := resp.Body.(io.ReadWriteCloser)
	if !ok || resp.StatusCode != http.StatusSwitchingProtocols {
		resp.Body = &body{resp.Body, cancel}
		return resp, nil
	}
	l := &line{socket, cancel}
	w.mu.Lock()
	w.line = l
	w.mu.Unlock()
	resp.Body = l
	return resp, nil
}

// cut closes the socket from below; the reader hears of it.
func (w *wire) cut() error {
	w.mu.Lock()
	l := w.line
	w.line = nil
	w.mu.Unlock()
	if l == nil {
		return nil
	}
	l.cancel()
	if err := l.ReadWriteCloser.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close socket: %w", err)
	}
	return nil
}

// line is the socket; Close is called by the WebSocket library.
type line struct {
	io.ReadWriteCloser
	cancel context.CancelFunc
}

func (l *line) Close() error {
	defer l.cancel()
	return l.ReadWriteCloser.Close()
}

// body is the body of an answer that refuses the socket.
type body struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
