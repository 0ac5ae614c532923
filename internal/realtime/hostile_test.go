package realtime_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"recado/internal/realtime"
	"recado/internal/tenant/auth"
)

func TestForeignOriginsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *realtime.Options) { o.Origins = []string{"https://shop.example"} })
	token := f.token("owner@a")
	for origin, want := range map[string]bool{
		"": true, f.url: true, "https://shop.example": true,
		"https://evil.example": false, "http://shop.example": false, "null": false, f.url + ".evil.example": false, "file://": false,
	} {
		for _, transport := range []string{"polling", "websocket"} {
			options := map[string]any{"transports": []string{transport}, "auth": map[string]any{"token": token}}
			if origin != "" {
				options["extraHeaders"] = map[string]string{"Origin": origin}
			}
			name := origin + " " + transport
			f.node.Connect(name, f.url, options)
			r := f.node.Wait(name, func(r socketioReport) bool {
				return r.Socket == name && (r.Kind == "connect" || r.Kind == "connect_error")
			})
			require.Equal(t, want, r.Kind == "connect", "%s: %+v", name, r)
		}
	}
	sid := f.handshake()
	for _, r := range []*http.Request{
		f.request("POST", "EIO=4&transport=polling&sid="+sid, `40{"token":"x"}`),
		f.request("GET", "EIO=4&transport=polling&sid="+sid, ""),
		f.upgrade("EIO=4&transport=websocket&sid=" + sid),
	} {
		r.Header.Set("Origin", "https://evil.example")
		require.Equal(t, http.StatusForbidden, f.send(r), "%s %s", r.Method, r.URL)
	}
}

func TestRefusedProtocols(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, query := range []string{
		"", "EIO=3&transport=polling", "transport=polling", "EIO=4&transport=polling&j=0", "EIO=4&transport=polling&b64=1",
		"EIO=4&transport=webtransport", "EIO=4&transport=", "EIO=4&transport=nonsense", "EIO=4&transport=polling&sid=unknown",
		"EIO=4&transport=polling&sid=" + strings.Repeat("x", 5000), "EIO=4&transport=polling&sid=../../etc/passwd",
	} {
		require.Equal(t, http.StatusBadRequest, f.send(f.request("GET", query, "")), query)
	}
	require.Equal(t, http.StatusMethodNotAllowed, f.send(f.request("PUT", "EIO=4&transport=polling", "")))
	require.Equal(t, http.StatusBadRequest, f.send(f.request("POST", "EIO=4&transport=polling", "40")))
	require.Equal(t, http.StatusBadRequest, f.send(f.request("GET", "", "")))
	res, err := http.Get(f.url + "/socket.io/socket.io.js")
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusBadRequest, res.StatusCode, "the client is not served")
}

func TestHandshakesAreLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *realtime.Options) { o.Handshakes = auth.Rule{Burst: 3, Every: time.Hour} })
	for range 3 {
		f.handshake()
	}
	require.Equal(t, http.StatusTooManyRequests, f.send(f.request("GET", "EIO=4&transport=polling", "")))

	g := newFixture(t, func(o *realtime.Options) { o.Waiting = 3 })
	for range 3 {
		g.handshake()
	}
	require.Equal(t, http.StatusServiceUnavailable, g.send(g.request("GET", "EIO=4&transport=polling", "")))
}

// payloads are malformed commands and the code of each.
var payloads = []struct {
	code string
	args []any
}{
	{"invalid_company", nil},
	{"invalid_company", []any{nil}},
	{"invalid_company", []any{"a"}},
	{"invalid_company", []any{7}},
	{"invalid_company", []any{true}},
	{"invalid_company", []any{[]any{"a"}}},
	{"invalid_company", []any{map[string]any{}}},
	{"invalid_company", []any{map[string]any{"companyId": nil}}},
	{"invalid_company", []any{map[string]any{"companyId": 7}}},
	{"invalid_company", []any{map[string]any{"companyId": ""}}},
	{"invalid_company", []any{map[string]any{"companyId": []any{"a"}}}},
	{"invalid_company", []any{map[string]any{"companyId": map[string]any{"$gt": ""}}}},
	{"invalid_company", []any{map[string]any{"companyId": "../a"}}},
	{"invalid_company", []any{map[string]any{"companyId": "a\x00"}}},
	{"invalid_company", []any{map[string]any{"companyId": " a"}}},
	{"invalid_company", []any{map[string]any{"companyId": strings.Repeat("a", 65)}}},
	{"invalid_company", []any{map[string]any{"companyId": strings.Repeat("a", 50_000)}}},
	{"invalid_company", []any{map[string]any{"company": "a"}}},
	{"invalid_company", []any{map[string]any{"companyId": map[string]any{"$binary": "AAAA"}}}},
	{"invalid_company", []any{map[string]any{"$binary": "AAAA"}}},
	{"invalid_company", []any{map[string]any{"companyId": "a"}, "more"}},
	{"invalid_type", []any{map[string]any{"companyId": "a", "type": 7}}},
	{"invalid_type", []any{map[string]any{"companyId": "a", "type": ""}}},
	{"invalid_type", []any{map[string]any{"companyId": "a", "type": "TELEGRAM"}}},
	{"invalid_type", []any{map[string]any{"companyId": "a", "type": "whatsapp_web"}}},
	{"invalid_type", []any{map[string]any{"companyId": "a", "type": []any{"WHATSAPP_WEB"}}}},
	{"invalid_type", []any{map[string]any{"companyId": "a", "type": map[string]any{}}}},
	{"invalid_type", []any{map[string]any{"companyId": "a", "type": strings.Repeat("W", 10_000)}}},
	{"invalid_payload", []any{map[string]any{"companyId": "a", "logout": "yes"}}},
	{"invalid_payload", []any{map[string]any{"companyId": "a", "logout": 1}}},
	{"forbidden", []any{map[string]any{"companyId": "b"}}},
	{"forbidden", []any{map[string]any{"companyId": "b", "type": "TELEGRAM"}}},
	{"forbidden", []any{map[string]any{"companyId": "nowhere"}}},
	{"not_configured", []any{map[string]any{"companyId": "a", "type": "WHATSAPP_CLOUD"}}},
}

