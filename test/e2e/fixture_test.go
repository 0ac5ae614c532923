package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// world is a simulator and a server on it.
type world struct {
	t      testing.TB
	wasim  *process
	serve  *process
	phones caller // the simulator's control API
	api    caller // signed in as the platform administrator
	env    []string
	addr   string
}

const (
	adminEmail    = "admin@example.com"
	adminPassword = "correct horse battery"
)

// newWorld starts both and signs in. Each env line is "KEY=value" for the server.
func newWorld(t testing.TB, env ...string) *world {
	t.Helper()
	sim := freeAddr(t)
	w := &world{t: t, phones: caller{base: "http://" + sim}, addr: freeAddr(t)}
	w.wasim = start(t, nil, "wasim", "--listen", sim)
	eventually(t, 60*time.Second, "the simulator", func() bool { return healthy(w.phones.base + "/healthz") })
	root := w.phones.must(t, 200, "GET", "/root", nil).field("root")
	w.env = append([]string{
		"RECADO_HTTP_ADDR=" + w.addr, "RECADO_DATA_DIR=" + t.TempDir(),
		"RECADO_WHATSAPP_URL=ws://" + sim + "/ws/chat", "RECADO_WHATSAPP_ROOT=" + root,
		"RECADO_ADMIN_EMAIL=" + adminEmail, "RECADO_ADMIN_PASSWORD=" + adminPassword,
		"RECADO_RECONNECT_DELAY=100ms",
	}, env...)
	w.api = caller{base: "http://" + w.addr}
	w.startServer()
	w.api.token = w.login(adminEmail, adminPassword)
	return w
}

// startServer starts the server, or starts it again after a kill.
func (w *world) startServer() {
	w.t.Helper()
	w.serve = start(w.t, w.env, "serve")
	eventually(w.t, 60*time.Second, "the server", func() bool { return healthy(w.api.base + "/readyz") })
}

func (w *world) login(email, password string) string {
	w.t.Helper()
	r := w.api.must(w.t, 200, "POST", "/api/auth/login", map[string]string{"email": email, "password": password})
	return r.field("accessToken")
}

// shop is a tenant with its owner and its phone.
type shop struct {
	w      *world
	id     string
	number string
	api    caller // signed in as the owner
}

func (w *world) shop(id, number string) *shop {
	w.t.Helper()
	w.api.must(w.t, 201, "POST", "/api/shops", map[string]string{"shopId": id, "name": "Tienda " + id})
	email := id + "@example.com"
	w.api.must(w.t, 201, "POST", "/api/shops/"+id+"/users", map[string]string{
		"email": email, "name": "Dueña", "password": "a long enough password", "role": "owner",
	})
	w.phone(number, "Tienda "+id)
	return &shop{w: w, id: id, number: number, api: caller{base: w.api.base, token: w.login(email, "a long enough password")}}
}

func (w *world) phone(number, name string) {
	w.t.Helper()
	w.phones.must(w.t, 201, "PUT", "/v1/phones/"+number, map[string]string{"name": name})
}

func (s *shop) publish(definition string) {
	s.w.t.Helper()
	s.api.must(s.w.t, 200, "PUT", "/api/shops/"+s.id+"/flow", map[string]any{"definition": json.RawMessage(definition)})
}

// activate links the shop to its phone over REST and waits until it is active.
func (s *shop) activate() {
	s.w.t.Helper()
	r := s.api.must(s.w.t, 200, "POST", "/api/whatsapp/activate", map[string]string{"shopId": s.id})
	if r.field("status") != "connecting" || r.field("qr") == "" || r.field("expiresAt") == "" {
		s.w.t.Fatalf("activate: %s", r.Body)
	}
	s.scan(r.field("qr"))
	s.awaitActive()
}

func (s *shop) scan(qr string) {
	s.w.t.Helper()
	s.w.phones.must(s.w.t, 200, "POST", "/v1/phones/"+s.number+"/scan", map[string]string{"qr": qr})
}

