package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"recado/internal/channel"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

type sendBody struct {
	To     string `json:"to" maxLength:"32" doc:"Phone number with country code." example:"+54 9 11 5555 0100"`
	Type   string `json:"type,omitempty" maxLength:"64" doc:"Channel to send on; left out, the shop's only or most recent one."`
	Quoted string `json:"quoted,omitempty" maxLength:"128" doc:"Id of the message that it answers."`
	MessageContent
}

type replyBody struct {
	Quoted string `json:"quoted,omitempty" maxLength:"128" doc:"Id of the message that it answers."`
	MessageContent
}

type Idempotency struct {
	Key string `header:"Idempotency-Key" maxLength:"255" doc:"The same key and message again is the same message: it is sent once."`
}

type sendInput struct {
	ShopPath
	Idempotency
	Body sendBody
}

// Sent is a message that was queued.
type Sent struct {
	ID     string         `json:"id" doc:"WhatsApp's message id."`
	Status message.Status `json:"status" example:"queued"`
}

type sentReply struct{ Body Sent }

// Asset is an uploaded file.
type Asset struct {
	Asset string `json:"asset" doc:"Name to send it by."`
	Size  int64  `json:"size" doc:"Bytes."`
	MIME  string `json:"mime,omitempty"`
}

func (s *server) messageRoutes() {
	handle(s, route{
		method: http.MethodPost, path: "/api/shops/{shopId}/messages", id: "sendMessage", tag: "messages", may: tenant.Converse,
		status: http.StatusAccepted, summary: "Write to a customer",
		doc: "JSON, or multipart/form-data with the same fields (kind, caption, filename, mime for the media) before one part named file of at most 100 MiB. " +
			"The message is stored when the answer comes, and sent in order with the conversation's others.",
		before: s.multipart,
	}, s.send)
	s.mediaRoute()
	s.documentForm("/api/shops/{shopId}/messages")
}

func (s *server) send(ctx context.Context, c identity, in *sendInput) (*sentReply, error) {
	sent, err := s.sendMessage(ctx, c, in.Shop, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	return &sentReply{*sent}, nil
}

func (s *server) sendMessage(ctx context.Context, c identity, shop tenant.ShopID, key string, b sendBody) (*Sent, error) {
	to, err := digits(b.To, "body.to")
	if err != nil {
		return nil, err
	}
	t := channel.Type(b.Type)
	if t != "" && !t.Valid() {
		return nil, channel.ErrInvalidType
	}
	content, err := b.check()
	if err != nil {
		return nil, err
	}
	m, err := s.Conversations.Send(ctx, shop, conversation.SendRequest{
		To: message.Peer{Phone: to}, Channel: t, Quoted: b.Quoted, Content: content, Key: key, By: c.ID(),
	})
	return &Sent{m.ID, m.Status}, err
}

// documentForm adds the other body that a route takes to its documentation.
func (s *server) documentForm(path string) {
	s.api.OpenAPI().Paths[path].Post.RequestBody.Content["multipart/form-data"] = &huma.MediaType{Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"to", "file"},
		Properties: map[string]*huma.Schema{
			"to": {Type: huma.TypeString}, "type": {Type: huma.TypeString}, "quoted": {Type: huma.TypeString},
			"kind": {Type: huma.TypeString}, "caption": {Type: huma.TypeString},
			"filename": {Type: huma.TypeString}, "mime": {Type: huma.TypeString},
			"file": {Type: huma.TypeString, Format: "binary"},
		},
	}}
}