func TestMalformedCommands(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	witness := f.open("witness", "owner@b")
	for i, p := range payloads {
		c := f.open(fmt.Sprint("c", i), []string{"owner@a", "agent@a"}[i%2])
		for _, event := range []string{"connectWhatsApp", "disconnectWhatsApp"} {
			if p.code == "not_configured" && event == "disconnectWhatsApp" {
				continue
			}
			ack := c.Ask(event, p.args...)
			require.Equal(t, false, ack["ok"], "%v", p.args)
			require.Equal(t, p.code, ack["error"].(map[string]any)["code"], "%s %v", event, p.args)
			require.NotEmpty(t, ack["error"].(map[string]any)["message"])
			c.Emit(event, p.args...) // and without anybody to answer to
		}
		c.Emit("no-such-event", p.args...)
		f.settle("a", fmt.Sprint("m", i), c)
		c.Disconnect()
		c.Wait("disconnect")
	}
	for _, done := range f.channels.recorded() {
		require.Equal(t, "activate a WHATSAPP_CLOUD", done, "nothing else reached the channels")
	}
	f.settle("b", "end", witness)
	require.Equal(t, []string{"conversation"}, witness.Events())
}

func TestPanicIsAcknowledged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, quiet)
	f.channels.mu.Lock()
	f.channels.panics = true
	f.channels.mu.Unlock()
	c := f.open("c", "owner@a")
	require.Equal(t, "internal", c.Ask("connectWhatsApp", map[string]any{"companyId": "a"})["error"].(map[string]any)["code"])
	require.Equal(t, true, c.Ask("disconnectWhatsApp", map[string]any{"companyId": "a"})["ok"], "the socket lives on")
}

func TestCommandRateIsLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.open("c", "owner@a")
	codes := map[any]int{}
	for range 30 {
		ack := c.Ask("connectWhatsApp", map[string]any{"companyId": "b"})
		codes[ack["error"].(map[string]any)["code"]]++
	}
	require.GreaterOrEqual(t, codes["forbidden"], 20)
	require.Positive(t, codes["too_many_attempts"])
}

func TestOversizedPayloads(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.open("c", "owner@a")
	c.Emit("connectWhatsApp", map[string]any{"companyId": "a", "x": strings.Repeat("x", 150_000)})
	c.Wait("disconnect")
	require.Empty(t, f.channels.recorded())
	sid := f.handshake()
	require.Equal(t, http.StatusRequestEntityTooLarge, f.send(f.request("POST", "EIO=4&transport=polling&sid="+sid, "4"+strings.Repeat("x", 150_000))))
	f.open("alive", "owner@a")
}

// TestHostileFrames sends malformed frames. The library parses them before the
// handshake, in goroutines of its own, where a panic would end the program.
func TestHostileFrames(t *testing.T) {
	t.Parallel()
	f := newFixture(t, quiet, unlimited)
	for _, frame := range hostileFrames() {
		f.frames(frame)
	}
	for _, body := range hostileFrames() {
		sid := f.handshake()
		f.send(f.request("POST", "EIO=4&transport=polling&sid="+sid, strings.Join(body, "\x1e")))
	}
	f.open("alive", "owner@a")
	require.Empty(t, f.channels.recorded())
}