func (s *shop) status() reply {
	s.w.t.Helper()
	return s.api.must(s.w.t, 200, "GET", "/api/whatsapp/status?shopId="+s.id, nil)
}

func (s *shop) awaitActive() {
	s.w.t.Helper()
	eventually(s.w.t, 60*time.Second, s.id+" is active", func() bool { return s.status().field("status") == "active" })
}

// say lets a customer write to the shop.
func (w *world) say(from, to, text string) {
	w.t.Helper()
	w.phones.must(w.t, 202, "POST", "/v1/phones/"+from+"/messages", map[string]string{"to": to, "text": text})
}

// bubble is one line on a phone's screen.
type bubble struct {
	Seq    int64
	ID     string
	FromMe bool
	From   string
	Text   string
	Kind   string
	Status string
	Copies int
}

// screen returns what from's phone shows of its chat with another.
func (w *world) screen(phone, with string) []bubble {
	w.t.Helper()
	var list []bubble
	for after := int64(0); ; {
		var page []bubble
		path := fmt.Sprintf("/v1/phones/%s/messages?with=%s&after=%d", phone, url.QueryEscape(with), after)
		w.phones.must(w.t, 200, "GET", path, nil).into(w.t, &page)
		if len(page) == 0 {
			return list
		}
		list = append(list, page...)
		after = page[len(page)-1].Seq
	}
}

// answers returns the texts that phone received from another.
func (w *world) answers(phone, from string) []string {
	w.t.Helper()
	var list []string
	for _, b := range w.screen(phone, from) {
		if !b.FromMe {
			list = append(list, b.Text)
		}
	}
	return list
}

// awaitAnswer waits for the nth answer (from 1) and returns it.
func (w *world) awaitAnswer(phone, from string, n int) string {
	w.t.Helper()
	var got []string
	eventually(w.t, 60*time.Second, fmt.Sprintf("answer %d from %s", n, from), func() bool {
		got = w.answers(phone, from)
		return len(got) >= n
	})
	return got[n-1]
}

// assertNoProblems fails the test when a phone saw a bubble twice with different ids, or
// could not read something.
func (w *world) assertNoProblems(phones ...string) {
	w.t.Helper()
	for _, p := range phones {
		r := w.phones.must(w.t, 200, "GET", "/v1/phones/"+p+"/problems", nil)
		if s := strings.TrimSpace(string(r.Body)); strings.Contains(s, `"id"`) {
			w.t.Errorf("phone %s has problems: %s", p, s)
		}
	}
}

// tacos is a flow with a menu, a question and an end.
const tacos = `{
 "format": "recado-flow/1", "id": "tacos", "name": "Tacos", "locale": "es-MX", "start": "menu",
 "vars": {"cliente": {"type": "text"}},
 "triggers": [{"on": "any_message"}],
 "commands": [{"words": ["menu"], "do": "menu"}],
 "nodes": {
  "menu": {"type": "menu", "say": "¿Qué se te antoja?", "options": [
    {"id": "pedir", "label": "Hacer pedido", "also": ["comprar"], "next": "nombre"},
    {"id": "carta", "label": "Ver la carta", "next": "carta"},
    {"id": "resena", "label": "Dejar una reseña", "next": "fin"}]},
  "nombre": {"type": "ask", "say": "¿A nombre de quién?", "as": "name", "save": "cliente", "next": "gracias"},
  "gracias": {"type": "message", "say": "¡Listo, {{ cliente }}!", "next": "menu"},
  "carta": {"type": "message", "say": "Pastor 18, suadero 20.", "next": "menu"},
  "fin": {"type": "end", "say": "¡Gracias!"}
 }}`

// echo answers every message with its own text: what a load test counts.
const echo = `{
 "format": "recado-flow/1", "id": "eco", "name": "Eco", "locale": "es-MX", "start": "eco",
 "vars": {"dicho": {"type": "text"}},
 "triggers": [{"on": "any_message"}],
 "nodes": {
  "eco": {"type": "message", "say": "eco {{ message.text }}", "next": "@end"}
 }}`
