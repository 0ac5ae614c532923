package api_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func login(email, pass string) call {
	return call{method: "POST", path: "/api/auth/login", body: map[string]any{"email": email, "password": pass}}
}

// refreshCookie returns the cookie that a reply sets, as the browser sends it back.
func refreshCookie(t *testing.T, r *reply) (header string, c *http.Cookie) {
	t.Helper()
	for _, line := range r.Header.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		require.NoError(t, err)
		if c.Name == "recado_refresh" {
			return c.Name + "=" + c.Value, c
		}
	}
	require.Fail(t, "no refresh cookie")
	return "", nil
}

func TestLogin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	r := f.do(login("Owner@A.example ", password))
	got := r.ok(http.StatusOK)
	require.Equal(t, "2026-03-01T12:15:00Z", got["expiresAt"])
	require.Equal(t, map[string]any{
		"id": f.userID("owner@a.example"), "email": "owner@a.example", "name": "owner of a", "admin": false,
		"shops": []any{map[string]any{"shopId": "a", "name": "Shop a", "role": "owner"}},
	}, got["user"])
	_, c := refreshCookie(t, r)
	require.True(t, c.HttpOnly)
	require.False(t, c.Secure, "no TLS here")
	require.Equal(t, http.SameSiteStrictMode, c.SameSite)
	require.Equal(t, "/api/auth", c.Path)
	require.Equal(t, "no-store", r.Header.Get("Cache-Control"))

	me := f.do(call{method: "GET", path: "/api/me", token: got["accessToken"].(string)}).ok(http.StatusOK)
	require.Equal(t, got["user"], me)
	for _, wrong := range []call{login("owner@a.example", "wrong password"), login("nobody@a.example", password), login("not an e-mail", password), login("", "")} {
		p := f.do(wrong).problem(http.StatusUnauthorized, "invalid_credentials")
		require.Equal(t, "El correo o la contraseña no son correctos.", p["detail"])
	}
}

func TestLoginIsLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 5 {
		f.do(login("owner@a.example", "wrong password")).problem(http.StatusUnauthorized, "invalid_credentials")
	}
	r := f.do(login("owner@a.example", password))
	r.problem(http.StatusTooManyRequests, "too_many_attempts")
	after, err := strconv.Atoi(r.Header.Get("Retry-After"))
	require.NoError(t, err)
	require.Positive(t, after)
	f.do(login("agent@a.example", password)).ok(http.StatusOK)
	f.clock.Advance(time.Duration(after) * time.Second)
	f.do(login("owner@a.example", password)).ok(http.StatusOK)
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first, _ := refreshCookie(t, f.do(login("owner@a.example", password)))
	again := func(cookie string) *reply {
		return f.do(call{method: "POST", path: "/api/auth/refresh", header: map[string]string{"Cookie": cookie}})
	}
	r := again(first)
	got := r.ok(http.StatusOK)
	second, _ := refreshCookie(t, r)
	require.NotEqual(t, first, second)
	f.do(call{method: "GET", path: "/api/me", token: got["accessToken"].(string)}).ok(http.StatusOK)

	again(first).problem(http.StatusUnauthorized, "unauthorized")
	again(second).problem(http.StatusUnauthorized, "unauthorized")
	f.do(call{method: "GET", path: "/api/me", token: got["accessToken"].(string)}).problem(http.StatusUnauthorized, "unauthorized")
	again("recado_refresh=rt_made_up").problem(http.StatusUnauthorized, "unauthorized")
	f.do(call{method: "POST", path: "/api/auth/refresh"}).problem(http.StatusUnauthorized, "unauthorized")
}

func TestLogout(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	r := f.do(login("owner@a.example", password))
	token := r.json()["accessToken"].(string)
	cookie, _ := refreshCookie(t, r)
	out := f.do(call{method: "POST", path: "/api/auth/logout", header: map[string]string{"Cookie": cookie}})
	out.ok(http.StatusNoContent)
	_, c := refreshCookie(t, out)
	require.Negative(t, c.MaxAge)
	f.do(call{method: "POST", path: "/api/auth/refresh", header: map[string]string{"Cookie": cookie}}).problem(http.StatusUnauthorized, "unauthorized")
	f.do(call{method: "GET", path: "/api/me", token: token}).problem(http.StatusUnauthorized, "unauthorized")
	f.do(call{method: "POST", path: "/api/auth/logout"}).ok(http.StatusNoContent)
}

