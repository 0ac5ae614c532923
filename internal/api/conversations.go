package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"recado/internal/channel"
	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Conversation is one contact on one channel, as the inbox lists it.
type Conversation struct {
	ID      string       `json:"id"`
	Channel channel.Type `json:"channel"`
	Contact Customer     `json:"contact"`
	Paused  bool         `json:"paused" doc:"A person has taken over; the flow keeps silent."`
	Unread  int          `json:"unread" doc:"Customer messages since the shop last looked."`
	Last    *Preview     `json:"last,omitempty"`
	Created time.Time    `json:"createdAt"`
}

// Customer is the contact of a conversation.
type Customer struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Phone string   `json:"phone,omitempty" doc:"Digits; missing when WhatsApp hides it."`
	Tags  []string `json:"tags" nullable:"false"`
}

// Preview is a conversation's newest message.
type Preview struct {
	ID        string       `json:"id"`
	Direction string       `json:"direction" enum:"in,out"`
	Kind      message.Kind `json:"kind" enum:"text,image,video,audio,voice,document,sticker,location,contact,reaction,poll,vote,choice,edited,deleted,missed_call,unsupported"`
	Text      string       `json:"text"`
	At        time.Time    `json:"at"`
}

func toConversation(l conversation.ConversationWithContact) Conversation {
	e := l.Event()
	c := Conversation{
		ID: string(e.ID), Channel: e.Channel, Paused: e.Paused, Unread: e.Unread, Created: e.CreatedAt,
		Contact: Customer{ID: string(e.Contact.ID), Name: e.Contact.Name, Phone: e.Contact.Phone, Tags: e.Contact.Tags},
	}
	if p := e.Last; p != nil {
		c.Last = &Preview{ID: p.ID, Direction: string(p.Direction), Kind: p.Kind, Text: p.Text, At: p.At}
	}
	return c
}

// Message is one message of a conversation's history.
type Message struct {
	ID        string         `json:"id"`
	Direction string         `json:"direction" enum:"in,out"`
	Author    string         `json:"author" doc:"customer, flow, phone, or the id of a user or API key"`
	Content   ShownContent   `json:"content"`
	Quoted    string         `json:"quoted,omitempty"`
	Status    message.Status `json:"status,omitempty" doc:"How far a message of ours got."`
	Error     string         `json:"error,omitempty" doc:"Why a message of ours failed."`
	At        time.Time      `json:"at"`
}

func toMessage(m conversation.Message) Message {
	e := m.Event()
	return Message{
		ID: e.ID, Direction: string(e.Direction), Author: e.Author, Content: toShownContent(e.Content),
		Quoted: e.Quoted, Status: e.Status, Error: e.Error, At: e.At,
	}
}

