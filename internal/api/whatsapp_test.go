package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/api"
	"recado/internal/channel"
	"recado/internal/message"
)

func (f *fixture) activate(token string, body map[string]any) *reply {
	f.t.Helper()
	return f.do(call{method: "POST", path: "/api/whatsapp/activate", token: token, body: body})
}

func TestActivate(t *testing.T) {
	t.Parallel()
	seen := noon.Add(-time.Hour)
	active := channel.State{Channel: channel.Channel{
		Shop: "a", Type: message.WhatsAppBaileys, Status: channel.Active, Number: "5491155550100", LastConnection: seen,
	}}
	for name, c := range map[string]struct {
		before func(*channels)
		body   map[string]any
		want   map[string]any
	}{
		"a new link": {
			nil,
			map[string]any{"shopId": "a"},
			map[string]any{"status": "connecting", "type": "WHATSAPP_BAILEYS", "qr": "2@qr-of-a", "expiresAt": "2026-03-01T12:01:00Z"},
		},
		"of a type": {
			nil,
			map[string]any{"shopId": "a", "type": "WHATSAPP_WEB"},
			map[string]any{"status": "connecting", "type": "WHATSAPP_WEB", "qr": "2@qr-of-a", "expiresAt": "2026-03-01T12:01:00Z"},
		},
		"connected": {
			func(c *channels) { c.set(active) },
			map[string]any{"shopId": "a"},
			map[string]any{"status": "active", "type": "WHATSAPP_BAILEYS", "number": "5491155550100", "message": "already connected"},
		},
		"restoring": {
			func(c *channels) { c.restores = true },
			map[string]any{"shopId": "a"},
			map[string]any{"status": "connecting", "type": "WHATSAPP_BAILEYS", "message": "restoring session"},
		},
		"stopped before there was a code": {
			func(c *channels) {
				c.set(channel.State{Channel: channel.Channel{Shop: "a", Type: message.WhatsAppBaileys, Status: channel.Errored, Reason: channel.Outdated}})
			},
			map[string]any{"shopId": "a"},
			map[string]any{
				"status": "error", "reason": "outdated", "type": "WHATSAPP_BAILEYS",
				"message": "WhatsApp ya no acepta esta versión. Actualiza el programa.",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			if c.before != nil {
				c.before(f.channels)
			}
			r := f.activate(f.token("agent@a"), c.body)
			require.Equal(t, c.want, r.ok(http.StatusOK))
			require.Equal(t, "no-store", r.Header.Get("Cache-Control"))
		})
	}
}

func TestActivateRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		who    string
		before func(*channels)
		body   map[string]any
		status int
		code   string
	}{
		"no QR in time":       {"owner@a", func(c *channels) { c.never = true }, map[string]any{"shopId": "a"}, http.StatusGatewayTimeout, "qr_timeout"},
		"not configured":      {"owner@a", nil, map[string]any{"shopId": "a", "type": "WHATSAPP_CLOUD"}, http.StatusConflict, "not_configured"},
		"no such type":        {"owner@a", nil, map[string]any{"shopId": "a", "type": "TELEGRAM"}, http.StatusUnprocessableEntity, "invalid_type"},
		"lower case":          {"owner@a", nil, map[string]any{"shopId": "a", "type": "whatsapp_web"}, http.StatusUnprocessableEntity, "invalid_type"},
		"a foreign shop":      {"owner@a", nil, map[string]any{"shopId": "b"}, http.StatusNotFound, "not_found"},
		"a foreign shop, and": {"owner@a", nil, map[string]any{"shopId": "b", "type": "TELEGRAM"}, http.StatusNotFound, "not_found"},
		"no such shop":        {"root", nil, map[string]any{"shopId": "nowhere"}, http.StatusNotFound, "not_found"},
		"a viewer":            {"viewer@a", nil, map[string]any{"shopId": "a"}, http.StatusForbidden, "forbidden"},
		"our fault":           {"owner@a", func(c *channels) { c.refusal = http.ErrBodyNotAllowed }, map[string]any{"shopId": "a"}, http.StatusInternalServerError, "internal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(o *api.Options) { o.QRWait = 30 * time.Millisecond })
			if c.before != nil {
				c.before(f.channels)
			}
			f.activate(f.token(c.who), c.body).problem(c.status, c.code)
		})
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	get := func(who, query, lang string) map[string]any {
		return f.do(call{method: "GET", path: "/api/whatsapp/status?" + query, token: f.token(who), header: map[string]string{"Accept-Language": lang}}).ok(http.StatusOK)
	}
	require.Equal(t, map[string]any{"status": "inactive", "type": "WHATSAPP_BAILEYS", "message": "WhatsApp is not connected."}, get("viewer@a", "shopId=a", "en"))
	f.activate(f.token("owner@a"), map[string]any{"shopId": "a"}).ok(http.StatusOK)
	require.Equal(t, map[string]any{
		"status": "connecting", "type": "WHATSAPP_BAILEYS", "message": "Conectando ao WhatsApp.", "qr": "2@qr-of-a", "expiresAt": "2026-03-01T12:01:00Z",
	}, get("agent@a", "shopId=a&lang=pt", "en"))
	require.NotContains(t, get("viewer@a", "shopId=a", "es"), "qr", "whoever holds the code can take the account")

	f.channels.set(channel.State{
		Channel: channel.Channel{
			Shop: "a", Type: message.WhatsAppWeb, Status: channel.Connecting, Reason: channel.Unreachable, Number: "5491155550100", LastConnection: noon,
		},
		Attempt: 3, MaxAttempts: 10, RetryAt: noon.Add(time.Minute),
	})
	require.Equal(t, map[string]any{
		"status": "connecting", "reason": "unreachable", "type": "WHATSAPP_WEB", "number": "5491155550100",
		"message": "No llegamos a WhatsApp; seguimos intentando.", "lastConnection": "2026-03-01T12:00:00Z",
		"attempt": 3.0, "maxAttempts": 10.0, "retryAt": "2026-03-01T12:01:00Z",
	}, get("owner@a", "shopId=a&type=WHATSAPP_WEB", ""))
	f.do(call{method: "GET", path: "/api/whatsapp/status?shopId=a&type=nope", token: f.token("owner@a")}).problem(http.StatusUnprocessableEntity, "invalid_type")
	f.do(call{method: "GET", path: "/api/whatsapp/status", token: f.token("owner@a")}).problem(http.StatusUnprocessableEntity, "invalid_body")
	f.do(call{method: "GET", path: "/api/whatsapp/status?shopId=b", token: f.token("owner@a")}).problem(http.StatusNotFound, "not_found")
}

func TestDeactivate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	token := f.token("agent@a")
	do := func(body map[string]any) *reply {
		return f.do(call{method: "POST", path: "/api/whatsapp/deactivate", token: token, body: body})
	}
	want := map[string]any{"status": "inactive", "reason": "deactivated", "type": "WHATSAPP_BAILEYS", "message": "WhatsApp está desactivado: el bot no responde."}
	require.Equal(t, want, do(map[string]any{"shopId": "a"}).ok(http.StatusOK))
	require.Equal(t, want, do(map[string]any{"shopId": "a", "logout": true}).ok(http.StatusOK))
	require.Equal(t, []string{"deactivate a  false", "deactivate a  true"}, f.channels.noted())
	do(map[string]any{"shopId": "b", "logout": true}).problem(http.StatusNotFound, "not_found")
	do(map[string]any{"shopId": "a", "type": "X"}).problem(http.StatusUnprocessableEntity, "invalid_type")
	require.Len(t, f.channels.noted(), 2)
}

func TestPair(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	token := f.token("owner@a")
	do := func(phone any) *reply {
		return f.do(call{method: "POST", path: "/api/whatsapp/pair", token: token, body: map[string]any{"shopId": "a", "phone": phone}})
	}
	require.Equal(t, map[string]any{"code": "ABCD-EFGH", "expiresAt": "2026-03-01T12:03:00Z"}, do("+54 9 (11) 5555-0100").ok(http.StatusOK))
	require.Equal(t, []string{"pair a  5491155550100"}, f.channels.noted())
	for _, phone := range []string{"", "123", "0115555010000", "+54abc55550100", "1234567890123456", "５４９１１５５５"} {
		do(phone).problem(http.StatusUnprocessableEntity, "invalid_phone")
	}
	do(5491155550100).problem(http.StatusUnprocessableEntity, "invalid_body")
	f.channels.set(channel.State{Channel: channel.Channel{Shop: "a", Type: message.WhatsAppBaileys, Status: channel.Active}})
	do("5491155550100").problem(http.StatusConflict, "not_connecting")
}
