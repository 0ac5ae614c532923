package httpcall

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"recado/internal/flow/engine"
	"recado/internal/tenant"
)

// attempt makes one request; again says that another attempt may succeed.
func (c *Client) attempt(ctx context.Context, shop tenant.ShopID, key string, r engine.HTTP) (res engine.Result, again bool, after time.Duration) {
	timeout := r.Timeout
	if timeout <= 0 || timeout > MaxTimeout {
		timeout = MaxTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	failed := func(why string) engine.Result { return engine.Result{Effect: key, Error: why} }
	req, why := c.request(ctx, shop, key, r)
	if why != "" {
		return failed(why), why == "secret_unavailable", 0
	}
	resp, err := c.http.Do(req)
	if err != nil {
		why, again = reason(err)
		return failed(why), again, 0
	}
	defer resp.Body.Close()
	limit := r.MaxBytes
	if limit <= 0 || limit > MaxBytes {
		limit = MaxBytes
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, int64(limit)+1))
	if err != nil {
		why, again = reason(err)
		return failed(why), again, 0
	}
	if len(body) > limit {
		return failed("too_large"), false, 0
	}
	res = engine.Result{Effect: key, OK: true, Code: resp.StatusCode, Headers: headers(resp.Header)}
	if res.Body, err = content(resp.Header.Get("Content-Type"), body); err != nil {
		return engine.Result{Effect: key, Code: resp.StatusCode, Error: "bad_json"}, false, 0
	}
	again = resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
		after = min(maxPause, time.Duration(min(s, 60))*time.Second)
	}
	return res, again, after
}

// reservedHeaders cannot be set by a flow.
var reservedHeaders = map[string]bool{
	"Host": true, "Content-Length": true, "Transfer-Encoding": true, "Connection": true, "Upgrade": true, "Te": true,
	"Trailer": true, "Expect": true, "Keep-Alive": true, "Idempotency-Key": true, "Accept-Encoding": true,
}

// request builds the request, or returns the code of its failure.
func (c *Client) request(ctx context.Context, shop tenant.ShopID, key string, r engine.HTTP) (*http.Request, string) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil {
		return nil, "bad_url"
	}
	var body io.Reader
	switch {
	case len(r.Body) > 0:
		body = bytes.NewReader(r.Body)
	case r.Text != "":
		body = strings.NewReader(r.Text)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, u.String(), body)
	if err != nil {
		return nil, "bad_url"
	}
	for name, v := range r.Headers {
		if name = http.CanonicalHeaderKey(name); !reservedHeaders[name] && !strings.HasPrefix(name, "Proxy-") {
			req.Header.Set(name, v)
		}
	}
	if body != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "text/plain; charset=utf-8")
		if len(r.Body) > 0 {
			req.Header.Set("Content-Type", "application/json")
		}
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "Recado")
	}
	req.Header.Set("Idempotency-Key", key)
	if r.Secret == "" {
		return req, ""
	}
	return req, c.authorise(ctx, shop, req, r.Secret)
}

// authorise puts the secret into the request, or returns the code of its failure.
func (c *Client) authorise(ctx context.Context, shop tenant.ShopID, req *http.Request, name string) string {
	if req.URL.Scheme != "https" && !c.o.AllowLoopback {
		return "secret_without_tls"
	}
	if c.o.Secret == nil {
		return "no_secret"
	}
	value, err := c.o.Secret(ctx, shop, name)
	switch {
	case errors.Is(err, ErrNoSecret):
		return "no_secret"
	case err != nil:
		c.o.Log.Error("read secret", "shop", shop, "name", name, "err", err)
		return "secret_unavailable"
	}
	if !strings.Contains(value, " ") { // a token alone; "Basic …" and the like say how they want to be sent
		value = "Bearer " + value
	}
	req.Header.Set("Authorization", value)
	return ""
}

// reason classifies a failed request; again says that another attempt may succeed.
// It never holds the address, which may contain a customer's text.
func reason(err error) (why string, again bool) {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.Is(err, errRefused):
		return "refused", false
	case errors.Is(err, errRedirect):
		return "redirect", false
	case errors.As(err, &cert), errors.As(err, &record):
		return "tls", false
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout", true
	case errors.As(err, &dns):
		return "dns", dns.IsTemporary
	}
	return "connection", true
}

// Limits of the response headers that a flow sees.
const (
	maxHeaders     = 40
	maxHeaderBytes = 1024
)

func headers(h http.Header) map[string]string {
	out := make(map[string]string, len(h))
	for name, values := range h {
		if len(out) == maxHeaders {
			break
		}
		if name == "Set-Cookie" || len(values) == 0 || len(values[0]) > maxHeaderBytes || !utf8.ValidString(values[0]) {
			continue
		}
		out[strings.ToLower(name)] = values[0]
	}
	return out
}

var errJSON = errors.New("not JSON")

// content returns a body as JSON: as it is, or text as a string.
func content(kind string, body []byte) (json.RawMessage, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	media, _, _ := mime.ParseMediaType(kind)
	isJSON := media == "application/json" || strings.HasSuffix(media, "+json")
	switch valid := json.Valid(body); {
	case valid && (isJSON || media == "" || media == "text/plain"):
		return body, nil
	case isJSON:
		return nil, errJSON
	}
	text, err := json.Marshal(strings.ToValidUTF8(string(body), "\ufffd"))
	if err != nil {
		return nil, errJSON
	}
	return text, nil
}
