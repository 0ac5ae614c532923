package mongo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/flow"
	"recado/internal/flow/library"
	"recado/internal/tenant"
)

// flowStore implements library.Store over the collections flows, current_flows and further_flows.
type flowStore struct {
	db *collections
}

// flowDoc is a document of flows: one version, never changed.
type flowDoc struct {
	Key         string        `bson:"_id"`
	Shop        tenant.ShopID `bson:"shop"`
	Flow        flow.ID       `bson:"flow"`
	Number      int           `bson:"number"`
	Doc         string        `bson:"doc"`
	Hash        string        `bson:"hash"`
	PublishedAt time.Time     `bson:"publishedAt"`
	PublishedBy string        `bson:"publishedBy"`
}

// pointerDoc is a document of current_flows, where a shop has one, or of
// further_flows, where a flow has one: it says which version is published.
type pointerDoc struct {
	ID     string        `bson:"_id"`
	Shop   tenant.ShopID `bson:"shop"`
	Flow   flow.ID       `bson:"flow"`
	Number int           `bson:"number"`
}

func (d flowDoc) version() library.Version {
	v := library.Version{
		Shop: d.Shop, Flow: d.Flow, Number: d.Number, Hash: d.Hash, PublishedAt: d.PublishedAt.UTC(), PublishedBy: d.PublishedBy,
	}
	if d.Doc != "" {
		v.Doc = json.RawMessage(d.Doc)
	}
	return v
}

func flowKey(shop tenant.ShopID, id flow.ID, number int) string {
	return key(string(shop), string(id), strconv.Itoa(number))
}

// PublishFlow implements library.Store.
func (s *flowStore) PublishFlow(ctx context.Context, v library.Version, ifVersion *int) (library.Version, error) {
	return s.publish(ctx, s.db.currentFlows, string(v.Shop), v, ifVersion)
}

// PublishFurther implements library.Store.
func (s *flowStore) PublishFurther(ctx context.Context, v library.Version, ifVersion *int) (library.Version, error) {
	return s.publish(ctx, s.db.furtherFlows, key(string(v.Shop), string(v.Flow)), v, ifVersion)
}

// publish stores a version and has the pointer id say that it is the published
// one. A version that lost the race for that stays stored, published nowhere.
func (s *flowStore) publish(ctx context.Context, pointers *mongo.Collection, id string, v library.Version, ifVersion *int) (library.Version, error) {
	var current pointerDoc
	err := pointers.FindOne(ctx, bson.M{"_id": id}).Decode(&current)
	none := errors.Is(err, mongo.ErrNoDocuments)
	if err != nil && !none {
		return library.Version{}, fmt.Errorf("publish flow: %w", err)
	}
	if ifVersion != nil && *ifVersion != current.Number {
		return library.Version{}, fmt.Errorf("publish flow: %w", library.ErrVersionConflict)
	}
	d, err := s.insertFlow(ctx, v)
	if err != nil {
		return library.Version{}, conflict(err)
	}
	next := pointerDoc{id, v.Shop, d.Flow, d.Number}
	if none {
		_, err = pointers.InsertOne(ctx, next)
	} else {
		var res *mongo.UpdateResult
		res, err = pointers.ReplaceOne(ctx, bson.M{"_id": id, "flow": current.Flow, "number": current.Number}, next)
		if err == nil && res.MatchedCount == 0 {
			err = library.ErrVersionConflict
		}
	}
	if err != nil {
		return library.Version{}, conflict(err)
	}
	got := d.version()
	got.PublishedAt = moment(millis(v.PublishedAt))
	return got, nil
}

// insertFlow stores v under the flow's next number.
func (s *flowStore) insertFlow(ctx context.Context, v library.Version) (flowDoc, error) {
	newest, err := s.FlowVersions(ctx, v.Shop, v.Flow, 1)
	if err != nil {
		return flowDoc{}, err
	}
	d := flowDoc{
		Shop: v.Shop, Flow: v.Flow, Number: 1, Doc: string(v.Doc), Hash: v.Hash, PublishedAt: v.PublishedAt, PublishedBy: v.PublishedBy,
	}
	if len(newest) > 0 {
		d.Number = newest[0].Number + 1
	}
	d.Key = flowKey(d.Shop, d.Flow, d.Number)
	_, err = s.db.flows.InsertOne(ctx, d)
	return d, err
}

// FurtherFlows implements library.Store.
func (s *flowStore) FurtherFlows(ctx context.Context, shop tenant.ShopID) ([]library.Version, error) {
	c, err := s.db.furtherFlows.Find(ctx, bson.M{"shop": shop}, options.Find().SetSort(bson.M{"flow": 1}))
	pointers, err := all[pointerDoc](ctx, c, err)
	if err != nil {
		return nil, fmt.Errorf("list flows: %w", err)
	}
	var list []library.Version
	for _, p := range pointers {
		v, err := s.FlowVersion(ctx, shop, p.Flow, p.Number)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// WithdrawFlow implements library.Store.
func (s *flowStore) WithdrawFlow(ctx context.Context, shop tenant.ShopID, id flow.ID) error {
	gone, err := s.db.furtherFlows.DeleteOne(ctx, bson.M{"_id": key(string(shop), string(id))})
	if err == nil && gone.DeletedCount == 0 {
		err = library.ErrNoFlow
	}
	return wrapped("withdraw flow", err)
}

func conflict(err error) error {
	if mongo.IsDuplicateKeyError(err) {
		err = library.ErrVersionConflict
	}
	return fmt.Errorf("publish flow: %w", err)
}

// CurrentFlow implements library.Store.
func (s *flowStore) CurrentFlow(ctx context.Context, shop tenant.ShopID) (library.Version, error) {
	var current pointerDoc
	if err := s.db.currentFlows.FindOne(ctx, bson.M{"_id": shop}).Decode(&current); err != nil {
		return library.Version{}, fmt.Errorf("read current flow: %w", or(err, library.ErrNoFlow))
	}
	return s.FlowVersion(ctx, shop, current.Flow, current.Number)
}

// FlowVersion implements library.Store.
func (s *flowStore) FlowVersion(ctx context.Context, shop tenant.ShopID, id flow.ID, number int) (library.Version, error) {
	var d flowDoc
	if err := s.db.flows.FindOne(ctx, bson.M{"_id": flowKey(shop, id, number)}).Decode(&d); err != nil {
		return library.Version{}, fmt.Errorf("read flow: %w", or(err, library.ErrNoFlow))
	}
	return d.version(), nil
}

// FlowVersions implements library.Store.
func (s *flowStore) FlowVersions(ctx context.Context, shop tenant.ShopID, id flow.ID, limit int) ([]library.Version, error) {
	o := options.Find().SetSort(bson.M{"number": -1}).SetLimit(int64(limit)).SetProjection(bson.M{"doc": 0})
	c, err := s.db.flows.Find(ctx, bson.M{"shop": shop, "flow": id}, o)
	docs, err := all[flowDoc](ctx, c, err)
	if err != nil {
		return nil, fmt.Errorf("list flow versions: %w", err)
	}
	var list []library.Version
	for _, d := range docs {
		list = append(list, d.version())
	}
	return list, nil
}
