package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"recado/internal/cluster"
	"recado/internal/config"
	"recado/internal/message"
	"recado/internal/tenant"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shopper is a whole server without WhatsApp, spoken to by an administrator.
type shopper struct {
	t     *testing.T
	s     *server
	token string
	n     int
}

func startShop(t *testing.T) *shopper {
	t.Helper()
	c := &config.Config{
		HTTPAddr: "127.0.0.1:0", DataDir: t.TempDir(), AdminEmail: "root@example.com", AdminPassword: "correct horse battery",
		MaxReconnectAttempts: 1, ReconnectDelay: time.Second, FlowsLoopback: true,
	}
	s, err := build(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.conversations.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
		s.caller.Close()
		require.NoError(t, s.close())
	})
	w := &shopper{t: t, s: s}
	w.token = w.do("POST", "/api/auth/login", map[string]any{"email": c.AdminEmail, "password": "correct horse battery"}, 200)["accessToken"].(string)
	for i, shop := range []tenant.ShopID{"tacos", "pizza"} {
		w.do("POST", "/api/shops", map[string]any{"shopId": shop, "name": "Shop"}, 201)
		s.conversations.Own(cluster.Lease{Shop: shop, Node: "n", Epoch: cluster.Epoch(i + 1)})
	}
	return w
}

// do makes a call and returns the answer's body.
func (w *shopper) do(method, path string, body any, status int) map[string]any {
	w.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(w.t, err)
	r := httptest.NewRequestWithContext(context.WithoutCancel(w.t.Context()), method, path, bytes.NewReader(data))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+w.token)
	rec := httptest.NewRecorder()
	w.s.handler.ServeHTTP(rec, r)
	require.Equal(w.t, status, rec.Code, "%s %s: %s", method, path, rec.Body)
	var out map[string]any
	if rec.Body.Len() > 0 {
		require.NoError(w.t, json.Unmarshal(rec.Body.Bytes(), &out))
	}
	return out
}

// get returns a file.
func (w *shopper) get(path string) string {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), "GET", path, http.NoBody)
	r.Header.Set("Authorization", "Bearer "+w.token)
	rec := httptest.NewRecorder()
	w.s.handler.ServeHTTP(rec, r)
	require.Equal(w.t, 200, rec.Code, "%s: %s", path, rec.Body)
	return rec.Body.String()
}

// writes has a customer write to the shop.
func (w *shopper) writes(text string) {
	w.t.Helper()
	w.n++
	who := message.Peer{Phone: "5215599990001"}
	require.NoError(w.t, w.s.conversations.Receive(context.WithoutCancel(w.t.Context()), message.In{
		Shop: "tacos", Channel: message.WhatsAppBaileys, ID: fmt.Sprint("M", w.n), Chat: who, Sender: who, Name: "Ana",
		At: time.Now(), Content: message.Content{Kind: message.Text, Text: text},
	}))
}

// hears waits until the newest message of the shop is text.
func (w *shopper) hears(text string) (conversation string) {
	w.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	last := ""
	for time.Now().Before(deadline) {
		list := w.do("GET", "/api/shops/tacos/conversations", nil, 200)["conversations"].([]any)
		if len(list) > 0 {
			c := list[0].(map[string]any)
			last = fmt.Sprint(c["last"].(map[string]any)["text"])
			if strings.Contains(last, text) {
				return c["id"].(string)
			}
		}
		<-time.After(5 * time.Millisecond)
	}
	w.t.Fatalf("the last message is %q, not %q", last, text)
	return ""
}

const payment = `{"format":"recado-flow/1","id":"pay","name":"Pay","locale":"en","start":"call","vars":{"folio":{"type":"text"}},
	"nodes":{"call":{"type":"http","method":"POST","url":"%s/orders","secret":"pos","json":{"who":{"expr":"contact.name"}},"save":{"folio":"body.folio"},"on_ok":"done","on_fail":"fail"},
		"done":{"type":"end","returns":{"folio":{"expr":"folio"}}},"fail":{"type":"end"}}}`

const storefront = `{"format":"recado-flow/1","id":"front","name":"Front","locale":"en","start":"hours","vars":{"folio":{"type":"text"}},
	"triggers":[{"on":"any_message"},{"on":"event","event":"paid","start":"paid"},{"on":"tag_added","event":"vip","start":"vip"}],
	"nodes":{"hours":{"type":"hours","calendar":"kitchen","open":"menu","closed":"closed"},
		"menu":{"type":"menu","say":"%s","options":[{"id":"order","label":"Order","next":"pay"},{"id":"no","label":"Nothing","next":"closed"}]},
		"pay":{"type":"call","flow":"pay","out":{"folio":"folio"},"next":"tell","on_fail":"closed"},
		"tell":{"type":"message","say":"Folio {{ folio }}"},
		"paid":{"type":"message","say":"Paid {{ event.data.sum }}"},"vip":{"type":"message","say":"Welcome, friend"},
		"closed":{"type":"message","say":"We are closed"}}}`

