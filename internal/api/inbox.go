package api

import (
	"context"
	"net/http"

	"recado/internal/tenant"
)

type Paging struct {
	Cursor string `query:"cursor" maxLength:"256" doc:"next of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type conversationsInput struct {
	InShop
	Paging
}

type conversationsReply struct {
	Body struct {
		Conversations []Conversation `json:"conversations" nullable:"false"`
		Next          string         `json:"next,omitempty" doc:"cursor of the next page; missing on the last."`
	}
}

type OfConversation struct {
	InShop
	ID string `path:"id" maxLength:"128" doc:"The conversation's id."`
}

type conversationReply struct{ Body Conversation }

type historyInput struct {
	OfConversation
	Paging
}

type historyReply struct {
	Body struct {
		Messages []Message `json:"messages" nullable:"false"`
		Next     string    `json:"next,omitempty" doc:"cursor of the next page, of older messages; missing on the last."`
	}
}

type replyInput struct {
	OfConversation
	Idempotency
	Body replyBody
}

func (s *server) conversationRoutes() {
	const one = "/api/shops/{shopId}/conversations/{id}"
	handle(s, route{
		method: http.MethodGet, path: "/api/shops/{shopId}/conversations", id: "listConversations", tag: "inbox", may: tenant.ViewShop,
		summary: "The shop's conversations", doc: "The one that moved last comes first.",
	}, s.listConversations)
	handle(s, route{
		method: http.MethodGet, path: one + "/messages", id: "listMessages", tag: "inbox", may: tenant.ViewShop,
		summary: "A conversation's messages", doc: "The newest first.",
	}, s.history)
	handle(s, route{
		method: http.MethodPost, path: one + "/messages", id: "replyToConversation", tag: "inbox", may: tenant.Converse,
		status: http.StatusAccepted, summary: "Answer in a conversation", doc: "Answering does not pause the flow; pause does.",
	}, s.answer)
	handle(s, route{
		method: http.MethodPost, path: one + "/pause", id: "pauseConversation", tag: "inbox", may: tenant.Converse,
		summary: "Take a conversation over from the flow",
	}, s.pauser(true))
	handle(s, route{
		method: http.MethodPost, path: one + "/resume", id: "resumeConversation", tag: "inbox", may: tenant.Converse,
		summary: "Hand a conversation back to the flow",
	}, s.pauser(false))
	handle(s, route{
		method: http.MethodPost, path: one + "/read", id: "readConversation", tag: "inbox", may: tenant.Converse,
		summary: "Say that the shop has read a conversation",
	}, s.read)
}

func (s *server) listConversations(ctx context.Context, _ caller, in *conversationsInput) (*conversationsReply, error) {
	list, next, err := s.Conversations.Conversations(ctx, in.Shop, Page{in.Cursor, in.Limit})
	if err != nil {
		return nil, err
	}
	out := &conversationsReply{}
	out.Body.Conversations, out.Body.Next = append([]Conversation{}, list...), next
	return out, nil
}

func (s *server) history(ctx context.Context, _ caller, in *historyInput) (*historyReply, error) {
	list, next, err := s.Conversations.Messages(ctx, in.Shop, in.ID, Page{in.Cursor, in.Limit})
	if err != nil {
		return nil, err
	}
	out := &historyReply{}
	out.Body.Messages, out.Body.Next = append([]Message{}, list...), next
	return out, nil
}

func (s *server) answer(ctx context.Context, c caller, in *replyInput) (*sentReply, error) {
	content, err := in.Body.check()
	if err != nil {
		return nil, err
	}
	q, err := s.Conversations.Send(ctx, in.Shop, Outgoing{
		Conversation: in.ID, Quoted: in.Body.Quoted, Content: content, Key: in.Key, By: c.ID(),
	})
	if err != nil {
		return nil, err
	}
	return &sentReply{Sent(q)}, nil
}

func (s *server) pauser(paused bool) func(context.Context, caller, *OfConversation) (*conversationReply, error) {
	return func(ctx context.Context, _ caller, in *OfConversation) (*conversationReply, error) {
		c, err := s.Conversations.Pause(ctx, in.Shop, in.ID, paused)
		if err != nil {
			return nil, err
		}
		return &conversationReply{c}, nil
	}
}

func (s *server) read(ctx context.Context, _ caller, in *OfConversation) (*conversationReply, error) {
	c, err := s.Conversations.Read(ctx, in.Shop, in.ID)
	if err != nil {
		return nil, err
	}
	return &conversationReply{c}, nil
}
