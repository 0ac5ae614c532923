package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"recado/internal/api"
	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/i18n"
	"recado/internal/tenant"
)

// book shows the library to people, and what a version means for conversations.
type book struct {
	server  *server
	library *library.Service
	talks   *conversation.Service
}

// maxVersions bounds a list of versions.
const maxVersions = 200

// Flows implements api.Book.
func (b book) Flows(ctx context.Context, shop tenant.ShopID) ([]api.FlowVersion, error) {
	defs, err := b.library.Defs(ctx, shop)
	if err != nil {
		return nil, err
	}
	main, err := b.library.Current(ctx, shop)
	if err != nil && !errors.Is(err, library.ErrNoFlow) {
		return nil, err
	}
	var list []api.FlowVersion
	for _, def := range defs.Flows() {
		v, err := b.library.Version(ctx, shop, def.ID, def.Version)
		if err != nil {
			return nil, err
		}
		f := listed(v)
		f.Name, f.Main, f.Published = def.Name, def.ID == main.Flow, true
		list = append(list, f)
	}
	return list, nil
}

func listed(v library.Version) api.FlowVersion {
	return api.FlowVersion{FlowID: string(v.Flow), Version: v.Number, PublishedAt: v.PublishedAt.UTC(), PublishedBy: v.PublishedBy}
}

// Flow implements api.Book.
func (b book) Flow(ctx context.Context, shop tenant.ShopID, id string) (api.PublishedFlow, error) {
	v, err := b.library.Published(ctx, shop, flow.ID(id))
	return published(v), toldFlow(err)
}

// PublishFlow implements api.Book.
func (b book) PublishFlow(ctx context.Context, shop tenant.ShopID, id string, d api.Draft) (api.PublishedFlow, []flow.Issue, error) {
	v, issues, err := b.library.PublishFurther(ctx, shop, d.Definition, d.IfVersion, d.By)
	if errors.Is(err, library.ErrVersionConflict) {
		now, err := b.library.Published(ctx, shop, flow.ID(id))
		if err != nil {
			return api.PublishedFlow{}, nil, toldFlow(err)
		}
		return api.PublishedFlow{}, nil, &api.VersionConflictError{Current: now.Number}
	}
	return outcome(v, issues, err, d.Lang)
}

// outcome is what came of publishing.
func outcome(v library.Version, issues []flow.Issue, err error, lang i18n.Lang) (api.PublishedFlow, []flow.Issue, error) {
	issues = in(issues, lang)
	switch {
	case err != nil:
		return api.PublishedFlow{}, nil, toldFlow(err)
	case v.Number == 0:
		return api.PublishedFlow{}, nil, &api.InvalidFlowError{Issues: issues}
	}
	return published(v), issues, nil
}

func in(issues []flow.Issue, lang i18n.Lang) []flow.Issue {
	out := make([]flow.Issue, 0, len(issues))
	for _, i := range issues {
		out = append(out, i.In(string(lang)))
	}
	return out
}

func toldFlow(err error) error {
	switch {
	case errors.Is(err, library.ErrNoFlow):
		return api.ErrNoFlow
	case errors.Is(err, library.ErrInUse):
		return api.ErrFlowInUse
	case errors.Is(err, library.ErrTooMany):
		return api.ErrTooMany
	}
	return err
}

// Withdraw implements api.Book.
func (b book) Withdraw(ctx context.Context, shop tenant.ShopID, id string) error {
	return toldFlow(b.library.Withdraw(ctx, shop, flow.ID(id)))
}

// Versions implements api.Book.
func (b book) Versions(ctx context.Context, shop tenant.ShopID, id string) ([]api.FlowVersion, error) {
	list, err := b.library.Versions(ctx, shop, flow.ID(id), maxVersions)
	if err != nil {
		return nil, toldFlow(err)
	}
	now, err := b.library.Published(ctx, shop, flow.ID(id))
	if err != nil && !errors.Is(err, library.ErrNoFlow) {
		return nil, err
	}
	out := make([]api.FlowVersion, 0, len(list))
	for _, v := range list {
		f := listed(v)
		f.Published = v.Number == now.Number
		out = append(out, f)
	}
	return out, nil
}

