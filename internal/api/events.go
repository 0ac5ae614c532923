package api

import (
	"context"
	"net/http"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

type eventInput struct {
	ShopPath
	Idempotency
	Body struct {
		Name         string          `json:"name" maxLength:"80" pattern:"^[A-Za-z0-9_.-]+$" doc:"As triggers and wait_event nodes call it." example:"order_paid"`
		Contact      string          `json:"contact,omitempty" maxLength:"32" doc:"Phone number with country code of whom it is about; or"`
		Conversation conversation.ID `json:"conversation,omitempty" maxLength:"128" doc:"the conversation's id."`
		Data         map[string]any  `json:"data,omitempty" doc:"What flows read as event.data."`
	}
}

func (s *server) eventRoutes() {
	handle(s, route{
		method: http.MethodPost, path: "/api/shops/{shopId}/events", id: "tellEvent", tag: "flow", may: tenant.Converse, status: http.StatusAccepted,
		summary: "Tell a customer's flow of an event", doc: "For triggers on event and wait_event nodes. It is stored when the answer comes.",
	}, s.tellEvent)
}

func (s *server) tellEvent(ctx context.Context, _ identity, in *eventInput) (*conversationReply, error) {
	b := in.Body
	if (b.Contact == "") == (b.Conversation == "") {
		return nil, invalid("body", "exactly one of contact and conversation")
	}
	var to message.Peer
	if b.Contact != "" {
		var err error
		if to.Phone, err = digits(b.Contact, "body.contact"); err != nil {
			return nil, err
		}
	}
	l, err := s.Automation.ReceiveEvent(ctx, in.Shop, conversation.EventRequest{
		Conversation: b.Conversation, To: to, Name: b.Name, Data: b.Data, Key: in.Key,
	})
	return &conversationReply{toConversation(l)}, err
}
