package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/authoring"
	"recado/internal/flow/library"
	"recado/internal/i18n"
	"recado/internal/tenant"
)

// Flow is a shop's published automation.
type Flow struct {
	FlowID      string    `json:"flowId"`
	Version     int       `json:"version" doc:"Grows with every publication; a version never changes."`
	PublishedAt time.Time `json:"publishedAt"`
	Definition  Document  `json:"definition" doc:"See the flow format."`
	Exits       FlowExits `json:"exits,omitempty" doc:"Where each node can lead, by its id, in reading order. default: the definition leaves the exit out, to is what the format makes of it."`
}

// FlowExits are the exits of every node of a flow.
type FlowExits map[flow.NodeID][]flow.ResolvedExit

func toFlow(v library.Version) Flow {
	return Flow{
		FlowID: string(v.Flow), Version: v.Number, PublishedAt: v.PublishedAt.UTC(), Definition: Document(v.Doc),
		Exits: flow.ResolveExits(v.Doc),
	}
}

type FlowPath struct {
	ShopPath
	Flow flow.ID `path:"flowId" maxLength:"40" doc:"The flow's id."`
}

type flowReply struct{ Body Flow }

type flowsReply struct {
	Body struct {
		Flows []library.FlowVersion `json:"flows" nullable:"false" doc:"The main flow first."`
	}
}

type publishInput struct {
	ShopPath
	Body struct {
		Definition Document `json:"definition" doc:"The whole flow."`
		IfVersion  *int     `json:"ifVersion,omitempty" minimum:"0" doc:"Publish only when this is the present version; 0 when there is none yet. 409 version_conflict otherwise."`
	}
}

type publishFurtherInput struct {
	FlowPath
	Body struct {
		Definition Document `json:"definition" doc:"The whole flow; its id is that of the path."`
		IfVersion  *int     `json:"ifVersion,omitempty" minimum:"0" doc:"Publish only when this is the flow's present version; 0 when it is not published. 409 version_conflict otherwise."`
	}
}

type publishReply struct {
	Body struct {
		Flow
		Issues []flow.Issue `json:"issues" nullable:"false" doc:"Warnings; they did not keep the flow from being published."`
	}
}

type reviewInput struct {
	ShopPath
	Body struct {
		Definition Document `json:"definition" doc:"A draft."`
	}
}

type reviewReply struct {
	Body struct {
		Valid   bool             `json:"valid" doc:"It could be published."`
		Issues  []flow.Issue     `json:"issues" nullable:"false"`
		Changes []flow.Change    `json:"changes" nullable:"false" doc:"Against the published version of the same flow, told as its author would."`
		Impact  authoring.Impact `json:"impact"`
	}
}

type replayInput struct {
	FlowPath
	Body struct {
		Definition    Document          `json:"definition" doc:"A draft of the flow."`
		Conversations []conversation.ID `json:"conversations,omitempty" maxItems:"50" nullable:"false" doc:"Ids; left out, the 50 that moved last."`
	}
}

type replayReply struct{ Body authoring.ReplayReport }

func (s *server) flowRoutes() {
	const main, all, one = "/api/shops/{shopId}/flow", "/api/shops/{shopId}/flows", "/api/shops/{shopId}/flows/{flowId}"
	handle(s, route{
		method: http.MethodGet, path: main, id: "getFlow", tag: "flow", may: tenant.ViewShop,
		summary: "The published flow", doc: "404 no_flow when the shop has none.",
	}, s.getFlow)
	handle(s, route{
		method: http.MethodPut, path: main, id: "publishFlow", tag: "flow", may: tenant.PublishFlow,
		summary: "Validate and publish a flow",
		doc:     "422 invalid_flow with issues when it cannot work; nothing is changed then.",
	}, s.publishFlow)
	handle(s, route{
		method: http.MethodGet, path: all, id: "listFlows", tag: "flow", may: tenant.ViewShop, summary: "All published flows",
	}, s.listFlows)
	handle(s, route{
		method: http.MethodGet, path: one, id: "getNamedFlow", tag: "flow", may: tenant.ViewShop, summary: "One published flow",
	}, s.getNamedFlow)
	handle(s, route{
		method: http.MethodPut, path: one, id: "publishNamedFlow", tag: "flow", may: tenant.PublishFlow, summary: "Publish a flow besides the main one",
		doc: "Its triggers compete with those of the others, and they may call it. Of the main flow, this publishes its next version. An import, too: a file of another shop.",
	}, s.publishNamedFlow)
	handle(s, route{
		method: http.MethodDelete, path: one, id: "withdrawFlow", tag: "flow", may: tenant.PublishFlow, status: http.StatusNoContent,
		summary: "Withdraw a flow", doc: "No conversation starts it any more; those in it go on. 409 flow_in_use for the main flow and for one that others call.",
	}, s.withdrawFlow)
	handle(s, route{
		method: http.MethodPost, path: main + "/review", id: "reviewFlow", tag: "flow", may: tenant.ViewShop,
		summary: "What publishing a draft would do", doc: "Problems, what changes, and how many conversations move. Nothing is stored.",
	}, s.reviewFlow)
	handle(s, route{
		method: http.MethodPost, path: one + "/replay", id: "replayFlow", tag: "flow", may: tenant.PublishFlow,
		summary: "How recorded conversations would fare with a draft", doc: "Nothing is sent, called or changed.",
	}, s.replayFlow)
}

