package httpcall

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/tenant"
)

// Options of a Client. Secret is required when flows use secrets.
type Options struct {
	// Secret returns the value of a shop's secret, ErrNoSecret when it has none of that name.
	Secret func(ctx context.Context, shop tenant.ShopID, name string) (string, error)
	Log    *slog.Logger // nil: slog.Default

	AllowLoopback bool            // for tests and local services: 127.0.0.0/8 and ::1 may be called, also with secrets and no TLS
	Transport     *http.Transport // nil: a new one; its dialer and proxy are replaced
	Backoff       time.Duration   // before the first retry; 0 = 500 ms
}

// ErrNoSecret is what Options.Secret returns for a name that the shop does not have.
var ErrNoSecret = errors.New("no such secret")

// Limits of every call, whatever the flow says.
const (
	MaxTimeout   = 30 * time.Second // of one attempt
	MaxBytes     = 256 << 10        // of an answer
	maxRedirects = 3
	maxRetries   = 3
	maxPause     = 5 * time.Second // between attempts: the flow waits
)

// Client makes calls. It is safe for concurrent use.
type Client struct {
	o    Options
	http *http.Client
}

// errRefused is the dialer's error for a refused address.
var errRefused = errors.New("address refused")

// New returns a Client.
func New(o Options) *Client {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Backoff == 0 {
		o.Backoff = 500 * time.Millisecond
	}
	t := o.Transport
	if t == nil {
		t = &http.Transport{ForceAttemptHTTP2: true, MaxIdleConns: 64, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second}
	}
	c := &Client{o: o}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: c.check}
	t.Proxy, t.DialContext = nil, dialer.DialContext
	t.TLSHandshakeTimeout, t.MaxResponseHeaderBytes = 10*time.Second, 64<<10
	c.http = &http.Client{Transport: t, CheckRedirect: redirect}
	return c
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// check is the dialer's Control: it sees the address of the connection itself, so
// that a second DNS answer cannot replace the one that was checked.
func (c *Client) check(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return errRefused
	}
	if c.o.AllowLoopback && a.Addr().Unmap().IsLoopback() {
		return nil
	}
	if Refused(a.Addr()) {
		return errRefused
	}
	return nil
}

var errRedirect = errors.New("redirect refused")

// redirect follows few redirects, and only within the host, so that headers
// and bodies reach no host that the author did not name.
func redirect(r *http.Request, via []*http.Request) error {
	first := via[0].URL
	if len(via) > maxRedirects || r.URL.Host != first.Host || first.Scheme == "https" && r.URL.Scheme != "https" {
		return errRedirect
	}
	return nil
}

// Call makes a call and returns its result, after at most r.Retry further
// attempts. It takes no longer than the attempts' timeouts and the pauses
// between them. When ctx ends, ok is false and the outcome unknown.
func (c *Client) Call(ctx context.Context, shop tenant.ShopID, key string, r engine.HTTP) (result engine.Result, ok bool) {
	for n := 0; ; n++ {
		result, again, after := c.attempt(ctx, shop, key, r)
		if ctx.Err() != nil {
			return engine.Result{}, false
		}
		if !again || n >= min(r.Retry, maxRetries) {
			if !result.OK {
				c.o.Log.Info("web call of a flow failed", "shop", shop, "call", key, "why", result.Error)
			}
			return result, true
		}
		if !sleep(ctx, c.pause(n, after)) {
			return engine.Result{}, false
		}
	}
}

// pause is the wait before another attempt: exponential with jitter, or what the service asks for.
func (c *Client) pause(n int, after time.Duration) time.Duration {
	d := c.o.Backoff << n
	return min(maxPause, max(after, d/2+rand.N(d/2+1)))
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
