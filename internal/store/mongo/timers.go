package mongo

import (
	"context"
	"errors"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/tenant"
)

// timerStore implements conversation.Timers over the collection timers.
type timerStore struct {
	db            *collections
	epochs        *epochStore
	conversations *conversationStore
}

// timerDoc is a document of timers.
type timerDoc struct {
	Key   string          `bson:"_id"`
	Shop  tenant.ShopID   `bson:"shop"`
	Conv  conversation.ID `bson:"conv"`
	Token string          `bson:"token"`
	Due   int64           `bson:"due"`
}

func timerOf(d convDoc, e effectDoc) timerDoc {
	return timerDoc{key(string(d.Shop), string(d.ID), e.Token), d.Shop, d.ID, e.Token, e.Due}
}

// change sets the timer, or takes it away.
func (t timerDoc) change(cancel bool) mongo.WriteModel {
	if cancel {
		return mongo.NewDeleteOneModel().SetFilter(bson.M{"_id": t.Key})
	}
	return mongo.NewReplaceOneModel().SetFilter(bson.M{"_id": t.Key}).SetReplacement(t).SetUpsert(true)
}

func (s *timerStore) changeTimer(ctx context.Context, d convDoc, e effectDoc) error {
	_, err := bulk(ctx, s.db.timers, []mongo.WriteModel{timerOf(d, e).change(e.Cancel)})
	return err
}

// Fire implements conversation.Timers.
func (s *timerStore) Fire(ctx context.Context, l cluster.Lease, now time.Time, limit int) (ids []conversation.ID, err error) {
	if err := s.epochs.fence(ctx, l.Shop, l.Epoch); err != nil {
		return nil, wrapped("fire timers", err)
	}
	soonest := bson.D{{Key: "due", Value: 1}, {Key: "_id", Value: 1}}
	c, err := s.db.timers.Find(ctx, bson.M{"shop": l.Shop, "due": bson.M{"$lte": millis(now)}}, options.Find().SetSort(soonest).SetLimit(int64(limit)))
	due, err := all[timerDoc](ctx, c, err)
	if err != nil {
		return nil, wrapped("fire timers", err)
	}
	for _, t := range due {
		if err := s.fire(ctx, t); err != nil {
			return ids, wrapped("fire timers", err)
		}
		ids = append(ids, t.Conv)
	}
	return ids, nil
}

// fire moves one timer to the inbox. The token and the time are the item's key:
// a timer that was not deleted after it fired fires again without effect.
func (s *timerStore) fire(ctx context.Context, t timerDoc) error {
	d, err := s.conversations.conv(ctx, t.Shop, t.Conv)
	if errors.Is(err, conversation.ErrNotFound) { // a timer of nothing must not fire for ever
		_, err = s.db.timers.DeleteOne(ctx, bson.M{"_id": t.Key})
		return err
	}
	if err != nil {
		return err
	}
	n, err := s.conversations.nextN(ctx, d)
	if err != nil {
		return err
	}
	_, err = s.db.inbox.InsertOne(ctx, inboxDoc{
		ID: key(string(t.Shop), "timer", string(t.Conv), strconv.FormatInt(n, 10)), Shop: t.Shop, Conv: t.Conv, N: n,
		Key: key("timer", string(t.Conv), t.Token, strconv.FormatInt(t.Due, 10)), State: stateNew, Token: t.Token, Due: t.Due,
	})
	if err != nil && !stored(err) {
		return err
	}
	_, err = s.db.timers.DeleteOne(ctx, bson.M{"_id": t.Key, "due": t.Due})
	return err
}

// NextTimer implements conversation.Timers.
func (s *timerStore) NextTimer(ctx context.Context, shop tenant.ShopID) (time.Time, error) {
	var t timerDoc
	err := s.db.timers.FindOne(ctx, bson.M{"shop": shop}, options.FindOne().SetSort(bson.M{"due": 1})).Decode(&t)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return time.Time{}, nil
	}
	return moment(t.Due), wrapped("read timers", err)
}
