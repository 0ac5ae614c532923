// Package authoring answers what an author asks about flows and conversations
// together: what publishing a draft would change ([Service.Review]), how recorded
// conversations would have gone with it ([Service.Replay]), and how conversations
// leave a version that was wrong ([Service.Retract]). Publishing and versions are
// the library's, whose verbs a Service offers as well. The package starts no
// goroutine and keeps no state.
package authoring

import (
	"context"
	"encoding/json"

	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/tenant"
)

// Conversations reads and moves conversations; pipeline.Service is one.
type Conversations interface {
	Conversation(ctx context.Context, shop tenant.ShopID, id conversation.ID) (conversation.ConversationWithContact, error)
	Conversations(ctx context.Context, shop tenant.ShopID, cursor string, limit int) (list []conversation.ConversationWithContact, next string, err error)
	Trace(ctx context.Context, shop tenant.ShopID, id conversation.ID, limit int) ([]conversation.TraceStep, error)
	Retract(ctx context.Context, shop tenant.ShopID, id conversation.ID, f flow.ID, version int) error
}

// Options configure a Service. All are required.
type Options struct {
	Library       *library.Service
	Conversations Conversations
	// Shop returns the shop as flows see it.
	Shop func(ctx context.Context, shop tenant.ShopID) (engine.Shop, error)
}

// Service is safe for concurrent use.
type Service struct {
	*library.Service
	o Options
}

// New returns a Service.
func New(o Options) *Service { return &Service{Service: o.Library, o: o} }

// forEach calls do with the shop's conversations, the most recently active first,
// at most limit of them, 0 standing for all, and returns their number.
func (s *Service) forEach(ctx context.Context, shop tenant.ShopID, limit int, do func(conversation.ID, engine.Run)) (n int, err error) {
	for cursor := ""; ; {
		list, next, err := s.o.Conversations.Conversations(ctx, shop, cursor, 100)
		if err != nil {
			return n, err
		}
		for _, l := range list {
			if limit > 0 && n == limit {
				return n, nil
			}
			n++
			var run engine.Run
			if len(l.Conversation.Run) > 0 {
				if err := json.Unmarshal(l.Conversation.Run, &run); err != nil {
					continue // an unreadable run restarts at its next message
				}
			}
			do(l.Conversation.ID, run)
		}
		if cursor = next; cursor == "" {
			return n, nil
		}
	}
}
