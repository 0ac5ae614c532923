package e2e

import (
	"slices"
	"testing"
	"time"
)

// pollFlow shows one menu as a poll, and one as text though it could be a poll.
const pollFlow = `{
 "format": "recado-flow/1", "id": "encuesta", "name": "Encuesta", "locale": "es-MX", "start": "salsa",
 "triggers": [{"on": "any_message"}],
 "nodes": {
  "salsa": {"type": "menu", "render": "poll", "old_taps": "remind", "say": "¿Qué salsa?", "options": [
    {"id": "roja", "label": "Roja", "next": "roja"}, {"id": "verde", "label": "Verde", "next": "verde"}]},
  "roja": {"type": "menu", "say": "¿Poca o mucha roja?", "options": [{"id": "p", "label": "Poca", "next": "fin"}, {"id": "m", "label": "Mucha", "next": "fin"}]},
  "verde": {"type": "menu", "say": "¿Poca o mucha verde?", "options": [{"id": "p", "label": "Poca", "next": "fin"}, {"id": "m", "label": "Mucha", "next": "fin"}]},
  "fin": {"type": "end", "say": "¡Va!"}
 }}`

// TestPolls: a menu is a poll on the customer's phone, encrypted votes are its
// taps, also those that come after kill -9 or too late.
func TestPolls(t *testing.T) {
	t.Parallel()
	everywhere(t, polls)
}

func polls(t *testing.T, env []string) {
	w := newWorld(t, env...)
	s := w.shop("lupita", "5215511110001")
	s.publish(pollFlow)
	s.activate()
	const ana, beto = "5215599990001", "5215599990002"
	w.phone(ana, "Ana")
	w.phones.must(t, 201, "PUT", "/v1/phones/"+beto, map[string]string{"name": "Beto", "addressing": "pn"})
	vote := func(who, poll string, options ...string) {
		w.write(who, s.number, map[string]any{"vote": map[string]any{"id": poll, "options": append([]string{}, options...)}})
	}
	poll := func(who string) string {
		w.say(who, s.number, "hola")
		var id string
		eventually(t, 60*time.Second, "the poll", func() bool {
			for _, b := range w.screen(who, s.number) {
				if b.Kind == "poll" {
					id = b.ID
				}
			}
			return id != ""
		})
		return id
	}

	first := poll(ana)
	vote(ana, first, "Roja")
	w.awaitAnswers(t, ana, s.number, "¿Qué salsa?", "¿Poca o mucha roja?\n1. Poca\n2. Mucha")
	vote(ana, first)          // taken back: says nothing
	vote(ana, first, "Verde") // changed, and too late
	eventually(t, 60*time.Second, "a reminder of what is asked now", func() bool {
		got := w.answers(ana, s.number)
		return len(got) >= 3 && slices.Contains(got[2:], "¿Poca o mucha roja?\n1. Poca\n2. Mucha")
	})
	w.say(ana, s.number, "2")
	eventually(t, 60*time.Second, "the end", func() bool { got := w.answers(ana, s.number); return got[len(got)-1] == "¡Va!" })

	second := poll(beto)
	w.serve.kill()
	vote(beto, second, "Verde")
	w.startServer()
	w.awaitAnswers(t, beto, s.number, "¿Qué salsa?", "¿Poca o mucha verde?\n1. Poca\n2. Mucha")
	w.say(beto, s.number, "poca")
	w.awaitAnswers(t, beto, s.number, "¿Qué salsa?", "¿Poca o mucha verde?\n1. Poca\n2. Mucha", "¡Va!")
	vote(beto, second, "Roja") // the flow is over
	w.say(beto, s.number, "gracias")
	eventually(t, 60*time.Second, "a new poll, and nothing else", func() bool { return len(w.answers(beto, s.number)) == 4 })
	w.assertNoProblems(ana, beto, s.number)
}
