package api_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/api"
	"recado/internal/api/clientaddr"
)

func TestHeaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, path := range []string{"/api/me", "/api/openapi.json", "/api/docs/", "/healthz", "/nowhere"} {
		h := f.do(call{method: "GET", path: path}).Header
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), path)
		require.Equal(t, "DENY", h.Get("X-Frame-Options"), path)
		require.Equal(t, "no-referrer", h.Get("Referrer-Policy"), path)
		require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'", path)
		require.Contains(t, []string{"no-store", "no-cache"}, h.Get("Cache-Control"), path)
		require.Empty(t, h.Get("Access-Control-Allow-Origin"), path)
	}
}

func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, path := range []string{"/api/nowhere", "/api/shops/a/nowhere", "/nowhere", "/api/shops/a/flow/more", "/metrics/x"} {
		f.do(call{method: "GET", path: path, token: f.token("owner@a")}).problem(http.StatusNotFound, "not_found")
	}
	for _, c := range []call{{method: "DELETE", path: "/api/me"}, {method: "PUT", path: "/api/auth/login"}, {method: "POST", path: "/healthz"}, {method: "TRACE", path: "/api/me"}} {
		f.do(c).problem(http.StatusMethodNotAllowed, "method_not_allowed")
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	ready := errors.New("the store is away: mongodb://user:secret@db")
	f := newFixture(t, func(o *api.Options) { o.Ready = func(context.Context) error { return ready } })
	get := func(path string) *reply { return f.do(call{method: "GET", path: path}) }
	require.Equal(t, "ok\n", get("/healthz").Text)
	r := get("/readyz")
	require.Equal(t, http.StatusServiceUnavailable, r.Code)
	require.Equal(t, "not ready\n", r.Text, "why is for the log")
	require.Equal(t, "up 1\n", get("/metrics").Text)
	ready = nil
	require.Equal(t, http.StatusOK, get("/readyz").Code)
}

func TestAPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *api.Options) { o.Channels = nil })
	f.activate(f.token("owner@a"), map[string]any{"shopId": "a"}).problem(http.StatusInternalServerError, "internal")
	require.Contains(t, f.log.String(), "panic in handler")
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, c := range []struct{ query, accept, want string }{
		{"", "", "Inicia sesión para continuar."},
		{"", "en-US,en;q=0.9", "Sign in to continue."},
		{"", "pt-BR", "Entre para continuar."},
		{"", "fr", "Inicia sesión para continuar."},
		{"?lang=en", "pt", "Sign in to continue."},
		{"?lang=xx", "pt", "Entre para continuar."},
	} {
		p := f.do(call{method: "GET", path: "/api/me" + c.query, header: map[string]string{"Accept-Language": c.accept}}).problem(http.StatusUnauthorized, "unauthorized")
		require.Equal(t, c.want, p["detail"], "%+v", c)
	}
}

func TestDocs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	r := f.do(call{method: "GET", path: "/api/docs"})
	require.Equal(t, http.StatusMovedPermanently, r.Code)
	require.Equal(t, "/api/docs/", r.Header.Get("Location"))
	for path, kind := range map[string]string{"": "text/html", "docs.js": "text/javascript", "docs.css": "text/css"} {
		r := f.do(call{method: "GET", path: "/api/docs/" + path})
		require.Equal(t, http.StatusOK, r.Code, path)
		require.True(t, strings.HasPrefix(r.Header.Get("Content-Type"), kind), r.Header.Get("Content-Type"))
		require.NotContains(t, r.Text, "://", "%s loads nothing from elsewhere", path)
	}
}

func TestCookiesAreSecureUnderTLS(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *api.Options) { o.Proxies = clientaddr.Proxies{netip.MustParsePrefix("192.0.2.0/24")} })
	secure := func(change func(*http.Request)) bool {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/api/auth/login", strings.NewReader(`{"email":"owner@a.example","password":"`+password+`"}`))
		r.RemoteAddr = "192.0.2.7:1"
		change(r)
		w := httptest.NewRecorder()
		f.handler.ServeHTTP(w, r)
		require.Equal(t, http.StatusOK, w.Code)
		_, c := refreshCookie(t, &reply{t: t, Header: w.Header()})
		return c.Secure
	}
	require.False(t, secure(func(*http.Request) {}))
	require.True(t, secure(func(r *http.Request) { r.TLS = &tls.ConnectionState{} }))
	require.True(t, secure(func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") }))
	require.False(t, secure(func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https"); r.RemoteAddr = "203.0.113.1:1" }), "not a proxy of ours")
}
