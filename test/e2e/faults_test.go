package e2e

import (
	"fmt"
	"testing"
	"time"
)

// TestFaultsStayWithTheirShop injects every fault of a connection into one shop:
// the customers of another shop are answered and its status never changes.
func TestFaultsStayWithTheirShop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad, good := w.shop("bad", "5215511110001"), w.shop("good", "5215511110002")
	w.phone("5215599990001", "Ana")
	for _, s := range []*shop{bad, good} {
		s.publish(echo)
		s.activate()
	}
	socket, _ := dial(t, w.api.base, good.api.token)
	before := len(socket.all("status"))
	for i, fault := range []map[string]any{
		{"kind": "malformed", "shape": "garbage"},
		{"kind": "malformed", "shape": "oversized"},
		{"kind": "malformed", "shape": "stanza"},
		{"kind": "malformed", "shape": "unsealed"},
		{"kind": "disconnect"},
		{"kind": "service_unavailable"},
		{"kind": "replaced"},
		{"kind": "logged_out"},
	} {
		fault["number"] = bad.number
		w.phones.must(t, 201, "POST", "/v1/faults", fault)
		w.say("5215599990001", good.number, fmt.Sprint("sigue ", i))
		if got := w.awaitAnswer("5215599990001", good.number, i+1); got != fmt.Sprint("eco sigue ", i) {
			t.Errorf("after %v the other shop answered %q", fault["kind"], got)
		}
	}
	if n := len(socket.all("status")); n != before {
		t.Errorf("the other shop saw %d changes of status", n-before)
	}
	eventually(t, 60*time.Second, "the status of the faulty shop to change", func() bool { return bad.status().field("status") != "active" })
	w.assertNoProblems("5215599990001")
}

// TestSendByREST: a message of a program goes out once, however often it asks.
func TestSendByREST(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.shop("lupita", "5215511110001")
	w.phone("5215599990001", "Ana")
	body := map[string]string{"to": "+52 1 55 9999 0001", "text": "Tu pedido va en camino"}
	early := s.api.do(t, "POST", "/api/shops/lupita/messages", body, "Idempotency-Key", "antes")
	s.activate()
	first := s.api.must(t, 202, "POST", "/api/shops/lupita/messages", body, "Idempotency-Key", "pedido-17")
	again := s.api.must(t, 202, "POST", "/api/shops/lupita/messages", body, "Idempotency-Key", "pedido-17")
	if first.field("id") == "" || first.field("id") != again.field("id") {
		t.Errorf("%s, then %s", first.Body, again.Body)
	}
	s.api.must(t, 422, "POST", "/api/shops/lupita/messages", map[string]string{"to": body["to"], "text": "otro"}, "Idempotency-Key", "pedido-17")
	if got := w.awaitAnswer("5215599990001", s.number, 1); got != body["text"] {
		t.Errorf("the customer reads %q", got)
	}
	if early.Code == 202 {
		w.awaitAnswer("5215599990001", s.number, 2)
	}
	eventually(t, 60*time.Second, "it is delivered", func() bool {
		for _, c := range s.pages("/api/shops/lupita/conversations", "conversations") {
			for _, m := range s.pages("/api/shops/lupita/conversations/"+c["id"].(string)+"/messages", "messages") {
				if m["id"] == first.field("id") && m["status"] == "delivered" {
					return true
				}
			}
		}
		return false
	})
	if want := 1; early.Code != 202 && len(w.answers("5215599990001", s.number)) != want {
		t.Errorf("the customer has %q", w.answers("5215599990001", s.number))
	}
}