func doc(text string, args ...any) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(text, args...))
}

// TestFlowsReachOutside is the way of an automation with everything around it: settings, a secret, a further flow
// that is called, a web service, events and tags, the trace, replay, review, rollback, retraction, and a test chat.
func TestFlowsReachOutside(t *testing.T) {
	t.Parallel()
	w := startShop(t)
	var mu sync.Mutex
	var seen []string
	pos := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		seen = append(seen, r.Header.Get("Authorization")+" "+string(body))
		mu.Unlock()
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, `{"folio":"A-17"}`)
	}))
	t.Cleanup(pos.Close)

	const shop = "/api/shops/tacos"
	front, pay := doc(storefront, "What would you like?"), doc(payment, pos.URL)
	w.do("PUT", shop+"/flow", map[string]any{"definition": front}, 422)                                                          // no calendar, no flow to call
	for lang, says := range map[string]string{"es": "no está publicado", "en": "is not published", "pt": "não está publicado"} { // the flow is in English
		require.Contains(t, fmt.Sprint(w.do("PUT", shop+"/flow?lang="+lang, map[string]any{"definition": front}, 422)["issues"]), says)
	}
	w.do("PUT", shop+"/settings", map[string]any{"timeZone": "America/Mexico_City", "calendars": map[string]any{"kitchen": map[string]any{}}}, 200)
	w.do("PUT", shop+"/flows/pay", map[string]any{"definition": pay}, 422) // no secret
	w.do("PUT", shop+"/secrets/pos", map[string]any{"value": "s3cr3t"}, 204)
	require.Equal(t, []any{"pos"}, w.do("GET", shop+"/secrets", nil, 200)["secrets"])
	w.do("PUT", shop+"/flows/pay", map[string]any{"definition": pay, "ifVersion": 0}, 200)
	w.do("PUT", shop+"/flows/other", map[string]any{"definition": pay}, 422)
	w.do("PUT", shop+"/flow", map[string]any{"definition": front}, 200)
	w.do("DELETE", shop+"/flows/pay", nil, 409)
	require.Len(t, w.do("GET", shop+"/flows", nil, 200)["flows"], 2)
	w.do("GET", "/api/shops/pizza/flows/pay", nil, 404)

	w.writes("hola")
	w.hears("What would you like?")
	w.writes("order")
	id := w.hears("Folio A-17")
	mu.Lock()
	require.Equal(t, []string{`Bearer s3cr3t {"who":"Ana"}`}, seen)
	mu.Unlock()
	trace := fmt.Sprint(w.do("GET", shop+"/conversations/"+id+"/trace?lang=en", nil, 200))
	require.Contains(t, trace, "chosen")
	require.Contains(t, trace, "“order” → option order, by its")
	said := w.do("GET", shop+"/conversations/"+id+"/messages?limit=1", nil, 200)["messages"].([]any)[0].(map[string]any)
	require.Contains(t, trace, fmt.Sprintf("sent:[%s]", said["id"]), "a message leads to its reason")
	require.NotContains(t, trace, "s3cr3t")
	w.do("GET", "/api/shops/pizza/conversations/"+id+"/trace", nil, 404)

	w.do("POST", shop+"/events", map[string]any{"name": "paid", "conversation": id, "data": map[string]any{"sum": 30}}, 202)
	w.hears("Paid 30")
	w.do("POST", "/api/shops/pizza/events", map[string]any{"name": "paid", "conversation": id}, 404)
	w.do("POST", shop+"/conversations/"+id+"/tags", map[string]any{"add": []string{"vip"}}, 200)
	w.hears("Welcome, friend")
	w.do("POST", shop+"/conversations/"+id+"/start", map[string]any{"node": "menu"}, 200)
	w.hears("What would you like?")

	draft := doc(storefront, "Hello! What would you like?")
	review := w.do("POST", shop+"/flow/review", map[string]any{"definition": draft}, 200)
	require.Equal(t, true, review["valid"])
	require.Len(t, review["changes"], 1)
	require.EqualValues(t, map[string]any{"open": 1.0, "move": 1.0, "finish": 0.0, "restart": 0.0, "person": 0.0, "looked": 1.0}, review["impact"])
	gone := json.RawMessage(strings.ReplaceAll(string(draft), `"id":"no"`, `"id":"later"`))
	require.EqualValues(t, 1, w.do("POST", shop+"/flow/review", map[string]any{"definition": gone}, 200)["impact"].(map[string]any)["finish"])
	anew := json.RawMessage(strings.Replace(string(draft), `"start":"hours"`, `"start":"hours","settings":{"on_new_version":"restart"}`, 1))
	require.EqualValues(t, 1, w.do("POST", shop+"/flow/review", map[string]any{"definition": anew}, 200)["impact"].(map[string]any)["restart"])
	require.Equal(t, false, w.do("POST", shop+"/flow/review", map[string]any{"definition": map[string]any{}}, 200)["valid"])

	same := w.do("POST", shop+"/flows/front/replay", map[string]any{"definition": front}, 200)
	require.EqualValues(t, 1, same["looked"])
	require.Empty(t, same["different"], "%v", same)
	replay := w.do("POST", shop+"/flows/front/replay", map[string]any{"definition": draft, "conversations": []string{id}}, 200)
	require.Len(t, replay["different"], 1)
	require.Contains(t, fmt.Sprint(replay["different"]), "Hello! What would you like?")
	w.do("POST", shop+"/flows/front/replay", map[string]any{"definition": draft, "conversations": []string{"cv_none"}}, 404)
	w.do("POST", shop+"/flows/pay/replay", map[string]any{"definition": draft}, 404)
	w.do("POST", shop+"/flows/front/replay", map[string]any{"definition": map[string]any{}}, 422)

	w.do("PUT", shop+"/flow", map[string]any{"definition": draft, "ifVersion": 1}, 200)
	w.do("POST", shop+"/flows/front/versions/2/retract", nil, 409)
	require.EqualValues(t, 1, w.do("POST", shop+"/flows/front/versions/1/retract", nil, 200)["conversations"])
	require.EqualValues(t, 0, w.do("POST", shop+"/flows/front/versions/1/retract", nil, 200)["conversations"])
	w.do("POST", shop+"/flows/front/versions/9/retract", nil, 404)
	require.EqualValues(t, 3, w.do("POST", shop+"/flows/front/versions/1/rollback", nil, 200)["version"])
	require.Len(t, w.do("GET", shop+"/flows/front/versions", nil, 200)["versions"], 3)
	require.Equal(t, "front", w.do("GET", shop+"/flows/front/versions/1/file", nil, 200)["id"])
	exported := json.RawMessage(w.get(shop + "/flows/front/versions/2/file"))
	require.EqualValues(t, 4, w.do("PUT", shop+"/flow", map[string]any{"definition": exported}, 200)["version"], "an export can be imported")
	mu.Lock()
	require.Len(t, seen, 1, "nothing but the conversation itself called the service")
	mu.Unlock()
}

