package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// order asks for what people write in several messages.
const order = `{
 "format": "recado-flow/1", "id": "pedido", "name": "Pedido", "locale": "es-MX", "start": "menu",
 "vars": {"x": {"type": "text"}, "fotos": {"type": "media"}},
 "settings": {"collect": "2s"},
 "triggers": [{"on": "missed_call", "start": "llamada"}, {"on": "ad_referral", "match": {"ad": "120211"}, "start": "promo"}, {"on": "any_message"}],
 "nodes": {
  "menu": {"type": "menu", "say": "¿Qué hacemos?", "options": [
    {"id": "nombre", "label": "Nombre", "next": "nombre"}, {"id": "texto", "label": "Texto", "next": "texto"},
    {"id": "fotos", "label": "Fotos", "next": "fotos"}]},
  "nombre": {"type": "ask", "say": "¿Tu nombre?", "as": "name", "save": "x", "next": "listo"},
  "texto": {"type": "ask", "say": "¿Qué te mandamos?", "as": "text", "save": "x", "next": "listo"},
  "fotos": {"type": "ask", "say": "¿Fotos?", "as": "image", "save": "fotos", "next": "vistas"},
  "listo": {"type": "end", "say": "Anotado: {{ x }}"},
  "vistas": {"type": "end", "say": "{{ len(fotos.all) + 1 }} fotos"},
  "llamada": {"type": "end", "say": "Vi tu llamada"},
  "promo": {"type": "end", "say": "La promo sigue"}
 }}`

const orderMenu = "¿Qué hacemos?\n1. Nombre\n2. Texto\n3. Fotos"

// write has a customer send anything.
func (w *world) write(from, to string, body map[string]any) string {
	w.t.Helper()
	body["to"] = to
	return w.phones.must(w.t, 202, "POST", "/v1/phones/"+from+"/messages", body).field("id")
}

// awaitAnswers waits until a phone shows exactly these answers.
func (w *world) awaitAnswers(t testing.TB, phone, from string, want ...string) {
	t.Helper()
	var got []string
	deadline := time.Now().Add(30 * time.Second)
	for {
		if got = w.answers(phone, from); slices.Equal(got, want) {
			return
		}
		if time.Now().After(deadline) || len(got) > len(want) {
			t.Fatalf("%s was answered\n%q, want\n%q", phone, got, want)
		}
		pause()
	}
}

// TestMergedInput sends one input in several messages: it gets one answer on the
// customer's phone.
func TestMergedInput(t *testing.T) {
	t.Parallel()
	everywhere(t, mergedInput)
}