type Paging struct {
	Cursor string `query:"cursor" maxLength:"256" doc:"next of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type conversationsInput struct {
	ShopPath
	Paging
}

type conversationsReply struct {
	Body struct {
		Conversations []Conversation `json:"conversations" nullable:"false"`
		Next          string         `json:"next,omitempty" doc:"cursor of the next page; missing on the last."`
	}
}

type ConversationPath struct {
	ShopPath
	ID conversation.ID `path:"id" maxLength:"128" doc:"The conversation's id."`
}

type conversationReply struct{ Body Conversation }

type historyInput struct {
	ConversationPath
	Paging
}

type historyReply struct {
	Body struct {
		Messages []Message `json:"messages" nullable:"false"`
		Next     string    `json:"next,omitempty" doc:"cursor of the next page, of older messages; missing on the last."`
	}
}

type replyInput struct {
	ConversationPath
	Idempotency
	Body replyBody
}

type startInput struct {
	ConversationPath
	Body struct {
		Flow flow.ID     `json:"flow,omitempty" maxLength:"40" doc:"Left out, the shop's main flow."`
		Node flow.NodeID `json:"node,omitempty" maxLength:"40" doc:"Where it begins; left out, at its start."`
	}
}

type tagInput struct {
	ConversationPath
	Body struct {
		Add    []string `json:"add,omitempty" maxItems:"20" nullable:"false"`
		Remove []string `json:"remove,omitempty" maxItems:"20" nullable:"false"`
	}
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
	}, s.listMessages)
	handle(s, route{
		method: http.MethodPost, path: one + "/messages", id: "replyToConversation", tag: "inbox", may: tenant.Converse,
		status: http.StatusAccepted, summary: "Answer in a conversation", doc: "Answering does not pause the flow; pause does.",
	}, s.replyToConversation)
	handle(s, route{
		method: http.MethodPost, path: one + "/pause", id: "pauseConversation", tag: "inbox", may: tenant.Converse,
		summary: "Take a conversation over from the flow",
	}, s.pauseConversation)
	handle(s, route{
		method: http.MethodPost, path: one + "/resume", id: "resumeConversation", tag: "inbox", may: tenant.Converse,
		summary: "Hand a conversation back to the flow",
	}, s.resumeConversation)
	handle(s, route{
		method: http.MethodPost, path: one + "/read", id: "readConversation", tag: "inbox", may: tenant.Converse,
		summary: "Say that the shop has read a conversation",
	}, s.readConversation)
	handle(s, route{
		method: http.MethodPost, path: one + "/start", id: "startFlow", tag: "inbox", may: tenant.Converse,
		summary: "Start a flow in a conversation", doc: "In place of what is under way. 404 no_flow when the shop has not published it.",
	}, s.startFlow)
	handle(s, route{
		method: http.MethodPost, path: one + "/tags", id: "tagContact", tag: "inbox", may: tenant.Converse,
		summary: "Add and remove the contact's tags", doc: "Flows with a trigger on an added tag start.",
	}, s.tagContact)
}

func (s *server) listConversations(ctx context.Context, _ identity, in *conversationsInput) (*conversationsReply, error) {
	list, next, err := s.Conversations.Conversations(ctx, in.Shop, in.Cursor, in.Limit)
	out := &conversationsReply{}
	out.Body.Conversations, out.Body.Next = convert(list, toConversation), next
	return out, err
}

func (s *server) listMessages(ctx context.Context, _ identity, in *historyInput) (*historyReply, error) {
	list, next, err := s.Conversations.Messages(ctx, in.Shop, in.ID, in.Cursor, in.Limit)
	out := &historyReply{}
	out.Body.Messages, out.Body.Next = convert(list, toMessage), next
	return out, err
}

func (s *server) replyToConversation(ctx context.Context, c identity, in *replyInput) (*sentReply, error) {
	content, err := in.Body.check()
	if err != nil {
		return nil, err
	}
	m, err := s.Conversations.Send(ctx, in.Shop, conversation.SendRequest{
		Conversation: in.ID, Quoted: in.Body.Quoted, Content: content, Key: in.Key, By: c.ID(),
	})
	return &sentReply{Sent{m.ID, m.Status}}, err
}

func (s *server) pauseConversation(ctx context.Context, _ identity, in *ConversationPath) (*conversationReply, error) {
	l, err := s.Conversations.Pause(ctx, in.Shop, in.ID, "")
	return &conversationReply{toConversation(l)}, err
}

func (s *server) resumeConversation(ctx context.Context, _ identity, in *ConversationPath) (*conversationReply, error) {
	l, err := s.Conversations.Resume(ctx, in.Shop, in.ID, "")
	return &conversationReply{toConversation(l)}, err
}

func (s *server) readConversation(ctx context.Context, _ identity, in *ConversationPath) (*conversationReply, error) {
	l, err := s.Conversations.MarkRead(ctx, in.Shop, in.ID)
	return &conversationReply{toConversation(l)}, err
}

func (s *server) startFlow(ctx context.Context, c identity, in *startInput) (*conversationReply, error) {
	l, err := s.Automation.StartFlow(ctx, in.Shop, in.ID, in.Body.Flow, in.Body.Node, c.ID())
	return &conversationReply{toConversation(l)}, err
}

// maxTag is the limit of a tag, in bytes.
const maxTag = 40

func (s *server) tagContact(ctx context.Context, _ identity, in *tagInput) (*conversationReply, error) {
	for field, tags := range map[string][]string{"body.add": in.Body.Add, "body.remove": in.Body.Remove} {
		for _, tag := range tags {
			if tag == "" || len(tag) > maxTag || strings.ContainsAny(tag, ":\x00\n") {
				return nil, invalid(field, "tags have 1 to 40 characters and no colon")
			}
		}
	}
	l, err := s.Automation.ChangeTags(ctx, in.Shop, in.ID, in.Body.Add, in.Body.Remove)
	return &conversationReply{toConversation(l)}, err
}
