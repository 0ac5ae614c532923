// Package library keeps a shop's published flows and serves them compiled.
//
// A version is immutable once published, so a compiled one is cached for as long
// as it is used; only the pointer to the published version can change. A shop has
// one main flow and may publish further flows besides it: their triggers compete,
// and they may call each other. All verbs take a flow's id, [Main] standing for
// the main flow. Earlier versions stay readable because open conversations are
// pinned to them.
package library

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"recado/internal/flow"
	"recado/internal/tenant"
)

// Errors of the Store and the Service.
var (
	ErrNoFlow          = errors.New("the shop has no such flow")
	ErrVersionConflict = errors.New("another version of the flow has been published")
	ErrInUse           = errors.New("the flow, or its version, is still in use")
	ErrTooMany         = errors.New("the shop has reached the limit of published flows")
)

// InvalidError refuses a definition that cannot be published.
type InvalidError struct{ Issues []flow.Issue }

func (e *InvalidError) Error() string { return "the flow definition is not valid" }

// Main stands for the shop's main flow where the id of a flow is expected.
const Main flow.ID = ""

// Version is one published definition.
type Version struct {
	Shop        tenant.ShopID
	Flow        flow.ID
	Number      int             // from 1, per flow
	Doc         json.RawMessage // canonical JSON
	Hash        string          // hex SHA-256 of Doc
	PublishedAt time.Time
	PublishedBy string
}

// FlowVersion is a Version as lists show it.
type FlowVersion struct {
	FlowID      flow.ID   `json:"flowId"`
	Version     int       `json:"version"`
	PublishedAt time.Time `json:"publishedAt"`
	PublishedBy string    `json:"publishedBy"`
	Main        bool      `json:"main,omitempty" doc:"It is the shop's main flow."`
	Published   bool      `json:"published" doc:"It is what conversations start with."`
	Name        string    `json:"name,omitempty"`
}

// Store keeps versions. The contract suite is store/storetest.
type Store interface {
	// PublishFlow stores v under the flow's next number and makes it the shop's
	// main flow, atomically. With ifVersion it returns ErrVersionConflict unless
	// that is the number of the shop's main flow, 0 standing for none. Of two
	// publishers at once, the second may get ErrVersionConflict in any case.
	PublishFlow(ctx context.Context, v Version, ifVersion *int) (Version, error)
	// CurrentFlow returns the shop's main flow, or ErrNoFlow.
	CurrentFlow(ctx context.Context, shop tenant.ShopID) (Version, error)
	// FlowVersion returns one version, or ErrNoFlow.
	FlowVersion(ctx context.Context, shop tenant.ShopID, id flow.ID, number int) (Version, error)
	// PublishFurther stores v under the flow's next number and publishes it besides
	// the main flow, atomically. ifVersion is as in PublishFlow, of the number under
	// which the flow is published besides the main one.
	PublishFurther(ctx context.Context, v Version, ifVersion *int) (Version, error)
	// FurtherFlows returns the flows published besides the main one, by flow. A
	// flow that has become the main one since may still be among them.
	FurtherFlows(ctx context.Context, shop tenant.ShopID) ([]Version, error)
	// WithdrawFlow removes the publication that PublishFurther made, or returns
	// ErrNoFlow. The versions stay.
	WithdrawFlow(ctx context.Context, shop tenant.ShopID, id flow.ID) error
	// FlowVersions returns at most limit versions of a flow, the newest first, without documents.
	FlowVersions(ctx context.Context, shop tenant.ShopID, id flow.ID, limit int) ([]Version, error)
}