func hostileFrames() [][]string {
	list := [][]string{
		{""},
		{"4"},
		{"40"},
		{"40{"},
		{"40[]"},
		{"40null"},
		{"40\"x\""},
		{"407"},
		{"40{}", "40{}"},
		{"40/admin,{}"},
		{"40/admin"},
		{"40/" + strings.Repeat("a", 5000)},
		{"41"},
		{"42"},
		{"42[]"},
		{"42[1]"},
		{"42[null]"},
		{"42{}"},
		{"42[{}]"},
		{"42[\"connectWhatsApp\",{\"companyId\":\"a\"}]"},
		{"42999999999999999999999[\"x\"]"},
		{"43"},
		{"431[]"},
		{"430[]"},
		{"44"},
		{"44{}"},
		{"45"},
		{"450-[]"},
		{"451-[\"x\",{\"_placeholder\":true,\"num\":0}]"},
		{"451-[\"x\",{\"_placeholder\":true,\"num\":9}]", "\xff"},
		{"45-1-[]"},
		{"4599999999999-[]"},
		{"451-/a,"},
		{"46"},
		{"460-[]"},
		{"461-[]"},
		{"47"},
		{"48"},
		{"49"},
		{"4a"},
		{"0"},
		{"1"},
		{"2"},
		{"2probe"},
		{"3"},
		{"3probe"},
		{"5"},
		{"6"},
		{"7"},
		{"9"},
		{"b"},
		{"bAAA="},
		{"b!!!"},
		{"\xff\xfe"},
		{"\x00"},
		{"\x1e\x1e\x1e"},
		{"42" + strings.Repeat("[", 20_000)},
		{"40" + strings.Repeat(`{"a":`, 10_000)},
		{"40{\"token\":\"x\"}", "42[\"connectWhatsApp\"]"},
		{"40{\"token\":{\"a\":[1,2,{}]}}"},
		{"40{\"companyId\":[[[]]],\"token\":\"\"}"},
		{"40{\"pid\":1,\"offset\":{}}"},
		{"42[\"connect\"]"},
		{"42[\"disconnect\"]"},
		{"42[\"error\"]"},
		{"42[\"newListener\"]"},
	}
	r := rand.New(rand.NewPCG(1, 2))
	const alphabet = `0123456789b{}[]",:-/\x1eanull_placeholder`
	for range 40 {
		var b strings.Builder
		for range 1 + r.IntN(40) {
			b.WriteByte(alphabet[r.IntN(len(alphabet))])
		}
		list = append(list, []string{b.String()}, []string{"40" + b.String()}, []string{"42" + b.String()}, []string{"45" + b.String()})
	}
	return list
}

// frames sends text and binary frames over a new WebSocket, before and after its
// handshake, and over an upgrade of a polling connection.
func (f *fixture) frames(frames []string) {
	f.t.Helper()
	token, err := json.Marshal(map[string]string{"token": f.token("agent@b")})
	require.NoError(f.t, err)
	for _, start := range []struct{ query, first string }{
		{"EIO=4&transport=websocket", ""},
		{"EIO=4&transport=websocket", "40" + string(token)},
		{"EIO=4&transport=websocket&sid=" + f.handshake(), "2probe"},
		{"EIO=4&transport=websocket&sid=" + f.handshake(), ""},
	} {
		ctx, cancel := context.WithTimeout(f.t.Context(), 30*time.Second)
		ws, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(f.url, "http")+"/socket.io/?"+start.query, nil)
		require.NoError(f.t, err)
		send := func(kind websocket.MessageType, text string) { _ = ws.Write(ctx, kind, []byte(text)) } // it may be closed already
		if start.first != "" {
			send(websocket.MessageText, start.first)
		}
		for _, text := range frames {
			send(websocket.MessageText, text)
			send(websocket.MessageBinary, text)
		}
		_ = ws.CloseNow()
		cancel()
	}
}

// handshake opens a polling connection without a token and returns its sid.
func (f *fixture) handshake() string {
	f.t.Helper()
	res, err := http.DefaultClient.Do(f.request("GET", "EIO=4&transport=polling", ""))
	require.NoError(f.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(f.t, err)
	require.Equal(f.t, http.StatusOK, res.StatusCode, string(body))
	var open struct{ SID string }
	require.NoError(f.t, json.Unmarshal(body[1:], &open))
	return open.SID
}

func (f *fixture) request(method, query, body string) *http.Request {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), method, f.url+"/socket.io/?"+query, strings.NewReader(body))
	require.NoError(f.t, err)
	return r
}

func (f *fixture) upgrade(query string) *http.Request {
	r := f.request("GET", query, "")
	for k, v := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} {
		r.Header.Set(k, v)
	}
	return r
}

// send returns the status of a request; 0 if the server does not answer in time.
func (f *fixture) send(r *http.Request) int {
	ctx, cancel := context.WithTimeout(f.t.Context(), 2*time.Second)
	defer cancel()
	res, err := http.DefaultClient.Do(r.WithContext(ctx))
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}
