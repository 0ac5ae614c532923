package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/tenant"
)

// loginStore implements tenant.Logins over the collection logins.
type loginStore struct {
	db *collections
}

// loginDoc is a document of logins. Generation is compared with the user's.
type loginDoc struct {
	ID         tenant.LoginID `bson:"_id"`
	User       tenant.UserID  `bson:"user"`
	Hash       []byte         `bson:"hash"`
	Generation int64          `bson:"generation"`
	CreatedAt  time.Time      `bson:"createdAt"`
	UsedAt     time.Time      `bson:"usedAt"`
	ExpiresAt  time.Time      `bson:"expiresAt"`
}

func (d loginDoc) login() tenant.Login {
	return tenant.Login{
		ID: d.ID, User: d.User, Hash: d.Hash, CreatedAt: d.CreatedAt.UTC(), UsedAt: d.UsedAt.UTC(), ExpiresAt: d.ExpiresAt.UTC(),
	}
}

// generation returns the user's present generation of logins.
func (s *loginStore) generation(ctx context.Context, id tenant.UserID) (int64, error) {
	var u userDoc
	err := s.db.users.FindOne(ctx, bson.M{"_id": id}, options.FindOne().SetProjection(bson.M{"logins": 1})).Decode(&u)
	return u.Logins, or(err, tenant.ErrNotFound)
}

// CreateLogin implements tenant.Logins.
func (s *loginStore) CreateLogin(ctx context.Context, l tenant.Login) error {
	g, err := s.generation(ctx, l.User)
	if err == nil {
		_, err = s.db.logins.InsertOne(ctx, loginDoc{
			ID: l.ID, User: l.User, Hash: l.Hash, Generation: g, CreatedAt: l.CreatedAt, UsedAt: l.UsedAt, ExpiresAt: l.ExpiresAt,
		})
	}
	if err != nil {
		return fmt.Errorf("create login: %w", err)
	}
	return nil
}

// valid is the filter of a login that has not expired.
func valid(id tenant.LoginID, now time.Time) bson.M {
	return bson.M{"_id": id, "expiresAt": bson.M{"$gt": now}}
}

// Login implements tenant.Logins.
func (s *loginStore) Login(ctx context.Context, id tenant.LoginID, now time.Time) (tenant.Login, error) {
	var d loginDoc
	if err := s.db.logins.FindOne(ctx, valid(id, now)).Decode(&d); err != nil {
		return tenant.Login{}, fmt.Errorf("read login: %w", or(err, tenant.ErrNotFound))
	}
	g, err := s.generation(ctx, d.User)
	if err == nil && d.Generation < g {
		err = tenant.ErrNotFound
	}
	if err != nil {
		return tenant.Login{}, fmt.Errorf("read login: %w", err)
	}
	return d.login(), nil
}

// RotateLogin implements tenant.Logins.
func (s *loginStore) RotateLogin(ctx context.Context, id tenant.LoginID, old, next []byte, at, until time.Time) (tenant.Login, error) {
	if _, err := s.Login(ctx, id, at); err != nil {
		return tenant.Login{}, err
	}
	filter := valid(id, at)
	filter["hash"] = old
	var d loginDoc
	err := s.db.logins.FindOneAndUpdate(ctx, filter, set(bson.M{"hash": next, "usedAt": at, "expiresAt": until}),
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&d)
	if err == nil {
		return d.login(), nil
	}
	if !errors.Is(err, mongo.ErrNoDocuments) {
		return tenant.Login{}, fmt.Errorf("rotate login: %w", err)
	}
	filter["hash"] = bson.M{"$ne": old}
	gone, err := s.db.logins.DeleteOne(ctx, filter)
	switch {
	case err != nil:
	case gone.DeletedCount > 0:
		err = tenant.ErrReused
	default:
		err = tenant.ErrNotFound
	}
	return tenant.Login{}, fmt.Errorf("rotate login: %w", err)
}

// DeleteLogin implements tenant.Logins.
func (s *loginStore) DeleteLogin(ctx context.Context, id tenant.LoginID) error {
	if _, err := s.db.logins.DeleteOne(ctx, bson.M{"_id": id}); err != nil {
		return fmt.Errorf("delete login: %w", err)
	}
	return nil
}

// DeleteExpiredLogins implements tenant.Logins.
func (s *loginStore) DeleteExpiredLogins(ctx context.Context, now time.Time) error {
	if _, err := s.db.logins.DeleteMany(ctx, bson.M{"expiresAt": bson.M{"$lte": now}}); err != nil {
		return fmt.Errorf("delete expired logins: %w", err)
	}
	return nil
}
