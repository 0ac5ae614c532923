package mongo

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/tenant"
)

// apiKeyStore implements tenant.APIKeys over the collection api_keys.
type apiKeyStore struct {
	db    *collections
	shops *shopStore
}

type apiKeyDoc struct {
	ID        string        `bson:"_id"`
	Shop      tenant.ShopID `bson:"shop"`
	Name      string        `bson:"name"`
	Role      tenant.Role   `bson:"role"`
	Prefix    string        `bson:"prefix"`
	Hash      []byte        `bson:"hash"`
	CreatedBy tenant.UserID `bson:"createdBy"`
	CreatedAt time.Time     `bson:"createdAt"`
	LastUsed  time.Time     `bson:"lastUsed"`
}

func (d apiKeyDoc) key() tenant.APIKey {
	return tenant.APIKey{
		ID: d.ID, Shop: d.Shop, Name: d.Name, Role: d.Role, Prefix: d.Prefix, Hash: d.Hash, CreatedBy: d.CreatedBy,
		CreatedAt: d.CreatedAt.UTC(), LastUsedAt: d.LastUsed.UTC(),
	}
}

// CreateAPIKey implements tenant.APIKeys.
func (s *apiKeyStore) CreateAPIKey(ctx context.Context, k tenant.APIKey) error {
	if err := s.shops.exists(ctx, k.Shop); err != nil {
		return fmt.Errorf("create API key: %w", err)
	}
	_, err := s.db.apiKeys.InsertOne(ctx, apiKeyDoc{
		ID: k.ID, Shop: k.Shop, Name: k.Name, Role: k.Role, Prefix: k.Prefix, Hash: k.Hash, CreatedBy: k.CreatedBy,
		CreatedAt: k.CreatedAt, LastUsed: k.LastUsedAt,
	})
	return asTaken("create API key", err)
}

// APIKeyByHash implements tenant.APIKeys.
func (s *apiKeyStore) APIKeyByHash(ctx context.Context, hash []byte) (tenant.APIKey, error) {
	var d apiKeyDoc
	if err := s.db.apiKeys.FindOne(ctx, bson.M{"hash": hash}).Decode(&d); err != nil {
		return tenant.APIKey{}, fmt.Errorf("read API key: %w", or(err, tenant.ErrNotFound))
	}
	return d.key(), nil
}

// APIKeys implements tenant.APIKeys.
func (s *apiKeyStore) APIKeys(ctx context.Context, shop tenant.ShopID) ([]tenant.APIKey, error) {
	newest := bson.D{{Key: "createdAt", Value: -1}, {Key: "_id", Value: 1}}
	c, err := s.db.apiKeys.Find(ctx, bson.M{"shop": shop}, options.Find().SetSort(newest))
	docs, err := all[apiKeyDoc](ctx, c, err)
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	var keys []tenant.APIKey
	for _, d := range docs {
		keys = append(keys, d.key())
	}
	return keys, nil
}

// DeleteAPIKey implements tenant.APIKeys.
func (s *apiKeyStore) DeleteAPIKey(ctx context.Context, shop tenant.ShopID, id string) error {
	gone, err := s.db.apiKeys.DeleteOne(ctx, bson.M{"_id": id, "shop": shop})
	if err == nil && gone.DeletedCount == 0 {
		err = tenant.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("delete API key: %w", err)
	}
	return nil
}

// TouchAPIKey implements tenant.APIKeys.
func (s *apiKeyStore) TouchAPIKey(ctx context.Context, id string, at time.Time) error {
	if _, err := s.db.apiKeys.UpdateOne(ctx, bson.M{"_id": id}, set(bson.M{"lastUsed": at})); err != nil {
		return fmt.Errorf("touch API key: %w", err)
	}
	return nil
}
