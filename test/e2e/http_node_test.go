package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// ordering posts an order to a web service, sends its number, and asks a question.
const ordering = `{
 "format": "recado-flow/1", "id": "pedidos", "name": "Pedidos", "locale": "es-MX", "start": "registrar",
 "vars": {"folio": {"type": "text"}},
 "triggers": [{"on": "any_message"}],
 "nodes": {
  "registrar": {"type": "http", "method": "POST", "url": "%s/pedidos", "json": {"quien": "{{ contact.name }}"}, "timeout": "20s",
    "wait_say": "Un segundo…", "save": {"folio": "body.folio"}, "on_ok": "mas", "on_fail": "fallo"},
  "mas": {"type": "ask", "say": "Folio {{ folio }}. ¿Algo más?", "as": "text", "save": "mas", "next": "fin"},
  "fin": {"type": "end", "say": "Anotado: {{ mas }}"},
  "fallo": {"type": "end", "say": "Ahora no se puede."}
 }}`

// pos is the shop's web service. It honours the Idempotency-Key: what was asked
// before under a key is answered as before.
type pos struct {
	mu     sync.Mutex
	keys   map[string][]string // of the calls, by customer
	folios map[string]string   // by key
	orders int                 // made, not counting repeated calls

	// meet is called with every call's customer, and how often this key came,
	// from 1: before the answer, and after it.
	meet func(r *http.Request, customer string, times int, answered bool)
}

func (p *pos) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct{ Quien string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	key := r.Header.Get("Idempotency-Key")
	p.mu.Lock()
	p.keys[body.Quien] = append(p.keys[body.Quien], key)
	times := 0
	for _, k := range p.keys[body.Quien] {
		if k == key {
			times++
		}
	}
	folio, known := p.folios[key]
	if !known {
		p.orders++
		folio = fmt.Sprint("A-", p.orders)
		p.folios[key] = folio
	}
	p.mu.Unlock()
	p.meet(r, body.Quien, times, false)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"folio":%q}`, folio)
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	p.meet(r, body.Quien, times, true)
}

func (p *pos) asked(customer string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.keys[customer])
}

func (p *pos) folio(key string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.folios[key]
}

// TestKilledDuringAWebCall kills the server with SIGKILL while a web service is
// asked, and right after it has answered. The service is asked again under the
// same key, and the customer receives one number, once; what they wrote
// meanwhile is answered afterwards.
func TestKilledDuringAWebCall(t *testing.T) {
	t.Parallel()
	p := &pos{keys: map[string][]string{}, folios: map[string]string{}}
	service := httptest.NewServer(p)
	t.Cleanup(service.Close)
	w := newWorld(t, "RECADO_FLOWS_LOOPBACK=true")
	s := w.shop("lupita", "5215511110001")
	s.publish(fmt.Sprintf(ordering, service.URL))
	s.activate()

	inFlight, answered := make(chan struct{}, 9), make(chan struct{}, 9)
	p.meet = func(r *http.Request, customer string, times int, done bool) {
		switch {
		case customer == "Ana" && times == 1 && !done: // no answer: the caller dies
			inFlight <- struct{}{}
			<-r.Context().Done()
		case strings.HasPrefix(customer, "Beto") && times == 1 && done:
			answered <- struct{}{}
		}
	}

	t.Run("in flight", func(t *testing.T) {
		w.phone("5215599990001", "Ana")
		w.say("5215599990001", s.number, "hola")
		<-inFlight
		w.awaitAnswer("5215599990001", s.number, 1)
		w.say("5215599990001", s.number, "con salsa")
		eventually(t, 60*time.Second, "the second message is stored", func() bool { return s.history() == 3 })
		w.serve.kill()
		w.startServer()
		w.assertAnswers(t, s, "5215599990001", "Un segundo…", "Folio A-1. ¿Algo más?", "Anotado: con salsa")
		if keys := p.asked("Ana"); len(keys) != 2 || keys[0] != keys[1] || keys[0] == "" {
			t.Errorf("the service was asked under %q", keys)
		}
	})

	for i := range 3 {
		name, number := fmt.Sprint("Beto ", i), fmt.Sprint("521559999001", i)
		t.Run("between answer and commit "+name, func(t *testing.T) {
			w.phone(number, name)
			w.say(number, s.number, "hola")
			<-answered
			w.serve.kill()
			w.startServer()
			w.awaitAnswer(number, s.number, 2)
			keys := p.asked(name)
			if len(keys) > 2 || len(slices.Compact(slices.Clone(keys))) != 1 || keys[0] == "" {
				t.Errorf("the service was asked under %q: one order is several", keys)
			}
			folio := "Folio " + p.folio(keys[0]) + ". ¿Algo más?"
			w.assertAnswers(t, s, number, "Un segundo…", folio)
			w.say(number, s.number, "nada")
			w.assertAnswers(t, s, number, "Un segundo…", folio, "Anotado: nada")
			t.Logf("the service was asked %d times", len(keys))
		})
	}
	w.assertAnswers(t, s, "5215599990001", "Un segundo…", "Folio A-1. ¿Algo más?", "Anotado: con salsa") // and nothing since
	w.assertNoProblems(s.number)
}

// assertAnswers waits for as many answers as are wanted and compares them.
func (w *world) assertAnswers(t *testing.T, s *shop, customer string, want ...string) {
	t.Helper()
	w.awaitAnswer(customer, s.number, len(want))
	if got := w.answers(customer, s.number); !slices.Equal(got, want) {
		t.Fatalf("the customer reads\n%q, want\n%q", got, want)
	}
}
