package mongo

import (
	"context"
	"errors"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/conversation"
	"recado/internal/tenant"
)

// callStore implements conversation.Calls over the collection calls.
type callStore struct {
	db            *collections
	conversations *conversationStore
}

// callDoc is a document of calls: a web service that a flow waits for.
type callDoc struct {
	ID      string          `bson:"_id"`
	Shop    tenant.ShopID   `bson:"shop"`
	Key     string          `bson:"key"`
	Conv    conversation.ID `bson:"conv"`
	Request string          `bson:"request"` // JSON
	At      int64           `bson:"at"`
}

func callKey(shop tenant.ShopID, k string) string { return key(string(shop), k) }

func (s *callStore) addCall(ctx context.Context, d convDoc, e effectDoc) error {
	_, err := s.db.calls.InsertOne(ctx, callDoc{callKey(d.Shop, e.MID), d.Shop, e.MID, d.ID, e.Body, e.At})
	if stored(err) {
		return nil
	}
	return err
}

// Calls implements conversation.Calls.
func (s *callStore) Calls(ctx context.Context, shop tenant.ShopID, after string, limit int) ([]conversation.Call, error) {
	c, err := s.db.calls.Find(ctx, bson.M{"shop": shop, "key": bson.M{"$gt": after}}, options.Find().SetSort(bson.M{"key": 1}).SetLimit(int64(limit)))
	docs, err := all[callDoc](ctx, c, err)
	if err != nil {
		return nil, wrapped("read calls", err)
	}
	var list []conversation.Call
	for _, d := range docs {
		list = append(list, conversation.Call{Conversation: d.Conv, Key: d.Key, Request: []byte(d.Request), At: moment(d.At)})
	}
	return list, nil
}

// Push implements conversation.Calls. The note is in the inbox before the call is
// forgotten: a crash in between has the call answered twice, and the second
// answer is known.
func (s *callStore) Push(ctx context.Context, shop tenant.ShopID, id conversation.ID, n conversation.QueuedInput) (p conversation.PushResult, err error) {
	p.Conversation = id
	var call callDoc
	err = s.db.calls.FindOne(ctx, bson.M{"_id": callKey(shop, n.Key)}).Decode(&call)
	switch {
	case err == nil:
		p.Conversation = call.Conv
	case !errors.Is(err, mongo.ErrNoDocuments):
		return p, wrapped("push note", err)
	}
	p.Fresh, err = s.push(ctx, shop, p.Conversation, n)
	if err == nil || errors.Is(err, conversation.ErrNotFound) {
		_, forget := s.db.calls.DeleteOne(ctx, bson.M{"_id": callKey(shop, n.Key)})
		err = errors.Join(err, forget)
	}
	return p, wrapped("push note", err)
}

func (s *callStore) push(ctx context.Context, shop tenant.ShopID, id conversation.ID, n conversation.QueuedInput) (bool, error) {
	d, err := s.conversations.conv(ctx, shop, id)
	if err != nil {
		return false, err
	}
	place, err := s.conversations.nextN(ctx, d)
	if err != nil {
		return false, err
	}
	_, err = s.db.inbox.InsertOne(ctx, inboxDoc{
		ID: key(string(shop), "note", string(id), strconv.FormatInt(place, 10)), Shop: shop, Conv: id, N: place,
		Key: key(string(id), "note", n.Key), State: stateNew, Note: n.Key, Body: string(n.Input),
	})
	if stored(err) {
		return false, nil
	}
	return err == nil, err
}
