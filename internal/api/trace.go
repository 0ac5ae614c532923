package api

import (
	"context"
	"net/http"
	"time"

	"recado/internal/conversation"
	"recado/internal/flow/engine"
	"recado/internal/i18n"
	"recado/internal/tenant"
)

// TraceEvent is one line of a trace: a rule that matched, a step that was entered.
type TraceEvent struct {
	engine.Event
	Sentence string `json:"sentence" doc:"The same for people, in the language asked for. Names of steps, options and variables are the author's."`
}

func toTraceEvents(events []engine.Event, lang i18n.Lang) []TraceEvent {
	return convert(events, func(e engine.Event) TraceEvent { return TraceEvent{e, e.Sentence(string(lang))} })
}

// TraceStep is how one input was dealt with.
type TraceStep struct {
	At      time.Time    `json:"at"`
	Input   *Document    `json:"input,omitempty" doc:"What happened; its type tells: message, timer, result, human_sent, command, event."`
	Began   bool         `json:"began,omitempty" doc:"No flow was under way before."`
	Events  []TraceEvent `json:"events" nullable:"false" doc:"Which rules matched and why, which nodes were entered."`
	Effects []Document   `json:"effects" nullable:"false" doc:"What was done; type tells: send, set_timer, cancel_timer, contact, handoff, notify, http."`
	Sent    []string     `json:"sent" nullable:"false" doc:"Ids of the messages that came of it."`
	Flow    string       `json:"flow,omitempty" doc:"Where it stands afterwards; missing when the flow is over."`
	Version int          `json:"version,omitempty"`
	Node    string       `json:"node,omitempty"`
	Status  string       `json:"status,omitempty"`
	Cut     bool         `json:"cut,omitempty" doc:"Input and effects were too large to keep."`
}

func toTraceStep(s conversation.TraceStep, lang i18n.Lang) TraceStep {
	t := TraceStep{
		At: s.At, Began: s.Began, Events: toTraceEvents(s.Events, lang), Effects: convert(s.Effects, toDocument), Sent: []string{},
		Flow: string(s.Flow), Version: s.Version, Node: string(s.Node), Status: string(s.Status), Cut: s.Cut,
	}
	if s.Input != nil {
		in := Document(s.Input)
		t.Input = &in
	}
	for _, e := range s.Effects {
		if _, ok := e.Do.(*engine.Send); ok {
			t.Sent = append(t.Sent, engine.MessageID(e.Key))
		}
	}
	return t
}

type traceInput struct {
	ConversationPath
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Units of work to look back; each has one step or a few."`
}

type traceReply struct {
	Body struct {
		Steps []TraceStep `json:"steps" nullable:"false" doc:"The oldest first."`
	}
}

func (s *server) traceRoutes() {
	handle(s, route{
		method: http.MethodGet, path: "/api/shops/{shopId}/conversations/{id}/trace", id: "getTrace", tag: "inbox", may: tenant.ViewShop,
		summary: "Why the flow answered as it did", doc: "Of the last 200 units of work, for 90 days. Each event comes with a sentence, by Accept-Language or ?lang=.",
	}, s.getTrace)
}

func (s *server) getTrace(ctx context.Context, c identity, in *traceInput) (*traceReply, error) {
	steps, err := s.Automation.Trace(ctx, in.Shop, in.ID, in.Limit)
	out := &traceReply{}
	out.Body.Steps = convert(steps, func(step conversation.TraceStep) TraceStep { return toTraceStep(step, c.lang) })
	return out, err
}
