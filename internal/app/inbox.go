package app

import (
	"context"
	"errors"

	"recado/internal/api"
	"recado/internal/channel"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// inbox shows the conversations to people.
type inbox struct {
	service  *conversation.Service
	channels channel.Store
}

// Conversations implements api.Conversations.
func (i inbox) Conversations(ctx context.Context, shop tenant.ShopID, p api.Page) ([]api.Conversation, string, error) {
	list, next, err := i.service.Conversations(ctx, shop, p.Cursor, p.Limit)
	if err != nil {
		return nil, "", told(err)
	}
	out := make([]api.Conversation, len(list))
	for n, l := range list {
		out[n] = shown(l)
	}
	return out, next, nil
}

// Messages implements api.Conversations.
func (i inbox) Messages(ctx context.Context, shop tenant.ShopID, id string, p api.Page) ([]api.Message, string, error) {
	list, next, err := i.service.Messages(ctx, shop, conversation.ID(id), p.Cursor, p.Limit)
	if err != nil {
		return nil, "", told(err)
	}
	out := make([]api.Message, len(list))
	for n, m := range list {
		e := m.Event()
		out[n] = api.Message{
			ID: e.ID, Direction: string(e.Direction), Author: e.Author, Content: api.ContentOf(e.Content),
			Quoted: e.Quoted, Status: e.Status, Error: e.Error, At: e.At,
		}
	}
	return out, next, nil
}

// Pause implements api.Conversations.
func (i inbox) Pause(ctx context.Context, shop tenant.ShopID, id string, paused bool) (api.Conversation, error) {
	do := i.service.Resume
	if paused {
		do = i.service.Pause
	}
	l, err := do(ctx, shop, conversation.ID(id), "")
	return shown(l), told(err)
}

// Read implements api.Conversations.
func (i inbox) Read(ctx context.Context, shop tenant.ShopID, id string) (api.Conversation, error) {
	l, err := i.service.MarkRead(ctx, shop, conversation.ID(id))
	return shown(l), told(err)
}

// Send implements api.Conversations.
func (i inbox) Send(ctx context.Context, shop tenant.ShopID, m api.Outgoing) (api.Queued, error) {
	sent, err := i.service.Send(ctx, shop, conversation.SendRequest{
		Conversation: conversation.ID(m.Conversation), To: m.To, Channel: m.Channel,
		Quoted: m.Quoted, Content: m.Content, Key: m.Key, By: m.By,
	})
	return api.Queued{ID: sent.ID, Status: sent.Status}, told(err)
}

// channel picks the channel of a message that names none: the shop's only or
// most recent one.
func (i inbox) channel(ctx context.Context, shop tenant.ShopID) (message.ChannelType, error) {
	list, err := i.channels.Channels(ctx, shop)
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "", api.ErrNoChannel
	}
	return list[0].Type, nil
}

func shown(l conversation.ConversationWithContact) api.Conversation {
	e := l.Event()
	c := api.Conversation{
		ID: string(e.ID), Channel: e.Channel, Paused: e.Paused, Unread: e.Unread, Created: e.CreatedAt,
		Contact: api.Customer{ID: string(e.Contact.ID), Name: e.Contact.Name, Phone: e.Contact.Phone, Tags: e.Contact.Tags},
	}
	if p := e.Last; p != nil {
		c.Last = &api.Preview{ID: p.ID, Direction: string(p.Direction), Kind: p.Kind, Text: p.Text, At: p.At}
	}
	return c
}

// told turns the service's errors into those that the API knows.
func told(err error) error {
	switch {
	case errors.Is(err, conversation.ErrNotFound):
		return tenant.ErrNotFound
	case errors.Is(err, conversation.ErrKeyReused):
		return api.ErrKeyReused
	case errors.Is(err, conversation.ErrCursor):
		return api.ErrBadCursor
	}
	return err
}

var _ api.Conversations = inbox{}
