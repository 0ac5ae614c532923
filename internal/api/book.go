package api

import (
	"context"
	"encoding/json"
	"net/http"

	"recado/internal/flow"
	"recado/internal/tenant"
)

type OfFlow struct {
	InShop
	Flow string `path:"flowId" maxLength:"40" doc:"The flow's id."`
}

type OfVersion struct {
	OfFlow
	Version int `path:"version" minimum:"1" doc:"The version's number."`
}

type flowsReply struct {
	Body struct {
		Flows []FlowVersion `json:"flows" nullable:"false" doc:"The main flow first."`
	}
}

type versionsReply struct {
	Body struct {
		Versions []FlowVersion `json:"versions" nullable:"false" doc:"The newest first; at most 200."`
	}
}

type publishFurtherInput struct {
	OfFlow
	Body struct {
		Definition Document `json:"definition" doc:"The whole flow; its id is that of the path."`
		IfVersion  *int     `json:"ifVersion,omitempty" minimum:"0" doc:"Publish only when this is the flow's present version; 0 when it is not published. 409 version_conflict otherwise."`
	}
}

type fileReply struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

type retractReply struct {
	Body struct {
		Conversations int `json:"conversations" doc:"How many were taken out of the version."`
	}
}

type reviewInput struct {
	InShop
	Body struct {
		Definition Document `json:"definition" doc:"A draft."`
	}
}

type reviewReply struct {
	Body struct {
		Valid   bool          `json:"valid" doc:"It could be published."`
		Issues  []flow.Issue  `json:"issues" nullable:"false"`
		Changes []flow.Change `json:"changes" nullable:"false" doc:"Against the published version of the same flow, told as its author would."`
		Impact  Impact        `json:"impact"`
	}
}

type replayInput struct {
	OfFlow
	Body struct {
		Definition    Document `json:"definition" doc:"A draft of the flow."`
		Conversations []string `json:"conversations,omitempty" maxItems:"50" nullable:"false" doc:"Ids; left out, the 50 that moved last."`
	}
}

type replayReply struct{ Body ReplayReport }

func (s *server) bookRoutes() {
	const all, one, version = "/api/shops/{shopId}/flows", "/api/shops/{shopId}/flows/{flowId}", "/api/shops/{shopId}/flows/{flowId}/versions/{version}"
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
		method: http.MethodGet, path: one + "/versions", id: "listFlowVersions", tag: "flow", may: tenant.ViewShop, summary: "A flow's versions",
	}, s.listFlowVersions)
	handle(s, route{
		method: http.MethodGet, path: version, id: "getFlowVersion", tag: "flow", may: tenant.ViewShop, summary: "One version of a flow",
	}, s.getFlowVersion)
	handle(s, route{
		method: http.MethodGet, path: version + "/file", id: "exportFlow", tag: "flow", file: "application/json", may: tenant.ViewShop, summary: "One version as a file",
		doc: "Laid out for people and for diffs; PUT the same to another shop.",
	}, s.exportFlow)
	handle(s, route{
		method: http.MethodPost, path: version + "/rollback", id: "rollbackFlow", tag: "flow", may: tenant.PublishFlow,
		summary: "Publish an old version again", doc: "As a new version. 422 invalid_flow when the shop has changed and it cannot work any more.",
	}, s.rollbackFlow)
	handle(s, route{
		method: http.MethodPost, path: version + "/retract", id: "retractFlow", tag: "flow", may: tenant.PublishFlow,
		summary: "Take conversations out of a version that was wrong",
		doc:     "They leave it at once through its give_up; messages that it has queued are not sent. 409 flow_in_use while the version is published.",
	}, s.retractFlow)
	handle(s, route{
		method: http.MethodPost, path: "/api/shops/{shopId}/flow/review", id: "reviewFlow", tag: "flow", may: tenant.ViewShop,
		summary: "What publishing a draft would do", doc: "Problems, what changes, and how many conversations move. Nothing is stored.",
	}, s.reviewFlow)
	handle(s, route{
		method: http.MethodPost, path: one + "/replay", id: "replayFlow", tag: "flow", may: tenant.PublishFlow,
		summary: "How recorded conversations would fare with a draft", doc: "Nothing is sent, called or changed.",
	}, s.replayFlow)
}

