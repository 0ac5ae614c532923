package mongo

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/tenant"
)

// shopStore implements tenant.Shops over the collection shops.
type shopStore struct {
	db *collections
}

// shopDoc is a document of shops. Operators may look at it: null is "none".
type shopDoc struct {
	ID        tenant.ShopID `bson:"_id"`
	Name      string        `bson:"name"`
	WhatsApp  whatsAppDoc   `bson:"whatsapp"`
	CreatedAt time.Time     `bson:"createdAt"`
}

type whatsAppDoc struct {
	Connected      bool       `bson:"connected"`
	Number         *string    `bson:"number"`
	LastConnection *time.Time `bson:"lastConnection"`
}

func whatsAppOf(w tenant.WhatsApp) whatsAppDoc {
	d := whatsAppDoc{Connected: w.Connected}
	if w.Number != "" {
		d.Number = &w.Number
	}
	if !w.LastConnection.IsZero() {
		d.LastConnection = &w.LastConnection
	}
	return d
}

func (d shopDoc) shop() tenant.Shop {
	s := tenant.Shop{ID: d.ID, Name: d.Name, CreatedAt: d.CreatedAt.UTC()}
	s.WhatsApp.Connected = d.WhatsApp.Connected
	if n := d.WhatsApp.Number; n != nil {
		s.WhatsApp.Number = *n
	}
	if at := d.WhatsApp.LastConnection; at != nil {
		s.WhatsApp.LastConnection = at.UTC()
	}
	return s
}

// CreateShop implements tenant.Shops.
func (s *shopStore) CreateShop(ctx context.Context, sh tenant.Shop) error {
	_, err := s.db.shops.InsertOne(ctx, shopDoc{ID: sh.ID, Name: sh.Name, WhatsApp: whatsAppOf(sh.WhatsApp), CreatedAt: sh.CreatedAt})
	return asTaken("create shop", err)
}

// asTaken maps a duplicate key to tenant.ErrTaken.
func asTaken(what string, err error) error {
	switch {
	case mongo.IsDuplicateKeyError(err):
		return fmt.Errorf("%s: %w", what, tenant.ErrTaken)
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Shop implements tenant.Shops.
func (s *shopStore) Shop(ctx context.Context, id tenant.ShopID) (tenant.Shop, error) {
	var d shopDoc
	if err := s.db.shops.FindOne(ctx, bson.M{"_id": id}).Decode(&d); err != nil {
		return tenant.Shop{}, fmt.Errorf("read shop: %w", or(err, tenant.ErrNotFound))
	}
	return d.shop(), nil
}

// RenameShop implements tenant.Shops.
func (s *shopStore) RenameShop(ctx context.Context, id tenant.ShopID, name string) error {
	res, err := s.db.shops.UpdateOne(ctx, bson.M{"_id": id}, set(bson.M{"name": name}))
	return matched("rename shop", res, err)
}

// set is the update that sets fields.
func set(fields bson.M) bson.M { return bson.M{"$set": fields} }

// matched maps an update that matched nothing to tenant.ErrNotFound.
func matched(what string, res *mongo.UpdateResult, err error) error {
	if err == nil && res.MatchedCount == 0 {
		err = tenant.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Shops implements tenant.Shops.
func (s *shopStore) Shops(ctx context.Context, after tenant.ShopID, limit int) ([]tenant.Shop, error) {
	c, err := s.db.shops.Find(ctx, bson.M{"_id": bson.M{"$gt": after}}, options.Find().SetSort(bson.M{"_id": 1}).SetLimit(int64(limit)))
	docs, err := all[shopDoc](ctx, c, err)
	if err != nil {
		return nil, fmt.Errorf("list shops: %w", err)
	}
	var shops []tenant.Shop
	for _, d := range docs {
		shops = append(shops, d.shop())
	}
	return shops, nil
}

// exists reports whether there is a shop.
func (s *shopStore) exists(ctx context.Context, id tenant.ShopID) error {
	return or(s.db.shops.FindOne(ctx, bson.M{"_id": id}, options.FindOne().SetProjection(bson.M{"_id": 1})).Err(), tenant.ErrNotFound)
}
