package mongo

import (
	"context"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/conversation"
	"recado/internal/tenant"
)

// traceStore implements conversation.Traces over the collection traces.
type traceStore struct {
	db            *collections
	conversations *conversationStore
}

// traceDoc is a document of traces: how one commit came about.
type traceDoc struct {
	ID   string          `bson:"_id"`
	Shop tenant.ShopID   `bson:"shop"`
	Conv conversation.ID `bson:"conv"`
	Rev  int64           `bson:"rev"`
	At   int64           `bson:"at"`
	Data string          `bson:"data"` // JSON
}

// pruneEvery is how many revisions pass before old traces go.
const pruneEvery = 32

// trace stores a trace and prunes old ones by revision: few commits have no trace.
func (s *traceStore) trace(ctx context.Context, d convDoc, e effectDoc) error {
	_, err := s.db.traces.InsertOne(ctx, traceOf(d, e))
	if err != nil && !stored(err) {
		return err
	}
	if e.Ord%pruneEvery != 0 {
		return nil
	}
	_, err = s.db.traces.DeleteMany(ctx, surplusTraces(d, e.Ord))
	return err
}

func traceOf(d convDoc, e effectDoc) traceDoc {
	return traceDoc{key(string(d.Shop), string(d.ID), strconv.FormatInt(e.Ord, 10)), d.Shop, d.ID, e.Ord, e.At, e.Body}
}

// surplusTraces matches the traces beyond the limit when rev is the newest.
func surplusTraces(d convDoc, rev int64) bson.M {
	return bson.M{"shop": d.Shop, "conv": d.ID, "rev": bson.M{"$lte": rev - conversation.MaxTraces}}
}

// Traces implements conversation.Traces.
func (s *traceStore) Traces(ctx context.Context, shop tenant.ShopID, id conversation.ID, before int64, limit int) ([]conversation.Trace, error) {
	d, err := s.conversations.conv(ctx, shop, id)
	if err != nil {
		return nil, wrapped("read traces", err)
	}
	filter := bson.M{"shop": shop, "conv": id, "rev": bson.M{"$lt": before, "$gt": d.Rev - conversation.MaxTraces}}
	c, err := s.db.traces.Find(ctx, filter, options.Find().SetSort(bson.M{"rev": -1}).SetLimit(int64(limit)))
	docs, err := all[traceDoc](ctx, c, err)
	if err != nil {
		return nil, wrapped("read traces", err)
	}
	var list []conversation.Trace
	for _, d := range docs {
		list = append(list, conversation.Trace{Rev: d.Rev, At: moment(d.At), Data: []byte(d.Data)})
	}
	return list, nil
}

// DropTraces implements conversation.Traces.
func (s *traceStore) DropTraces(ctx context.Context, before time.Time) error {
	_, err := s.db.traces.DeleteMany(ctx, bson.M{"at": bson.M{"$lt": millis(before)}})
	return wrapped("drop traces", err)
}
