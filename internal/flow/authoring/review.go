package authoring

import (
	"context"
	"slices"

	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/tenant"
)

// Review is the effect that publishing a draft would have.
type Review struct {
	Issues  []flow.Issue
	Changes []flow.Change // against the published version; none for a new flow
	Impact  Impact
}

// Impact counts the effects of publishing a draft on conversations that are in the flow.
type Impact struct {
	Open    int `json:"open" doc:"Conversations in an older version of the flow."`
	Move    int `json:"move" doc:"Of these, how many go on in the new one at their next message."`
	Finish  int `json:"finish" doc:"How many end with the version that they have."`
	Restart int `json:"restart" doc:"How many begin again, and are told so."`
	Person  int `json:"person" doc:"How many go to a person: their version is gone, and they fit nowhere."`
	Looked  int `json:"looked" doc:"Conversations looked at, those that moved last; further ones are not counted."`
}

// maxImpact bounds the conversations that an Impact counts.
const maxImpact = 5000

// Review returns what publishing a definition would do. A definition that cannot
// be published has issues alone.
func (s *Service) Review(ctx context.Context, shop tenant.ShopID, definition []byte) (Review, error) {
	draft, issues, err := s.Check(ctx, shop, definition)
	r := Review{Issues: issues}
	if err != nil || draft == nil {
		return r, err
	}
	defs, err := s.Defs(ctx, shop)
	if err != nil {
		return r, err
	}
	next := draft
	if now, ok := defs.Published(draft.ID); ok {
		next = draft.WithVersion(now.Version + 1)
		r.Changes = flow.Diff(now, draft)
	}
	r.Impact, err = s.impact(ctx, shop, defs, next)
	return r, err
}

func (s *Service) impact(ctx context.Context, shop tenant.ShopID, defs *library.Defs, next *flow.Def) (i Impact, err error) {
	i.Looked, err = s.forEach(ctx, shop, maxImpact, func(_ conversation.ID, run engine.Run) {
		if !slices.ContainsFunc(run.Stack, func(f engine.Frame) bool { return f.Flow == next.ID }) {
			return
		}
		i.Open++
		switch engine.PreviewMigration(defs, run, next) {
		case engine.RunMigrates:
			i.Move++
		case engine.RunRestarts:
			i.Restart++
		case engine.RunLost:
			i.Person++
		case engine.RunFinishes, engine.RunUntouched: // untouched: it is pinned to its version already
			i.Finish++
		}
	})
	if err == nil {
		err = defs.Err()
	}
	return i, err
}
