package app

import (
	"context"
	"errors"

	"recado/internal/api"
	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/message"
	"recado/internal/tenant"
)

// automation starts flows and tells how they answered.
type automation struct{ talks *conversation.Service }

// Happen implements api.Automation.
func (a automation) Happen(ctx context.Context, shop tenant.ShopID, h api.Happening) (api.Conversation, error) {
	l, err := a.talks.ReceiveEvent(ctx, shop, conversation.EventRequest{
		Conversation: conversation.ID(h.Conversation), To: message.Peer{Phone: h.To}, Name: h.Name, Data: h.Data, Key: h.Key,
	})
	return shown(l), told(err)
}

// Start implements api.Automation.
func (a automation) Start(ctx context.Context, shop tenant.ShopID, id, f, node, by string) (api.Conversation, error) {
	if _, err := a.talks.Conversation(ctx, shop, conversation.ID(id)); err != nil {
		return api.Conversation{}, told(err)
	}
	l, err := a.talks.StartFlow(ctx, shop, conversation.ID(id), flow.ID(f), flow.NodeID(node), by)
	switch {
	case errors.Is(err, conversation.ErrNoSuchFlow):
		err = api.ErrNoFlow
	case errors.Is(err, conversation.ErrNoSuchNode):
		err = api.ErrNoNode
	}
	return shown(l), told(err)
}

// Tag implements api.Automation.
func (a automation) Tag(ctx context.Context, shop tenant.ShopID, id string, add, remove []string) (api.Conversation, error) {
	l, err := a.talks.ChangeTags(ctx, shop, conversation.ID(id), add, remove)
	return shown(l), told(err)
}

// Trace implements api.Automation.
func (a automation) Trace(ctx context.Context, shop tenant.ShopID, id string, limit int) ([]api.TraceStep, error) {
	steps, err := a.talks.Trace(ctx, shop, conversation.ID(id), limit)
	if err != nil {
		return nil, told(err)
	}
	out := make([]api.TraceStep, 0, len(steps))
	for _, s := range steps {
		t := api.TraceStep{
			At: s.At, Began: s.Began, Events: api.EventsOf(s.Events), Effects: []api.Document{}, Sent: []string{}, Flow: string(s.Flow), Version: s.Version,
			Node: string(s.Node), Status: string(s.Status), Cut: s.Cut,
		}
		if s.Input != nil {
			in := api.Document(s.Input)
			t.Input = &in
		}
		for _, e := range s.Effects {
			t.Effects = append(t.Effects, api.DocumentOf(e))
			if _, ok := e.Do.(*engine.Send); ok {
				t.Sent = append(t.Sent, engine.MessageID(e.Key))
			}
		}
		out = append(out, t)
	}
	return out, nil
}

var _ api.Automation = automation{}