func (s *server) getFlow(ctx context.Context, _ identity, in *ShopPath) (*flowReply, error) {
	v, err := s.Flows.Published(ctx, in.Shop, library.Main)
	return &flowReply{toFlow(v)}, err
}

func (s *server) getNamedFlow(ctx context.Context, _ identity, in *FlowPath) (*flowReply, error) {
	v, err := s.Flows.Published(ctx, in.Shop, in.Flow)
	return &flowReply{toFlow(v)}, err
}

func (s *server) listFlows(ctx context.Context, _ identity, in *ShopPath) (*flowsReply, error) {
	out := &flowsReply{}
	var err error
	out.Body.Flows, err = s.Flows.List(ctx, in.Shop)
	return out, err
}

func (s *server) publishFlow(ctx context.Context, c identity, in *publishInput) (*publishReply, error) {
	v, warnings, err := s.Flows.Publish(ctx, in.Shop, library.Draft{Doc: in.Body.Definition, Main: true, IfVersion: in.Body.IfVersion, By: c.ID()})
	return toPublishReply(v, warnings, c.lang), err
}

func (s *server) publishNamedFlow(ctx context.Context, c identity, in *publishFurtherInput) (*publishReply, error) {
	var head struct {
		ID any `json:"id"`
	}
	if err := json.Unmarshal(in.Body.Definition, &head); err == nil && head.ID != nil && head.ID != string(in.Flow) {
		return nil, invalid("body.definition.id", "the id of the path")
	}
	v, warnings, err := s.Flows.Publish(ctx, in.Shop, library.Draft{Doc: in.Body.Definition, IfVersion: in.Body.IfVersion, By: c.ID()})
	return toPublishReply(v, warnings, c.lang), err
}

func toPublishReply(v library.Version, warnings []flow.Issue, lang i18n.Lang) *publishReply {
	out := &publishReply{}
	out.Body.Flow, out.Body.Issues = toFlow(v), localized(warnings, lang)
	return out
}

// localized returns a flow's issues or changes in the language.
func localized[T interface{ In(locale string) T }](list []T, lang i18n.Lang) []T {
	return convert(list, func(t T) T { return t.In(string(lang)) })
}

func (s *server) withdrawFlow(ctx context.Context, _ identity, in *FlowPath) (*nothing, error) {
	return nil, s.Flows.Withdraw(ctx, in.Shop, in.Flow)
}

func (s *server) reviewFlow(ctx context.Context, c identity, in *reviewInput) (*reviewReply, error) {
	r, err := s.Flows.Review(ctx, in.Shop, in.Body.Definition)
	out := &reviewReply{}
	out.Body.Valid = !slices.ContainsFunc(r.Issues, func(i flow.Issue) bool { return i.Severity == flow.SevError })
	out.Body.Issues, out.Body.Changes = localized(r.Issues, c.lang), localized(r.Changes, c.lang)
	out.Body.Impact = r.Impact
	return out, err
}

func (s *server) replayFlow(ctx context.Context, _ identity, in *replayInput) (*replayReply, error) {
	r, err := s.Flows.Replay(ctx, in.Shop, in.Flow, in.Body.Definition, in.Body.Conversations)
	return &replayReply{r}, err
}
