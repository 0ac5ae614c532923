package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTwoShops is the main job seen from outside: two shops at once, one over
// REST, one over Socket.IO.
func TestTwoShops(t *testing.T) {
	t.Parallel()
	everywhere(t, twoShops)
}

func twoShops(t *testing.T, env []string) {
	w := newWorld(t, env...)
	lupita, beto := w.shop("lupita", "5215511110001"), w.shop("beto", "5491122220002")
	w.phone("5215599990001", "Ana")
	lupita.publish(tacos)
	beto.publish(strings.ReplaceAll(tacos, "Pastor 18", "Asado 30"))

	lupita.activate()

	early, refused := dial(t, w.api.base, beto.api.token)
	if refused != "" {
		t.Fatalf("refused: %s", refused)
	}
	ack := early.emit(t, "connectWhatsApp", map[string]string{"companyId": "beto", "type": "WHATSAPP_BAILEYS"})
	if ack["ok"] != true {
		t.Fatalf("connectWhatsApp: %v", ack)
	}
	first := early.await(t, "qr", nil)
	late, _ := dial(t, w.api.base, beto.api.token)
	if got := late.await(t, "qr", nil); got["qr"] != first["qr"] || got["companyId"] != "beto" || got["expiresAt"] == nil {
		t.Errorf("a late socket got %v, want %v", got, first)
	}
	beto.scan(first["qr"].(string))
	beto.awaitActive()
	ready := early.await(t, "ready", nil)
	if ready["number"] != "5491122220002" || ready["companyId"] != "beto" {
		t.Errorf("ready: %v", ready)
	}

	t.Run("second activation", func(t *testing.T) {
		ack := early.emit(t, "connectWhatsApp", map[string]string{"companyId": "beto", "type": "WHATSAPP_BAILEYS"})
		if ack["ok"] != false || code(ack) != "channel_already_active" {
			t.Errorf("Socket.IO: %v", ack)
		}
		r := beto.api.must(t, 200, "POST", "/api/whatsapp/activate", map[string]string{"shopId": "beto"})
		if r.field("status") != "active" || r.field("message") != "already connected" || r.field("number") != "5491122220002" {
			t.Errorf("REST: %s", r.Body)
		}
	})
	t.Run("a foreign shop", func(t *testing.T) {
		if ack := early.emit(t, "connectWhatsApp", map[string]string{"companyId": "lupita", "type": "WHATSAPP_BAILEYS"}); code(ack) != "forbidden" {
			t.Errorf("Socket.IO: %v", ack)
		}
		foreign := beto.api.must(t, 404, "GET", "/api/shops/lupita", nil)
		missing := beto.api.must(t, 404, "GET", "/api/shops/nowhere", nil)
		if foreign.field("code") != missing.field("code") {
			t.Errorf("a foreign shop answers %s, a missing one %s", foreign.Body, missing.Body)
		}
		beto.api.must(t, 404, "POST", "/api/whatsapp/activate", map[string]string{"shopId": "lupita"})
		beto.api.must(t, 404, "GET", "/api/whatsapp/status?shopId=lupita", nil)
		beto.api.must(t, 404, "GET", "/api/shops/lupita/flow", nil)
	})

	t.Run("the menu understands", func(t *testing.T) {
		steps := []struct{ say, want string }{
			{"hola", "¿Qué se te antoja?\n1. Hacer pedido\n2. Ver la carta\n3. Dejar una reseña"},
			{"2", "Pastor 18, suadero 20."},
			{"COMPRAR", "¿A nombre de quién?"},
			{"ana maría", "¡Listo, Ana María!"},
			{"dejar una resena", "¡Gracias!"},
		}
		n := 0
		for _, s := range steps {
			w.say("5215599990001", lupita.number, s.say)
			n++
			got := w.awaitAnswer("5215599990001", lupita.number, n)
			if squeeze(got) != squeeze(s.want) && !strings.EqualFold(squeeze(got), squeeze(s.want)) {
				t.Errorf("%q is answered by %q, want %q", s.say, got, s.want)
			}
			if s.say == "2" || strings.HasPrefix(s.say, "ana") { // the menu follows
				n++
				w.awaitAnswer("5215599990001", lupita.number, n)
			}
		}
	})
	t.Run("the other shop saw nothing", func(t *testing.T) {
		if got := w.answers("5215599990001", beto.number); len(got) != 0 {
			t.Errorf("beto answered %q", got)
		}
		for _, e := range early.all() {
			if id := e.Data["companyId"]; id != nil && id != "beto" {
				t.Errorf("an event of %v reached beto: %+v", id, e)
			}
		}
		if n := len(early.all("ready")); n != 1 {
			t.Errorf("%d ready events", n)
		}
		r := beto.api.must(t, 200, "GET", "/api/shops/beto/conversations", nil)
		if strings.Contains(string(r.Body), "Ana") {
			t.Errorf("beto's inbox: %s", r.Body)
		}
	})
	w.assertNoProblems("5215599990001", lupita.number, beto.number)

	if exit := w.serve.stop(t); exit != 0 {
		t.Errorf("exit code %d after SIGTERM", exit)
	}
}