func (s *server) listFlows(ctx context.Context, _ caller, in *InShop) (*flowsReply, error) {
	list, err := s.Book.Flows(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	out := &flowsReply{}
	out.Body.Flows = append([]FlowVersion{}, list...)
	return out, nil
}

func (s *server) getNamedFlow(ctx context.Context, _ caller, in *OfFlow) (*flowReply, error) {
	f, err := s.Book.Flow(ctx, in.Shop, in.Flow)
	if err != nil {
		return nil, err
	}
	return &flowReply{Body: flowOf(f)}, nil
}

func publishedReply(f PublishedFlow, warnings []flow.Issue) *publishReply {
	out := &publishReply{}
	out.Body.Flow, out.Body.Issues = flowOf(f), append([]flow.Issue{}, warnings...)
	return out
}

func (s *server) publishNamedFlow(ctx context.Context, c caller, in *publishFurtherInput) (*publishReply, error) {
	var head struct {
		ID any `json:"id"`
	}
	if err := json.Unmarshal(in.Body.Definition, &head); err == nil && head.ID != nil && head.ID != in.Flow {
		return nil, invalid("body.definition.id", "the id of the path")
	}
	f, warnings, err := s.Book.PublishFlow(ctx, in.Shop, in.Flow, Draft{
		Definition: json.RawMessage(in.Body.Definition), IfVersion: in.Body.IfVersion, By: c.ID(), Lang: c.lang,
	})
	if err != nil {
		return nil, err
	}
	return publishedReply(f, warnings), nil
}

func (s *server) withdrawFlow(ctx context.Context, _ caller, in *OfFlow) (*struct{}, error) {
	return nil, s.Book.Withdraw(ctx, in.Shop, in.Flow)
}

func (s *server) listFlowVersions(ctx context.Context, _ caller, in *OfFlow) (*versionsReply, error) {
	list, err := s.Book.Versions(ctx, in.Shop, in.Flow)
	if err != nil {
		return nil, err
	}
	out := &versionsReply{}
	out.Body.Versions = append([]FlowVersion{}, list...)
	return out, nil
}

func (s *server) getFlowVersion(ctx context.Context, _ caller, in *OfVersion) (*flowReply, error) {
	f, err := s.Book.Version(ctx, in.Shop, in.Flow, in.Version)
	if err != nil {
		return nil, err
	}
	return &flowReply{Body: flowOf(f)}, nil
}

func (s *server) exportFlow(ctx context.Context, _ caller, in *OfVersion) (*fileReply, error) {
	f, err := s.Book.Version(ctx, in.Shop, in.Flow, in.Version)
	if err != nil {
		return nil, err
	}
	text, _ := flow.Format(f.Definition)
	if text == nil { // a format that is not read any more: as it was stored
		text = f.Definition
	}
	return &fileReply{Type: "application/json", Disposition: `attachment; filename="` + f.FlowID + `.json"`, Body: text}, nil
}

func (s *server) rollbackFlow(ctx context.Context, c caller, in *OfVersion) (*publishReply, error) {
	f, warnings, err := s.Book.Rollback(ctx, in.Shop, in.Flow, in.Version, c.ID(), c.lang)
	if err != nil {
		return nil, err
	}
	return publishedReply(f, warnings), nil
}

func (s *server) retractFlow(ctx context.Context, _ caller, in *OfVersion) (*retractReply, error) {
	n, err := s.Book.Retract(ctx, in.Shop, in.Flow, in.Version)
	if err != nil {
		return nil, err
	}
	out := &retractReply{}
	out.Body.Conversations = n
	return out, nil
}

func (s *server) reviewFlow(ctx context.Context, c caller, in *reviewInput) (*reviewReply, error) {
	r, err := s.Book.Review(ctx, in.Shop, json.RawMessage(in.Body.Definition), c.lang)
	if err != nil {
		return nil, err
	}
	out := &reviewReply{}
	out.Body.Valid = true
	for _, i := range r.Issues {
		out.Body.Valid = out.Body.Valid && i.Severity != flow.SevError
	}
	out.Body.Issues, out.Body.Changes = append([]flow.Issue{}, r.Issues...), append([]flow.Change{}, r.Changes...)
	out.Body.Impact = r.Impact
	return out, nil
}

func (s *server) replayFlow(ctx context.Context, c caller, in *replayInput) (*replayReply, error) {
	r, err := s.Book.Replay(ctx, in.Shop, in.Flow, json.RawMessage(in.Body.Definition), in.Body.Conversations, c.lang)
	if err != nil {
		return nil, err
	}
	r.Different = append([]Replayed{}, r.Different...)
	return &replayReply{r}, nil
}
