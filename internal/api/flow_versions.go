package api

import (
	"context"
	"net/http"

	"recado/internal/flow"
	"recado/internal/flow/library"
	"recado/internal/tenant"
)

type VersionPath struct {
	FlowPath
	Version int `path:"version" minimum:"1" doc:"The version's number."`
}

type versionsReply struct {
	Body struct {
		Versions []library.FlowVersion `json:"versions" nullable:"false" doc:"The newest first; at most 200."`
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

func (s *server) flowVersionRoutes() {
	const all, one = "/api/shops/{shopId}/flows/{flowId}/versions", "/api/shops/{shopId}/flows/{flowId}/versions/{version}"
	handle(s, route{
		method: http.MethodGet, path: all, id: "listFlowVersions", tag: "flow", may: tenant.ViewShop, summary: "A flow's versions",
	}, s.listFlowVersions)
	handle(s, route{
		method: http.MethodGet, path: one, id: "getFlowVersion", tag: "flow", may: tenant.ViewShop, summary: "One version of a flow",
	}, s.getFlowVersion)
	handle(s, route{
		method: http.MethodGet, path: one + "/file", id: "exportFlow", tag: "flow", file: "application/json", may: tenant.ViewShop, summary: "One version as a file",
		doc: "Laid out for people and for diffs; PUT the same to another shop.",
	}, s.exportFlow)
	handle(s, route{
		method: http.MethodPost, path: one + "/rollback", id: "rollbackFlow", tag: "flow", may: tenant.PublishFlow,
		summary: "Publish an old version again", doc: "As a new version. 422 invalid_flow when the shop has changed and it cannot work any more.",
	}, s.rollbackFlow)
	handle(s, route{
		method: http.MethodPost, path: one + "/retract", id: "retractFlow", tag: "flow", may: tenant.PublishFlow,
		summary: "Take conversations out of a version that was wrong",
		doc:     "They leave it at once through its give_up; messages that it has queued are not sent. 409 flow_in_use while the version is published.",
	}, s.retractFlow)
}

func (s *server) listFlowVersions(ctx context.Context, _ identity, in *FlowPath) (*versionsReply, error) {
	out := &versionsReply{}
	var err error
	out.Body.Versions, err = s.Flows.Versions(ctx, in.Shop, in.Flow)
	return out, err
}

func (s *server) getFlowVersion(ctx context.Context, _ identity, in *VersionPath) (*flowReply, error) {
	v, err := s.Flows.Version(ctx, in.Shop, in.Flow, in.Version)
	return &flowReply{toFlow(v)}, err
}

func (s *server) exportFlow(ctx context.Context, _ identity, in *VersionPath) (*fileReply, error) {
	v, err := s.Flows.Version(ctx, in.Shop, in.Flow, in.Version)
	if err != nil {
		return nil, err
	}
	text, _ := flow.Format(v.Doc)
	if text == nil { // a format that is no longer supported: as it was stored
		text = v.Doc
	}
	return &fileReply{Type: "application/json", Disposition: `attachment; filename="` + string(v.Flow) + `.json"`, Body: text}, nil
}

func (s *server) rollbackFlow(ctx context.Context, c identity, in *VersionPath) (*publishReply, error) {
	v, warnings, err := s.Flows.Rollback(ctx, in.Shop, in.Flow, in.Version, c.ID())
	return toPublishReply(v, warnings, c.lang), err
}

func (s *server) retractFlow(ctx context.Context, _ identity, in *VersionPath) (*retractReply, error) {
	out := &retractReply{}
	var err error
	out.Body.Conversations, err = s.Flows.Retract(ctx, in.Shop, in.Flow, in.Version)
	return out, err
}