func mergedInput(t *testing.T, env []string) {
	w := newWorld(t, env...)
	s := w.shop("lupita", "5215511110001")
	s.publish(order)
	s.activate()
	for i, c := range []struct {
		name  string
		asked []string // the questions before it
		write func(ana string)
		want  string
	}{
		{"two messages within 200 ms", nil, func(ana string) {
			w.say(ana, s.number, "hola")
			w.say(ana, s.number, "quiero pedir")
		}, orderMenu},
		{"a name in two messages", []string{"hola", "1"}, func(ana string) {
			w.say(ana, s.number, "me llamo")
			w.say(ana, s.number, "Ana López")
		}, "Anotado: Ana López"},
		{"an order in three messages", []string{"hola", "2"}, func(ana string) {
			for _, text := range []string{"dos de pastor", "uno de suadero", "y una coca"} {
				w.say(ana, s.number, text)
			}
		}, "Anotado: dos de pastor\nuno de suadero\ny una coca"},
		{"an album of five photos", []string{"hola", "3"}, func(ana string) {
			album := w.write(ana, s.number, map[string]any{"album": map[string]any{"images": 5}})
			for range 5 {
				w.write(ana, s.number, map[string]any{"media": map[string]any{"kind": "image", "album": album}})
			}
		}, "5 fotos"},
		{"a voice message where words are wanted", []string{"hola", "1"}, func(ana string) {
			w.write(ana, s.number, map[string]any{"media": map[string]any{"kind": "voice"}})
		}, "Por ahora solo entiendo texto. ¿Me lo escribes?"},
		{"a missed call", nil, func(ana string) {
			w.phones.must(t, 202, "POST", "/v1/phones/"+ana+"/calls", map[string]string{"to": s.number, "end": "answered"})
			w.phones.must(t, 202, "POST", "/v1/phones/"+ana+"/calls", map[string]string{"to": s.number})
		}, "Vi tu llamada"},
		{"an ad", nil, func(ana string) {
			w.write(ana, s.number, map[string]any{"text": "hola", "ad": map[string]string{"id": "120211"}})
		}, "La promo sigue"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ana := fmt.Sprintf("52155999900%02d", i+1)
			w.phone(ana, "Ana")
			for n, text := range c.asked {
				w.say(ana, s.number, text)
				w.awaitAnswer(ana, s.number, n+1)
			}
			before := w.answers(ana, s.number)
			c.write(ana)
			w.awaitAnswers(t, ana, s.number, append(before, c.want)...)
			w.assertNoProblems(ana)
		})
	}

	t.Run("an offline batch out of order", func(t *testing.T) {
		ana := "5215599990090"
		w.phone(ana, "Ana")
		w.serve.kill()
		w.phones.must(t, 201, "POST", "/v1/faults", map[string]any{"kind": "reorder", "number": s.number, "count": 3})
		for _, text := range []string{"hola", "¿están?", "quiero pedir"} {
			w.say(ana, s.number, text)
			<-time.After(1100 * time.Millisecond) // the clock of the messages has seconds
		}
		w.startServer()
		w.awaitAnswers(t, ana, s.number, orderMenu)
		w.assertNoProblems(ana)
		if got := s.said(ana); !slices.Equal(got, []string{"hola", "¿están?", "quiero pedir"}) { // the newest first
			t.Errorf("the server delivered %q: nothing was out of order", got)
		}
	})

	t.Run("killed while it waits for more", func(t *testing.T) {
		ana := "5215599990091"
		w.phone(ana, "Ana")
		w.say(ana, s.number, "hola")
		w.awaitAnswer(ana, s.number, 1)
		w.say(ana, s.number, "2")
		w.awaitAnswer(ana, s.number, 2)
		w.say(ana, s.number, "dos de pastor")
		eventually(t, 60*time.Second, "it is stored", func() bool { return slices.Contains(s.said(ana), "dos de pastor") })
		w.serve.kill()
		w.say(ana, s.number, "y una coca")
		w.startServer()
		w.awaitAnswers(t, ana, s.number, orderMenu, "¿Qué te mandamos?", "Anotado: dos de pastor\ny una coca")
		w.assertNoProblems(ana)
	})

	t.Run("republished in the middle", func(t *testing.T) {
		ana := "5215599990092"
		w.phone(ana, "Ana")
		w.say(ana, s.number, "hola")
		w.awaitAnswer(ana, s.number, 1)
		s.publish(strings.ReplaceAll(order, "¿Tu nombre?", "¿Tu nombre completo?"))
		w.say(ana, s.number, "1")
		w.awaitAnswers(t, ana, s.number, orderMenu, "¿Tu nombre completo?")
	})

	t.Run("the owner writes on the phone", func(t *testing.T) {
		const ana = "5215599990093"
		w.phone(ana, "Ana")
		beto := w.shop("beto", "5491122220002")
		beto.publish(`{
 "format": "recado-flow/1", "id": "lento", "name": "Lento", "locale": "es-MX", "start": "dice", "settings": {"pace_ms": 2500},
 "triggers": [{"on": "any_message"}],
 "nodes": {"dice": {"type": "message", "say": ["Uno", "Dos", "Tres"]}}}`)
		beto.activate()
		w.say(ana, beto.number, "hola")
		w.awaitAnswer(ana, beto.number, 1)
		w.say(beto.number, ana, "yo te atiendo")
		eventually(t, 60*time.Second, "the flow is silent", func() bool { return beto.conversation(ana)["paused"] == true })
		w.say(ana, beto.number, "gracias")
		eventually(t, 60*time.Second, "it is in the inbox", func() bool { return slices.Contains(beto.said(ana), "gracias") })
		<-time.After(6 * time.Second) // past the time of what was queued
		w.awaitAnswers(t, ana, beto.number, "Uno", "yo te atiendo")
		id, _ := beto.conversation(ana)["id"].(string)
		dropped := 0
		for _, m := range beto.pages("/api/shops/beto/conversations/"+id+"/messages", "messages") {
			if m["status"] == "dropped" {
				dropped++
			}
		}
		if dropped != 2 {
			t.Errorf("%d messages were recalled, want 2", dropped)
		}
	})
}

// conversation is the shop's conversation with a number, as the inbox lists it.
func (s *shop) conversation(number string) map[string]any {
	s.w.t.Helper()
	for _, c := range s.pages("/api/shops/"+s.id+"/conversations", "conversations") {
		if contact, _ := c["contact"].(map[string]any); contact["phone"] == number {
			return c
		}
	}
	return nil
}

// said are a customer's texts as the inbox has them, the newest first.
func (s *shop) said(number string) []string {
	s.w.t.Helper()
	id, _ := s.conversation(number)["id"].(string)
	if id == "" {
		return nil
	}
	var texts []string
	for _, m := range s.pages("/api/shops/"+s.id+"/conversations/"+id+"/messages", "messages") {
		if content, _ := m["content"].(map[string]any); m["direction"] == "in" {
			text, _ := content["text"].(string)
			texts = append(texts, text)
		}
	}
	return texts
}