// TestKilledInTheMiddle: kill -9 while a customer goes on writing; after the
// restart everything is answered once, in order, without a QR.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	everywhere(t, killedInTheMiddle)
}

func killedInTheMiddle(t *testing.T, env []string) {
	w := newWorld(t, env...)
	s := w.shop("lupita", "5215511110001")
	w.phone("5215599990001", "Ana")
	s.publish(echo)
	s.activate()

	var want []string
	for i := range 60 {
		text := "mensaje " + string(rune('a'+i%26)) + strings.Repeat("x", i/26)
		w.say("5215599990001", s.number, text)
		want = append(want, "eco "+text)
		if i == 20 || i == 40 {
			w.serve.kill()
		}
		if i == 30 || i == 50 {
			w.startServer()
		}
	}
	eventually(t, 60*time.Second, "every message is answered", func() bool {
		return len(w.answers("5215599990001", s.number)) >= len(want)
	})
	if got := w.answers("5215599990001", s.number); !slices.Equal(got, want) {
		t.Errorf("answers\n%q, want\n%q", got, want)
	}
	w.assertNoProblems("5215599990001", s.number)
	if r := s.status(); r.field("status") != "active" || r.field("qr") != "" {
		t.Errorf("status: %s", r.Body)
	}
}

// TestUnlinkedByThePhone: the owner removes the device on the phone.
func TestUnlinkedByThePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.shop("lupita", "5215511110001")
	s.activate()
	w.phones.must(t, 200, "DELETE", "/v1/phones/"+s.number+"/devices", nil)
	eventually(t, 60*time.Second, "inactive", func() bool { return s.status().field("status") == "inactive" })
	if r := s.status(); r.field("reason") != "logged_out" || r.field("message") == "" || r.field("number") != "" {
		t.Errorf("status: %s", r.Body)
	}
	if r := s.api.must(t, 200, "GET", "/api/shops/lupita", nil); r.field("whatsapp.connected") != "false" || r.field("whatsapp.number") != "" {
		t.Errorf("shop: %s", r.Body)
	}
	s.activate() // a new QR, a new device
}

// TestPairedByCode links without a camera, switches off, restores, unlinks.
func TestPairedByCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.shop("lupita", "5215511110001")
	r := s.api.must(t, 200, "POST", "/api/whatsapp/pair", map[string]string{"shopId": "lupita", "phone": "+52 1 55 1111 0001"})
	if len(strings.ReplaceAll(r.field("code"), "-", "")) != 8 || r.field("expiresAt") == "" {
		t.Fatalf("pair: %s", r.Body)
	}
	w.phones.must(t, 200, "POST", "/v1/phones/"+s.number+"/pair", map[string]string{"code": r.field("code")})
	s.awaitActive()

	off := s.api.must(t, 200, "POST", "/api/whatsapp/deactivate", map[string]string{"shopId": "lupita"})
	if off.field("status") != "inactive" || off.field("reason") != "deactivated" {
		t.Errorf("deactivate: %s", off.Body)
	}
	on := s.api.must(t, 200, "POST", "/api/whatsapp/activate", map[string]string{"shopId": "lupita"})
	if on.field("qr") != "" || on.field("status") == "inactive" {
		t.Errorf("activate again: %s", on.Body)
	}
	s.awaitActive()

	s.api.must(t, 200, "POST", "/api/whatsapp/deactivate", map[string]any{"shopId": "lupita", "logout": true})
	fresh := s.api.must(t, 200, "POST", "/api/whatsapp/activate", map[string]string{"shopId": "lupita"})
	if fresh.field("qr") == "" {
		t.Errorf("after unlinking: %s", fresh.Body)
	}
}

// TestOneNumberOneShop: a number that a shop has linked is refused to another.
func TestOneNumberOneShop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.shop("a", "5215511110001"), w.shop("b", "5215511110002")
	a.activate()
	r := b.api.must(t, 200, "POST", "/api/whatsapp/activate", map[string]string{"shopId": "b"})
	w.phones.do(t, "POST", "/v1/phones/"+a.number+"/scan", map[string]string{"qr": r.field("qr")})
	eventually(t, 60*time.Second, "b is refused", func() bool {
		st := b.status()
		t.Log(string(st.Body))
		return st.field("reason") == "number_in_use"
	})
	if a.status().field("status") != "active" {
		t.Errorf("a: %s", a.status().Body)
	}
}

func code(ack map[string]any) string {
	e, _ := ack["error"].(map[string]any)
	s, _ := e["code"].(string)
	return s
}

// squeeze folds white space, so that a test reads the words and not the layout.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
