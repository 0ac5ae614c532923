package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// ownerStore implements the Adopt of conversation.Outbox.
type ownerStore struct {
	db    *collections
	relay *relayer
}

// epochStore implements cluster.Epochs over the collection owners, and fences writes with it.
type epochStore struct {
	db *collections
}

// ownerDoc is a document of owners: the newest ownership of a shop.
type ownerDoc struct {
	Shop  tenant.ShopID `bson:"_id"`
	Epoch cluster.Epoch `bson:"epoch"`
}

// NextEpoch implements cluster.Epochs.
func (s *epochStore) NextEpoch(ctx context.Context, shop tenant.ShopID, atLeast cluster.Epoch) (next cluster.Epoch, err error) {
	err = retrying(func() error {
		last, err := s.epoch(ctx, shop)
		if err != nil {
			return err
		}
		next = max(last+1, atLeast)
		if last == 0 {
			_, err := s.db.owners.InsertOne(ctx, ownerDoc{shop, next})
			return asRace(err)
		}
		res, err := s.db.owners.UpdateOne(ctx, bson.M{"_id": shop, "epoch": last}, set(bson.M{"epoch": next}))
		if err == nil && res.MatchedCount == 0 {
			err = errRace
		}
		return err
	})
	return next, wrapped("next epoch", err)
}

// epoch returns the newest epoch of a shop, 0 when it never had an owner.
func (s *epochStore) epoch(ctx context.Context, shop tenant.ShopID) (cluster.Epoch, error) {
	var d ownerDoc
	err := s.db.owners.FindOne(ctx, bson.M{"_id": shop}).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return 0, nil
	}
	return d.Epoch, err
}

// fence returns ErrStale unless epoch is the shop's newest. It is half of the
// fence: the other half is the epoch in every conversation, which Adopt raises
// and the filter of a commit asks for.
func (s *epochStore) fence(ctx context.Context, shop tenant.ShopID, epoch cluster.Epoch) error {
	newest, err := s.epoch(ctx, shop)
	if err == nil && newest != epoch {
		err = conversation.ErrStale
	}
	return err
}

// Adopt implements conversation.Outbox.
func (s *ownerStore) Adopt(ctx context.Context, l cluster.Lease) (b conversation.Unfinished, err error) {
	_, err = s.db.owners.UpdateOne(ctx, bson.M{"_id": l.Shop, "epoch": bson.M{"$lte": l.Epoch}}, set(bson.M{"epoch": l.Epoch}),
		options.UpdateOne().SetUpsert(true))
	if mongo.IsDuplicateKeyError(err) { // there is one, and it is newer
		err = conversation.ErrStale
	}
	if err != nil {
		return b, wrapped("adopt shop", err)
	}
	_, err = s.db.conversations.UpdateMany(ctx, bson.M{"shop": l.Shop, "epoch": bson.M{"$lt": l.Epoch}}, set(bson.M{"epoch": l.Epoch}))
	if err != nil {
		return b, wrapped("adopt conversations", err)
	}
	if err := s.relayAll(ctx, l.Shop); err != nil {
		return b, err
	}
	if b.Inbox, err = s.waiting(ctx, s.db.inbox, bson.M{"shop": l.Shop, "state": stateNew}); err == nil {
		b.Outbox, err = s.waiting(ctx, s.db.outbox, bson.M{"shop": l.Shop, "state": message.Queued})
	}
	return b, wrapped("adopt shop", err)
}

// relayAll applies the effects that crashes have left in a shop.
func (s *ownerStore) relayAll(ctx context.Context, shop tenant.ShopID) error {
	c, err := s.db.conversations.Find(ctx, bson.M{"shop": shop, "unrelayed": true}, options.Find().SetProjection(bson.M{"id": 1}))
	docs, err := all[convDoc](ctx, c, err)
	if err != nil {
		return wrapped("look for what was left", err)
	}
	for _, d := range docs {
		if err := s.relay.Relay(ctx, shop, d.ID); err != nil {
			return err
		}
	}
	return nil
}

// waiting returns the conversations of the documents that match.
func (s *ownerStore) waiting(ctx context.Context, in *mongo.Collection, filter bson.M) ([]conversation.ID, error) {
	c, err := in.Find(ctx, filter, options.Find().SetProjection(bson.M{"conv": 1}).SetBatchSize(1000))
	docs, err := all[struct {
		Conv conversation.ID `bson:"conv"`
	}](ctx, c, err)
	if err != nil {
		return nil, fmt.Errorf("look for work: %w", err)
	}
	var ids []conversation.ID
	for _, d := range docs {
		ids = append(ids, d.Conv)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
