package authoring

import (
	"context"
	"errors"
	"slices"

	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/tenant"
)

// Retract takes conversations out of a version through its give_up and returns
// their number. library.ErrNoFlow; library.ErrInUse while the version is published.
func (s *Service) Retract(ctx context.Context, shop tenant.ShopID, id flow.ID, version int) (int, error) {
	if _, err := s.Version(ctx, shop, id, version); err != nil {
		return 0, err
	}
	now, err := s.Published(ctx, shop, id)
	switch {
	case err == nil && now.Number == version:
		return 0, library.ErrInUse
	case err != nil && !errors.Is(err, library.ErrNoFlow):
		return 0, err
	}
	var inVersion []conversation.ID
	if _, err := s.forEach(ctx, shop, 0, func(c conversation.ID, run engine.Run) {
		if slices.ContainsFunc(run.Stack, func(f engine.Frame) bool { return f.Flow == id && f.Version == version }) {
			inVersion = append(inVersion, c)
		}
	}); err != nil {
		return 0, err
	}
	n := 0
	for _, c := range inVersion {
		switch err := s.o.Conversations.Retract(ctx, shop, c, id, version); {
		case errors.Is(err, conversation.ErrNotFound): // merged into another one meanwhile
		case err != nil:
			return n, err
		default:
			n++
		}
	}
	return n, nil
}
