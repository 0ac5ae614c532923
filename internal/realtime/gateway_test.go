package realtime_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/channel"
	"recado/internal/message"
	"recado/test/socketio"
)

var addr = netip.MustParseAddr("192.0.2.7")

func TestJourney(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	early := f.open("early", "owner@a")
	require.Equal(t, map[string]any{"ok": true, "status": "connecting"},
		early.Ask("connectWhatsApp", map[string]any{"companyId": "a", "type": "WHATSAPP_WEB"}))
	require.Equal(t, []string{"activate a WHATSAPP_WEB"}, f.channels.recorded())

	f.publish("a", channel.EventStatus, channel.StatusPayload{CompanyID: "a", Type: message.WhatsAppBaileys, Status: channel.Connecting})
	f.qr("a", "2@first")
	var qr channel.QRPayload
	early.Event("qr", 1, &qr)
	require.Equal(t, "2@first", qr.QR)
	require.EqualValues(t, "a", qr.CompanyID)

	late := f.open("late", "agent@a")
	late.Event("qr", 1, &qr)
	require.Equal(t, "2@first", qr.QR, "a late socket gets the current code at once")
	f.qr("a", "2@second")
	late.Event("qr", 2, &qr)
	require.Equal(t, "2@second", qr.QR)

	f.channels.set(channel.State{Channel: channel.Channel{Shop: "a", Type: message.WhatsAppBaileys, Status: channel.Active, Number: "5491155550100"}})
	f.publish("a", channel.EventStatus, channel.StatusPayload{CompanyID: "a", Type: message.WhatsAppBaileys, Status: channel.Active})
	f.publish("a", channel.EventReady, channel.ReadyPayload{CompanyID: "a", Type: message.WhatsAppBaileys, Number: "5491155550100", Name: "Tacos"})
	var ready map[string]any
	late.Event("ready", 1, &ready)
	require.Equal(t, map[string]any{"companyId": "a", "type": "WHATSAPP_BAILEYS", "number": "5491155550100", "name": "Tacos"}, ready)
	f.settle("a", "end", early, late)
	require.Equal(t, []string{"status", "qr", "qr", "status", "ready", "conversation"}, early.Events())
	require.Equal(t, []string{"qr", "qr", "status", "ready", "conversation"}, late.Events())

	ack := late.Ask("connectWhatsApp", map[string]any{"companyId": "a", "type": "WHATSAPP_BAILEYS"})
	require.Equal(t, map[string]any{"ok": false, "error": map[string]any{
		"code": "channel_already_active", "message": "El canal ya está conectado o conectándose.",
	}}, ack)
	require.Equal(t, map[string]any{"ok": true, "status": "inactive"},
		late.Ask("disconnectWhatsApp", map[string]any{"companyId": "a", "type": "WHATSAPP_BAILEYS", "logout": true}))
	require.Contains(t, f.channels.recorded(), "deactivate a WHATSAPP_BAILEYS true")

	last := f.open("last", "owner@a")
	f.settle("a", "last", last)
	require.Equal(t, []string{"conversation"}, last.Events(), "no code is on show, no ready is repeated")
}

func TestRefusedConnections(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	good := f.token("owner@a")
	for name, auth := range map[string]map[string]any{
		"no auth":        nil,
		"no token":       {"tokens": good},
		"empty":          {"token": ""},
		"made up":        {"token": "eyJhbGciOiJub25lIn0.e30."},
		"damaged":        {"token": good[:len(good)-3] + "AAA"},
		"a number":       {"token": 7},
		"an object":      {"token": map[string]any{"$gt": ""}},
		"a list":         {"token": []any{good}},
		"an unknown key": {"token": "rk_abcdefgh"},
	} {
		for _, transport := range []string{"websocket", "polling"} {
			c := f.node.Connect(name+transport, f.url, map[string]any{"transports": []string{transport}, "auth": auth})
			r := c.Wait("connect_error")
			require.Equal(t, "unauthorized", r.Message, name)
			require.JSONEq(t, `{"code":"unauthorized","message":"Inicia sesión para continuar."}`, string(r.Data))
		}
	}
	for name, only := range map[string]any{"foreign": "b", "missing": "nowhere", "one of two": []string{"a", "b"}, "nonsense": []any{1}, "malformed": "../a"} {
		c := f.node.Connect(name, f.url, map[string]any{"transports": []string{"websocket"}, "auth": map[string]any{"token": good, "companyId": only, "lang": "en"}})
		require.Equal(t, "forbidden", c.Wait("connect_error").Message, name)
	}
	c := f.node.Connect("namespace", f.url+"/admin", map[string]any{"transports": []string{"websocket"}, "auth": map[string]any{"token": good}})
	require.Equal(t, "Invalid namespace", c.Wait("connect_error").Message)
}

