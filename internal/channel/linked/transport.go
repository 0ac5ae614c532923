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

// transport is the http.RoundTripper of one session's WebSockets. It remembers the
// open socket for hangUp, which has to close it below whatsmeow.
type transport struct {
	base    http.RoundTripper
	closing context.Context //nolint:containedctx // ends a dial when the session is closed

	mu     sync.Mutex
	socket *socket
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	stop := context.AfterFunc(t.closing, cancel)
	resp, err := t.base.RoundTrip(req.WithContext(ctx))
	stop()
	if err != nil {
		cancel()
		return nil, err
	}
	conn, ok := resp.Body.(io.ReadWriteCloser)
	if !ok || resp.StatusCode != http.StatusSwitchingProtocols {
		resp.Body = &body{resp.Body, cancel}
		return resp, nil
	}
	s := &socket{conn, cancel}
	t.mu.Lock()
	t.socket = s
	t.mu.Unlock()
	resp.Body = s
	return resp, nil
}

// closeSocket closes the open socket, if any; its reader gets an error.
func (t *transport) closeSocket() error {
	t.mu.Lock()
	s := t.socket
	t.socket = nil
	t.mu.Unlock()
	if s == nil {
		return nil
	}
	if err := s.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close socket: %w", err)
	}
	return nil
}

// socket is the WebSocket's connection; the WebSocket library closes it too.
type socket struct {
	io.ReadWriteCloser
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (s *socket) Close() error {
	defer s.cancel()
	return s.ReadWriteCloser.Close()
}

// body is the body of a response that refuses the WebSocket.
type body struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
