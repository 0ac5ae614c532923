package api

import (
	"context"
	"net/http"
	"strings"

	"recado/internal/tenant"
)

type eventInput struct {
	InShop
	Idempotency
	Body struct {
		Name         string         `json:"name" maxLength:"80" pattern:"^[A-Za-z0-9_.-]+$" doc:"As triggers and wait_event nodes call it." example:"order_paid"`
		Contact      string         `json:"contact,omitempty" maxLength:"32" doc:"Phone number with country code of whom it is about; or"`
		Conversation string         `json:"conversation,omitempty" maxLength:"128" doc:"the conversation's id."`
		Data         map[string]any `json:"data,omitempty" doc:"What flows read as event.data."`
	}
}

type startInput struct {
	OfConversation
	Body struct {
		Flow string `json:"flow,omitempty" maxLength:"40" doc:"Left out, the shop's main flow."`
		Node string `json:"node,omitempty" maxLength:"40" doc:"Where it begins; left out, at its start."`
	}
}

type tagInput struct {
	OfConversation
	Body struct {
		Add    []string `json:"add,omitempty" maxItems:"20" nullable:"false"`
		Remove []string `json:"remove,omitempty" maxItems:"20" nullable:"false"`
	}
}

type traceInput struct {
	OfConversation
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Units of work to look back; each has one step or a few."`
}

type traceReply struct {
	Body struct {
		Steps []TraceStep `json:"steps" nullable:"false" doc:"The oldest first."`
	}
}

func (s *server) eventRoutes() {
	const one = "/api/shops/{shopId}/conversations/{id}"
	handle(s, route{
		method: http.MethodPost, path: "/api/shops/{shopId}/events", id: "tellEvent", tag: "flow", may: tenant.Converse, status: http.StatusAccepted,
		summary: "Tell a customer's flow of an event", doc: "For triggers on event and wait_event nodes. It is stored when the answer comes.",
	}, s.tellEvent)
	handle(s, route{
		method: http.MethodPost, path: one + "/start", id: "startFlow", tag: "inbox", may: tenant.Converse,
		summary: "Start a flow in a conversation", doc: "In place of what is under way. 404 no_flow when the shop has not published it.",
	}, s.startFlow)
	handle(s, route{
		method: http.MethodPost, path: one + "/tags", id: "tagContact", tag: "inbox", may: tenant.Converse,
		summary: "Add and remove the contact's tags", doc: "Flows with a trigger on an added tag start.",
	}, s.tagContact)
	handle(s, route{
		method: http.MethodGet, path: one + "/trace", id: "getTrace", tag: "inbox", may: tenant.ViewShop,
		summary: "Why the flow answered as it did", doc: "Of the last 200 units of work, for 90 days. Each event comes with a sentence, by Accept-Language or ?lang=.",
	}, s.getTrace)
}

func (s *server) tellEvent(ctx context.Context, _ caller, in *eventInput) (*conversationReply, error) {
	b := in.Body
	h := Happening{Conversation: b.Conversation, Name: b.Name, Data: b.Data, Key: in.Key}
	if (b.Contact == "") == (b.Conversation == "") {
		return nil, invalid("body", "exactly one of contact and conversation")
	}
	if b.Contact != "" {
		var err error
		if h.To, err = digits(b.Contact, "body.contact"); err != nil {
			return nil, err
		}
	}
	c, err := s.Automation.Happen(ctx, in.Shop, h)
	if err != nil {
		return nil, err
	}
	return &conversationReply{c}, nil
}

func (s *server) startFlow(ctx context.Context, c caller, in *startInput) (*conversationReply, error) {
	v, err := s.Automation.Start(ctx, in.Shop, in.ID, in.Body.Flow, in.Body.Node, c.ID())
	if err != nil {
		return nil, err
	}
	return &conversationReply{v}, nil
}

// maxTag is how long a tag may be, in bytes.
const maxTag = 40

func (s *server) tagContact(ctx context.Context, _ caller, in *tagInput) (*conversationReply, error) {
	for field, tags := range map[string][]string{"body.add": in.Body.Add, "body.remove": in.Body.Remove} {
		for _, tag := range tags {
			if tag == "" || len(tag) > maxTag || strings.ContainsAny(tag, ":\x00\n") {
				return nil, invalid(field, "tags have 1 to 40 characters and no colon")
			}
		}
	}
	v, err := s.Automation.Tag(ctx, in.Shop, in.ID, in.Body.Add, in.Body.Remove)
	if err != nil {
		return nil, err
	}
	return &conversationReply{v}, nil
}

func (s *server) getTrace(ctx context.Context, c caller, in *traceInput) (*traceReply, error) {
	steps, err := s.Automation.Trace(ctx, in.Shop, in.ID, in.Limit)
	if err != nil {
		return nil, err
	}
	for _, step := range steps {
		word(step.Events, c.lang)
	}
	out := &traceReply{}
	out.Body.Steps = append([]TraceStep{}, steps...)
	return out, nil
}
