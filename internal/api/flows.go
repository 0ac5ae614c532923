package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"recado/internal/flow"
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

func flowOf(f PublishedFlow) Flow {
	return Flow{FlowID: f.FlowID, Version: f.Version, PublishedAt: f.PublishedAt.UTC(), Definition: Document(f.Definition), Exits: flow.ResolveExits(f.Definition)}
}

type flowReply struct{ Body Flow }

type publishInput struct {
	InShop
	Body struct {
		Definition Document `json:"definition" doc:"The whole flow."`
		IfVersion  *int     `json:"ifVersion,omitempty" minimum:"0" doc:"Publish only when this is the present version; 0 when there is none yet. 409 version_conflict otherwise."`
	}
}

type publishReply struct {
	Body struct {
		Flow
		Issues []flow.Issue `json:"issues" nullable:"false" doc:"Warnings; they did not keep the flow from being published."`
	}
}

func (s *server) flowRoutes() {
	handle(s, route{
		method: http.MethodGet, path: "/api/shops/{shopId}/flow", id: "getFlow", tag: "flow", may: tenant.ViewShop,
		summary: "The published flow", doc: "404 no_flow when the shop has none.",
	}, s.getFlow)
	handle(s, route{
		method: http.MethodPut, path: "/api/shops/{shopId}/flow", id: "publishFlow", tag: "flow", may: tenant.PublishFlow,
		summary: "Validate and publish a flow",
		doc:     "422 invalid_flow with issues when it cannot work; nothing is changed then.",
	}, s.publishFlow)
}

func (s *server) getFlow(ctx context.Context, _ caller, in *InShop) (*flowReply, error) {
	f, err := s.Flows.Published(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	return &flowReply{Body: flowOf(f)}, nil
}

func (s *server) publishFlow(ctx context.Context, c caller, in *publishInput) (*publishReply, error) {
	f, warnings, err := s.Flows.Publish(ctx, in.Shop, Draft{
		Definition: json.RawMessage(in.Body.Definition), IfVersion: in.Body.IfVersion, By: c.ID(), Lang: c.lang,
	})
	if err != nil {
		return nil, err
	}
	out := &publishReply{}
	out.Body.Flow, out.Body.Issues = flowOf(f), append([]flow.Issue{}, warnings...)
	return out, nil
}
