// Package library keeps a shop's published flows and hands them out compiled.
//
// A version is immutable once published, so a compiled one is cached for as
// long as it is used; only "which version is current" can change. A shop has one
// current flow, its main one, and may publish further flows besides it: their
// triggers compete and they call each other. Earlier versions stay readable
// because open conversations are pinned to them.
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
	ErrVersionConflict = errors.New("somebody else published in between")
	ErrInUse           = errors.New("the flow, or its version, is still in use")
	ErrTooMany         = errors.New("the shop has as many flows as it may")
)

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

// Store keeps versions. The contract suite is store/storetest.
type Store interface {
	// PublishFlow stores v under the flow's next number and makes it the shop's
	// current one, as one act. With ifVersion it returns ErrVersionConflict unless
	// that is the number of the shop's current flow, 0 standing for none. Of two
	// publishers at once, the second may get ErrVersionConflict in any case.
	PublishFlow(ctx context.Context, v Version, ifVersion *int) (Version, error)
	// CurrentFlow returns what the shop published last, or ErrNoFlow.
	CurrentFlow(ctx context.Context, shop tenant.ShopID) (Version, error)
	// FlowVersion returns one version, or ErrNoFlow.
	FlowVersion(ctx context.Context, shop tenant.ShopID, id flow.ID, number int) (Version, error)
	// PublishFurther stores v under the flow's next number and publishes it besides
	// the shop's current flow, as one act. ifVersion is as in PublishFlow, of the
	// number under which the flow is published besides it.
	PublishFurther(ctx context.Context, v Version, ifVersion *int) (Version, error)
	// FurtherFlows returns what is published besides the current flow, by flow. A
	// flow that has become the current one since may still be among them.
	FurtherFlows(ctx context.Context, shop tenant.ShopID) ([]Version, error)
	// WithdrawFlow takes back what PublishFurther published; ErrNoFlow when there is
	// nothing. The versions stay.
	WithdrawFlow(ctx context.Context, shop tenant.ShopID, id flow.ID) error
	// FlowVersions returns at most limit versions of a flow, the newest first, without documents.
	FlowVersions(ctx context.Context, shop tenant.ShopID, id flow.ID, limit int) ([]Version, error)
}