func TestCookieCallsRefuseOtherSites(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cookie, _ := refreshCookie(t, f.do(login("owner@a.example", password)))
	for name, header := range map[string]map[string]string{
		"another origin":  {"Origin": "https://evil.example"},
		"a look-alike":    {"Origin": "http://panel.example.evil.example"},
		"another port":    {"Origin": "http://panel.example:8081"},
		"null":            {"Origin": "null"},
		"a file":          {"Origin": "file://"},
		"no origin, site": {"Sec-Fetch-Site": "cross-site"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header["Cookie"] = cookie
			for _, path := range []string{"/api/auth/refresh", "/api/auth/logout"} {
				f.do(call{method: "POST", path: path, header: header}).problem(http.StatusForbidden, "foreign_origin")
			}
			l := login("owner@a.example", password)
			l.header = header
			f.do(l).problem(http.StatusForbidden, "foreign_origin")
		})
	}
	t.Cleanup(func() { // after the parallel ones: the refused calls changed nothing
		f.do(call{method: "POST", path: "/api/auth/refresh", header: map[string]string{"Cookie": cookie, "Origin": "http://panel.example"}}).ok(http.StatusOK)
	})
}

func TestSetUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	require.Equal(t, map[string]any{"needed": false}, f.do(call{method: "GET", path: "/api/auth/setup"}).ok(http.StatusOK))
	body := map[string]any{"token": "guess", "email": "eve@example.com", "name": "Eve", "password": password}
	f.do(call{method: "POST", path: "/api/auth/setup", body: body}).problem(http.StatusForbidden, "invalid_setup_link")
	_, _, err := f.store.UserByEmail(t.Context(), "eve@example.com")
	require.Error(t, err)
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	mine, other := f.token("agent@a"), f.token("agent@a")
	change := func(current, next string) *reply {
		return f.do(call{method: "PUT", path: "/api/me/password", token: mine, body: map[string]any{"current": current, "new": next}})
	}
	change("wrong password", "another password").problem(http.StatusUnauthorized, "invalid_credentials")
	change(password, "short").problem(http.StatusUnprocessableEntity, "invalid_body")
	change(password, "another password").ok(http.StatusNoContent)
	f.do(call{method: "GET", path: "/api/me", token: mine}).ok(http.StatusOK)
	f.do(call{method: "GET", path: "/api/me", token: other}).problem(http.StatusUnauthorized, "unauthorized")
	f.do(login("agent@a.example", password)).problem(http.StatusUnauthorized, "invalid_credentials")
	f.do(login("agent@a.example", "another password")).ok(http.StatusOK)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	good := f.token("owner@a")
	for name, header := range map[string]map[string]string{
		"none":           {},
		"empty":          {"Authorization": "Bearer "},
		"no scheme":      {"Authorization": good},
		"another scheme": {"Authorization": "Basic " + good},
		"damaged":        {"Authorization": "Bearer " + good[:len(good)-4] + "AAAA"},
		"twice":          {"Authorization": "Bearer " + good + " " + good},
		"an unknown key": {"Authorization": "Bearer rk_abcdefgh"},
		"very long":      {"Authorization": "Bearer " + strings.Repeat("x", 100_000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := f.do(call{method: "GET", path: "/api/me", header: header})
			r.problem(http.StatusUnauthorized, "unauthorized")
			require.Equal(t, `Bearer realm="recado"`, r.Header.Get("WWW-Authenticate"))
		})
	}
	f.do(call{method: "GET", path: "/api/me", header: map[string]string{"Authorization": "bearer " + good}}).ok(http.StatusOK)
	t.Run("expired", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		token := f.token("owner@a")
		f.clock.Advance(15*time.Minute + time.Second)
		f.do(call{method: "GET", path: "/api/me", token: token}).problem(http.StatusUnauthorized, "unauthorized")
	})
}