// Version implements api.Book.
func (b book) Version(ctx context.Context, shop tenant.ShopID, id string, version int) (api.PublishedFlow, error) {
	v, err := b.library.Version(ctx, shop, flow.ID(id), version)
	return published(v), toldFlow(err)
}

// Rollback implements api.Book.
func (b book) Rollback(ctx context.Context, shop tenant.ShopID, id string, version int, by string, lang i18n.Lang) (api.PublishedFlow, []flow.Issue, error) {
	v, issues, err := b.library.Rollback(ctx, shop, flow.ID(id), version, by)
	return outcome(v, issues, err, lang)
}

// Retract implements api.Book.
func (b book) Retract(ctx context.Context, shop tenant.ShopID, id string, version int) (int, error) {
	if _, err := b.library.Version(ctx, shop, flow.ID(id), version); err != nil {
		return 0, toldFlow(err)
	}
	now, err := b.library.Published(ctx, shop, flow.ID(id))
	switch {
	case err == nil && now.Number == version:
		return 0, api.ErrFlowInUse
	case err != nil && !errors.Is(err, library.ErrNoFlow):
		return 0, err
	}
	n := 0
	var inIt []conversation.ID
	_, err = b.each(ctx, shop, 0, func(l conversation.ConversationWithContact, run engine.Run) error {
		if slices.ContainsFunc(run.Stack, func(f engine.Frame) bool { return f.Flow == flow.ID(id) && f.Version == version }) {
			inIt = append(inIt, l.Conversation.ID)
		}
		return nil
	})
	for _, c := range inIt {
		if err == nil {
			err = b.talks.Retract(ctx, shop, c, flow.ID(id), version)
		}
		if errors.Is(err, conversation.ErrNotFound) { // merged meanwhile
			err = nil
			continue
		}
		n++
	}
	return n, err
}

// each shows the shop's conversations, those that moved last first, at most
// limit of them, 0 standing for all, and returns how many.
func (b book) each(ctx context.Context, shop tenant.ShopID, limit int, show func(conversation.ConversationWithContact, engine.Run) error) (n int, err error) {
	for cursor := ""; ; {
		list, next, err := b.talks.Conversations(ctx, shop, cursor, 100)
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
					continue // it starts anew at its next message
				}
			}
			if err := show(l, run); err != nil {
				return n, err
			}
		}
		if cursor = next; cursor == "" {
			return n, nil
		}
	}
}

// maxImpact bounds the conversations whose fate under a draft is foretold.
const maxImpact = 5000

// Review implements api.Book.
func (b book) Review(ctx context.Context, shop tenant.ShopID, definition json.RawMessage, lang i18n.Lang) (api.Review, error) {
	draft, issues, err := b.library.Check(ctx, shop, definition)
	if err != nil {
		return api.Review{}, err
	}
	r := api.Review{Issues: in(issues, lang)}
	if draft == nil {
		return r, nil
	}
	defs, err := b.library.Defs(ctx, shop)
	if err != nil {
		return r, err
	}
	if now, ok := defs.Published(draft.ID); ok {
		for _, c := range flow.Diff(now, draft) {
			r.Changes = append(r.Changes, c.In(string(lang)))
		}
	}
	r.Impact, err = b.impact(ctx, shop, defs, draft)
	return r, err
}

// impact foretells what open conversations do when draft is published.
func (b book) impact(ctx context.Context, shop tenant.ShopID, defs *library.Defs, draft *flow.Def) (api.Impact, error) {
	var i api.Impact
	var err error
	next := draft
	if now, ok := defs.Published(draft.ID); ok {
		next = draft.WithVersion(now.Version + 1)
	}
	i.Looked, err = b.each(ctx, shop, maxImpact, func(_ conversation.ConversationWithContact, run engine.Run) error {
		if !slices.ContainsFunc(run.Stack, func(f engine.Frame) bool { return f.Flow == draft.ID }) {
			return nil
		}
		i.Open++
		switch engine.PreviewMigration(defs, run, next) {
		case engine.RunMigrates:
			i.Move++
		case engine.RunRestarts:
			i.Restart++
		case engine.RunLost:
			i.Person++
		case engine.RunFinishes, engine.RunUntouched: // untouched: it has been left with its version already
			i.Finish++
		}
		return nil
	})
	if err == nil {
		err = defs.Err()
	}
	return i, err
}

var _ api.Book = book{}
