package app

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

// whatsAppHTTP returns the client through which every linked device reaches
// WhatsApp: its WebSocket and its media. One transport serves them all. With a
// simulator's URL every address leads to the simulator, in plain TCP, and the
// certificate root is the simulator's; the root is one for the process.
func whatsAppHTTP(simulator, root string) (*http.Client, error) {
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
