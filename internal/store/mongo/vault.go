package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/tenant"
	"recado/internal/vault"
)

// Vault keeps wrapped keys in the collection vault_keys: it implements vault.KeyStore.
type Vault struct{ keys *mongo.Collection }

// keyDoc is a document of vault_keys.
type keyDoc struct {
	ID      string        `bson:"_id"`
	Shop    tenant.ShopID `bson:"shop"`
	Purpose vault.Purpose `bson:"purpose"`
	Wrapped []byte        `bson:"wrapped"`
}

// NewVault returns the keys in s's database and brings their index up to date.
// They end with s: there is nothing to close.
func NewVault(ctx context.Context, s *Store) (*Vault, error) {
	v := &Vault{keys: s.db.shops.Database().Collection("vault_keys")}
	_, err := v.keys.Indexes().CreateOne(ctx, mongo.IndexModel{
		Keys:    bson.D{{Key: "shop", Value: 1}, {Key: "purpose", Value: 1}},
		Options: options.Index().SetName("name").SetUnique(true),
	})
	if err != nil {
		return nil, fmt.Errorf("index of vault_keys: %w", err)
	}
	return v, nil
}

func keyID(n vault.Name) string { return key(string(n.Shop), string(n.Purpose)) }

// Get implements vault.KeyStore.
func (v *Vault) Get(ctx context.Context, n vault.Name) ([]byte, error) {
	var d keyDoc
	err := v.keys.FindOne(ctx, bson.M{"_id": keyID(n)}).Decode(&d)
	return d.Wrapped, or(err, vault.ErrNoKey)
}

// PutIfAbsent implements vault.KeyStore.
func (v *Vault) PutIfAbsent(ctx context.Context, n vault.Name, wrapped []byte) ([]byte, error) {
	for {
		_, err := v.keys.InsertOne(ctx, keyDoc{ID: keyID(n), Shop: n.Shop, Purpose: n.Purpose, Wrapped: wrapped})
		if err == nil {
			return wrapped, nil
		}
		if !mongo.IsDuplicateKeyError(err) {
			return nil, err
		}
		stored, err := v.Get(ctx, n)
		if !errors.Is(err, vault.ErrNoKey) { // else it was deleted in between
			return stored, err
		}
	}
}

// Replace implements vault.KeyStore.
func (v *Vault) Replace(ctx context.Context, n vault.Name, from, to []byte) error {
	res, err := v.keys.UpdateOne(ctx, bson.M{"_id": keyID(n), "wrapped": from}, bson.M{"$set": bson.M{"wrapped": to}})
	if err == nil && res.MatchedCount == 0 {
		err = vault.ErrChanged
	}
	return err
}

// List implements vault.KeyStore.
func (v *Vault) List(ctx context.Context, after vault.Name, limit int) ([]vault.Entry, error) {
	later := bson.M{"$or": bson.A{
		bson.M{"shop": bson.M{"$gt": after.Shop}},
		bson.M{"shop": after.Shop, "purpose": bson.M{"$gt": after.Purpose}},
	}}
	order := bson.D{{Key: "shop", Value: 1}, {Key: "purpose", Value: 1}}
	found, err := v.keys.Find(ctx, later, options.Find().SetSort(order).SetLimit(int64(limit)))
	docs, err := all[keyDoc](ctx, found, err)
	list := make([]vault.Entry, len(docs))
	for i, d := range docs {
		list[i] = vault.Entry{Name: vault.Name{Shop: d.Shop, Purpose: d.Purpose}, Wrapped: d.Wrapped}
	}
	return list, err
}

// Delete implements vault.KeyStore.
func (v *Vault) Delete(ctx context.Context, n vault.Name) error {
	_, err := v.keys.DeleteOne(ctx, bson.M{"_id": keyID(n)})
	return err
}

var _ vault.KeyStore = (*Vault)(nil)
