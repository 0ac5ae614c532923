package app

import (
	"context"
	"encoding/json"

	"recado/internal/api"
	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/sandbox"
	"recado/internal/i18n"
	"recado/internal/tenant"
)

// maxReplayed bounds the conversations of one replay.
const maxReplayed = 50

// Replay implements api.Book.
func (b book) Replay(ctx context.Context, shop tenant.ShopID, id string, definition json.RawMessage, only []string, lang i18n.Lang) (r api.ReplayReport, err error) {
	draft, issues, err := b.library.Check(ctx, shop, definition)
	switch {
	case err != nil:
		return r, err
	case draft == nil:
		return r, &api.InvalidFlowError{Issues: in(issues, lang)}
	case draft.ID != flow.ID(id):
		return r, api.ErrNoFlow
	}
	defs, err := b.library.Defs(ctx, shop)
	if err != nil {
		return r, err
	}
	about, err := b.server.shop(ctx, shop)
	if err != nil {
		return r, err
	}
	list, err := b.recorded(ctx, shop, only)
	if err != nil {
		return r, err
	}
	for _, l := range list {
		steps, err := b.talks.Trace(ctx, shop, l.Conversation.ID, conversation.MaxTraces)
		if err != nil {
			return r, told(err)
		}
		all := sandbox.Replay(sandbox.Options{
			Defs: sandbox.WithDraft(defs, draft), Conversation: string(l.Conversation.ID), Shop: about, Caps: conversation.Caps(l.Conversation.Channel),
			Contact: engine.Contact{
				Name: l.Contact.Name, Phone: l.Contact.Peer.Phone, Language: l.Contact.Language,
				Tags: l.Contact.Tags, Vars: l.Contact.Vars, Fields: l.Contact.Fields,
			},
		}, recordedSteps(steps))
		if len(all) == 0 {
			continue
		}
		r.Looked++
		r.Exchanges += len(all)
		one := api.Replayed{Conversation: string(l.Conversation.ID)}
		for _, x := range all {
			if x.Differs() {
				one.Exchanges = append(one.Exchanges, x)
			}
		}
		if len(one.Exchanges) > 0 {
			r.Different = append(r.Different, one)
		}
	}
	return r, defs.Err()
}

// recorded are the conversations to replay.
func (b book) recorded(ctx context.Context, shop tenant.ShopID, only []string) ([]conversation.ConversationWithContact, error) {
	if len(only) == 0 {
		list, _, err := b.talks.Conversations(ctx, shop, "", maxReplayed)
		return list, err
	}
	var list []conversation.ConversationWithContact
	for _, id := range only {
		l, err := b.talks.Conversation(ctx, shop, conversation.ID(id))
		if err != nil {
			return nil, told(err)
		}
		list = append(list, l)
	}
	return list, nil
}

func recordedSteps(steps []conversation.TraceStep) []sandbox.Recorded {
	out := make([]sandbox.Recorded, 0, len(steps))
	for _, s := range steps {
		r := sandbox.Recorded{At: s.At, Began: s.Began, Effects: s.Effects}
		if in, err := engine.DecodeInput(s.Input); err == nil && s.Input != nil {
			r.Input = in
		}
		out = append(out, r)
	}
	return out
}