func TestTransports(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	auth := map[string]any{"token": f.token("owner@a")}
	polling := f.node.Connect("polling", f.url, map[string]any{"transports": []string{"polling"}, "auth": auth})
	require.Equal(t, "polling", polling.Wait("connect").Transport)
	upgrading := f.node.Connect("upgrading", f.url, map[string]any{"auth": auth})
	f.node.Wait("the upgrade", func(r socketio.Report) bool { return r.Socket == "upgrading" && r.Transport == "websocket" })
	upgrading.Wait("connect")
	f.settle("a", "m", polling, upgrading)
	require.Equal(t, true, polling.Ask("connectWhatsApp", map[string]any{"companyId": "a"})["ok"])
}

func TestShopIsolation(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, b, root, narrow := f.open("a", "owner@a"), f.open("b", "owner@b"), f.open("root", "root"), f.open("narrow", "root", map[string]any{"companyId": "b"})
	for _, shop := range []string{"b", "nowhere"} {
		for _, event := range []string{"connectWhatsApp", "disconnectWhatsApp"} {
			ack := a.Ask(event, map[string]any{"companyId": shop, "type": "WHATSAPP_WEB"})
			require.Equal(t, "forbidden", ack["error"].(map[string]any)["code"])
		}
	}
	require.Equal(t, "invalid_company", root.Ask("connectWhatsApp", map[string]any{"companyId": "nowhere"})["error"].(map[string]any)["code"])
	require.Empty(t, f.channels.recorded(), "nothing was done")

	f.qr("a", "2@code-of-a")
	f.publish("a", "message", map[string]any{"text": "hola"})
	f.publish("a", channel.EventStatus, channel.StatusPayload{CompanyID: "a", Type: message.WhatsAppBaileys, Status: channel.Connecting})
	f.publish("a", "internal-thing", map[string]any{})
	f.settle("a", "a", a, root)
	f.settle("b", "b", b, root, narrow)
	require.Equal(t, []string{"qr", "message", "status", "conversation"}, a.Events())
	require.Equal(t, []string{"qr", "message", "status", "conversation", "conversation"}, root.Events())
	require.Equal(t, []string{"conversation"}, b.Events())
	require.Equal(t, []string{"conversation"}, narrow.Events())

	late := f.open("late", "root")
	var qr channel.QRPayload
	late.Event("qr", 1, &qr)
	require.Equal(t, "2@code-of-a", qr.QR, "an administrator who comes late sees it too")
}

func TestViewersReceiveNoQRAndCommandNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.qr("a", "2@early")
	v := f.open("viewer", "viewer@a", map[string]any{"lang": "en"})
	for _, event := range []string{"connectWhatsApp", "disconnectWhatsApp"} {
		require.Equal(t, map[string]any{"ok": false, "error": map[string]any{"code": "forbidden", "message": "Your role does not allow this."}},
			v.Ask(event, map[string]any{"companyId": "a"}))
	}
	f.qr("a", "2@secret")
	f.publish("a", channel.EventStatus, channel.StatusPayload{CompanyID: "a", Type: message.WhatsAppBaileys, Status: channel.Inactive, Reason: channel.QRExpired})
	f.settle("a", "end", v)
	require.Equal(t, []string{"status", "conversation"}, v.Events())
	var status map[string]any
	v.Event("status", 1, &status)
	require.Equal(t, map[string]any{
		"companyId": "a", "type": "WHATSAPP_BAILEYS", "status": "inactive", "reason": "qr_expired",
		"message": "Nobody scanned the code in time. Activate again to see a new one.",
	}, status)
	require.Empty(t, f.channels.recorded())
}

func TestRetriesAreSent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.open("c", "owner@a", map[string]any{"lang": "pt-BR"})
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	f.publish("a", channel.EventStatus, channel.StatusPayload{
		CompanyID: "a", Type: message.WhatsAppWeb, Status: channel.Connecting, Reason: channel.Unreachable, Attempt: 3, MaxAttempts: 10, RetryAt: &at,
	})
	var status map[string]any
	c.Event("status", 1, &status)
	require.Equal(t, map[string]any{
		"companyId": "a", "type": "WHATSAPP_WEB", "status": "connecting", "reason": "unreachable", "attempt": 3.0, "maxAttempts": 10.0,
		"retryAt": "2026-03-01T12:00:00Z", "message": "Não conseguimos falar com o WhatsApp; continuamos tentando.",
	}, status)
}
