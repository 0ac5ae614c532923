package mongo

import (
	"context"
	"errors"
	"regexp"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/tenant"
)

// settingStore implements settings.Store over the collection shop_settings.
type settingStore struct {
	db *collections
}

// sectionDoc is a document of shop_settings.
type sectionDoc struct {
	ID      string        `bson:"_id"`
	Shop    tenant.ShopID `bson:"shop"`
	Section string        `bson:"section"`
	Data    []byte        `bson:"data"`
}

// Section implements settings.Store.
func (s *settingStore) Section(ctx context.Context, shop tenant.ShopID, section string) ([]byte, error) {
	var d sectionDoc
	err := s.db.settings.FindOne(ctx, bson.M{"_id": key(string(shop), section)}).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	return d.Data, wrapped("read settings", err)
}

// PutSection implements settings.Store.
func (s *settingStore) PutSection(ctx context.Context, shop tenant.ShopID, section string, data []byte) error {
	d := sectionDoc{key(string(shop), section), shop, section, data}
	var err error
	if data == nil {
		_, err = s.db.settings.DeleteOne(ctx, bson.M{"_id": d.ID})
	} else {
		_, err = s.db.settings.ReplaceOne(ctx, bson.M{"_id": d.ID}, d, options.Replace().SetUpsert(true))
	}
	return wrapped("put settings", err)
}

// Sections implements settings.Store.
func (s *settingStore) Sections(ctx context.Context, shop tenant.ShopID, prefix string) ([]string, error) {
	filter := bson.M{"shop": shop, "section": bson.M{"$regex": "^" + regexp.QuoteMeta(prefix)}}
	c, err := s.db.settings.Find(ctx, filter, options.Find().SetSort(bson.M{"section": 1}).SetProjection(bson.M{"section": 1}))
	docs, err := all[sectionDoc](ctx, c, err)
	if err != nil {
		return nil, wrapped("list settings", err)
	}
	var names []string
	for _, d := range docs {
		names = append(names, d.Section)
	}
	return names, nil
}
