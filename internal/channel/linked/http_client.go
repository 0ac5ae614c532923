package linked

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"go.mau.fi/whatsmeow"
)

// NewHTTPClient returns the client for the WebSockets and the media of all linked
// devices. With the URL of a simulator every address leads to the simulator, in
// plain TCP, and root (hex) replaces WhatsApp's certificate root, which whatsmeow
// keeps in a variable of the process.
func NewHTTPClient(simulator, root string) (*http.Client, error) {
	dialer := &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		MaxIdleConns: 100, IdleConnTimeout: 90 * time.Second,
		TLSHandshakeTimeout: 15 * time.Second, ResponseHeaderTimeout: time.Minute,
	}
	if simulator == "" {
		return &http.Client{Transport: transport}, nil
	}
	u, err := url.Parse(simulator)
	if err != nil {
		return nil, fmt.Errorf("simulator's URL: %w", err)
	}
	key, err := hex.DecodeString(root)
	if err != nil || len(key) != len(whatsmeow.WACertPubKey) {
		return nil, fmt.Errorf("simulator's root key is not %d bytes of hex", len(whatsmeow.WACertPubKey))
	}
	copy(whatsmeow.WACertPubKey[:], key)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "tcp", u.Host)
	}
	transport.Proxy, transport.ForceAttemptHTTP2 = nil, false
	transport.DialContext, transport.DialTLSContext = dial, dial
	return &http.Client{Transport: transport}, nil
}