func TestTestChat(t *testing.T) {
	t.Parallel()
	w := startShop(t)
	const shop, test = "/api/shops/tacos", "/api/shops/tacos/flow/test"
	w.do("POST", test, map[string]any{}, 404)
	w.do("POST", test, map[string]any{"definition": map[string]any{}}, 422)
	w.do("PUT", shop+"/secrets/pos", map[string]any{"value": "s3cr3t"}, 204)
	pay := doc(payment, "https://pos.example")
	draft := json.RawMessage(strings.Replace(string(pay), `"nodes"`, `"triggers":[{"on":"any_message"}],"nodes"`, 1))
	draft = json.RawMessage(strings.Replace(string(draft), `"done":{"type":"end"`, `"done":{"type":"end","say":"Folio {{ folio }}"`, 1))
	chat := w.do("POST", test, map[string]any{"definition": draft, "at": "2026-11-23T10:00:00-06:00", "contact": map[string]any{"name": "José"}}, 201)
	one := test + "/" + chat["id"].(string)
	require.Equal(t, "2026-11-23T16:00:00Z", chat["now"])
	chat = w.do("POST", one, map[string]any{"say": "hola"}, 200)
	state := chat["state"].(map[string]any)
	require.Equal(t, "result", state["waits"])
	require.Equal(t, "https://pos.example/orders", state["calls"].([]any)[0].(map[string]any)["url"])
	chat = w.do("POST", one, map[string]any{"http": map[string]any{"status": 201, "body": `{"folio":"A-17"}`}}, 200)
	said := chat["turns"].([]any)[0].(map[string]any)["said"].([]any)
	require.Equal(t, "Folio A-17", said[0].(map[string]any)["text"])
	w.do("POST", one, map[string]any{"http": map[string]any{"status": 201}}, 409)
	w.do("POST", one, map[string]any{"nextTimer": true}, 409)
	chat = w.do("POST", one, map[string]any{"advance": "2d"}, 200)
	require.Equal(t, "2026-11-25T16:00:00Z", chat["now"])
	w.do("POST", "/api/shops/pizza/flow/test/"+one[strings.LastIndex(one, "/")+1:], map[string]any{"say": "hola"}, 404)
	kept := w.get(one + "/transcript")
	require.Contains(t, kept, "flow pay.json   tz ")
	require.Contains(t, kept, "> hola\n< Folio A-17\n~ http POST https://pos.example/orders -> 201 {\"folio\":\"A-17\"}\n+ 48h0m0s\n")
	w.do("DELETE", one, nil, 204)
	w.do("POST", one, map[string]any{"say": "hola"}, 404)
	require.Empty(t, w.do("GET", shop+"/conversations", nil, 200)["conversations"])
}
