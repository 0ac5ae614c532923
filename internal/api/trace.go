package api

import (
	"recado/internal/flow/engine"
	"recado/internal/i18n"
)

// TraceEvent is one line of a trace: a rule that matched, a step that was entered.
type TraceEvent struct {
	engine.Event
	Sentence string `json:"sentence" doc:"The same for people, in the language asked for. Names of steps, options and variables are the author's."`
}

// EventsOf shows the engine's events; the routes put them into words.
func EventsOf(events []engine.Event) []TraceEvent {
	out := make([]TraceEvent, len(events))
	for i, e := range events {
		out[i].Event = e
	}
	return out
}

// word says each event in the language.
func word(events []TraceEvent, lang i18n.Lang) {
	for i := range events {
		events[i].Sentence = events[i].Event.Sentence(string(lang))
	}
}
