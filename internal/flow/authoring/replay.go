package authoring

import (
	"context"

	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/flow/sandbox"
	"recado/internal/tenant"
)

// maxReplayed bounds the conversations of one replay.
const maxReplayed = 50

// Replayed is a conversation that a draft would have answered differently.
type Replayed struct {
	Conversation conversation.ID    `json:"conversation"`
	Exchanges    []sandbox.Exchange `json:"exchanges" nullable:"false" doc:"Where the answers differ, before and after."`
}

// ReplayReport compares recorded conversations with the same under a draft.
type ReplayReport struct {
	Looked    int        `json:"looked" doc:"Conversations whose beginning is recorded."`
	Exchanges int        `json:"exchanges" doc:"What customers and events said in them."`
	Different []Replayed `json:"different" nullable:"false"`
}

// Replay runs recorded conversations again with a draft of the flow: the given
// ones, or the most recently active. Nothing is sent, called or stored.
// *library.InvalidError; library.ErrNoFlow when the draft is of another flow.
func (s *Service) Replay(ctx context.Context, shop tenant.ShopID, id flow.ID, definition []byte, only []conversation.ID) (ReplayReport, error) {
	r := ReplayReport{Different: []Replayed{}}
	draft, issues, err := s.Check(ctx, shop, definition)
	switch {
	case err != nil:
		return r, err
	case draft == nil:
		return r, &library.InvalidError{Issues: issues}
	case draft.ID != id:
		return r, library.ErrNoFlow
	}
	defs, err := s.Defs(ctx, shop)
	if err != nil {
		return r, err
	}
	view, err := s.o.Shop(ctx, shop)
	if err != nil {
		return r, err
	}
	list, err := s.recorded(ctx, shop, only)
	if err != nil {
		return r, err
	}
	o := sandbox.Options{Defs: sandbox.WithDraft(defs, draft), Shop: view}
	for _, l := range list {
		all, err := s.replay(ctx, shop, l, o)
		if err != nil {
			return r, err
		}
		if len(all) > 0 {
			r.add(l.Conversation.ID, all)
		}
	}
	return r, defs.Err()
}

func (s *Service) replay(ctx context.Context, shop tenant.ShopID, l conversation.ConversationWithContact, o sandbox.Options) ([]sandbox.Exchange, error) {
	steps, err := s.o.Conversations.Trace(ctx, shop, l.Conversation.ID, conversation.MaxTraces)
	if err != nil {
		return nil, err
	}
	o.Conversation, o.Caps = string(l.Conversation.ID), conversation.Caps(l.Conversation.Channel)
	o.Contact = engine.Contact{
		Name: l.Contact.Name, Phone: l.Contact.Peer.Phone, Language: l.Contact.Language,
		Tags: l.Contact.Tags, Vars: l.Contact.Vars, Fields: l.Contact.Fields,
	}
	recorded := make([]sandbox.Recorded, 0, len(steps))
	for _, step := range steps {
		r := sandbox.Recorded{At: step.At, Began: step.Began, Effects: step.Effects}
		if in, err := engine.DecodeInput(step.Input); err == nil && step.Input != nil {
			r.Input = in
		}
		recorded = append(recorded, r)
	}
	return sandbox.Replay(o, recorded), nil
}

// recorded returns the conversations to replay.
func (s *Service) recorded(ctx context.Context, shop tenant.ShopID, only []conversation.ID) ([]conversation.ConversationWithContact, error) {
	if len(only) == 0 {
		list, _, err := s.o.Conversations.Conversations(ctx, shop, "", maxReplayed)
		return list, err
	}
	var list []conversation.ConversationWithContact
	for _, id := range only {
		l, err := s.o.Conversations.Conversation(ctx, shop, id)
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, nil
}

func (r *ReplayReport) add(id conversation.ID, all []sandbox.Exchange) {
	r.Looked++
	r.Exchanges += len(all)
	one := Replayed{Conversation: id}
	for _, x := range all {
		if x.Differs() {
			one.Exchanges = append(one.Exchanges, x)
		}
	}
	if len(one.Exchanges) > 0 {
		r.Different = append(r.Different, one)
	}
}
