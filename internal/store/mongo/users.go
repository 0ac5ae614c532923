package mongo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/tenant"
)

// userStore implements tenant.Users and tenant.Members over the collection users.
type userStore struct {
	db    *collections
	shops *shopStore
}

// userDoc is a document of users. It holds the memberships, so that a user and
// their shops are created, and looked at, as one.
type userDoc struct {
	ID           tenant.UserID `bson:"_id"`
	Email        string        `bson:"email"`
	Name         string        `bson:"name"`
	Admin        bool          `bson:"admin"`
	FirstAdmin   bool          `bson:"firstAdmin,omitempty"` // unique: there is one at most
	PasswordHash string        `bson:"passwordHash"`
	Logins       int64         `bson:"logins"` // logins of an older generation have ended
	Shops        []memberDoc   `bson:"shops"`
	CreatedAt    time.Time     `bson:"createdAt"`
}

type memberDoc struct {
	Shop tenant.ShopID `bson:"shop"`
	Role tenant.Role   `bson:"role"`
}

func userDocOf(u tenant.User, in []tenant.Membership) userDoc {
	d := userDoc{
		ID: u.ID, Email: u.Email, Name: u.Name, Admin: u.Admin, PasswordHash: u.PasswordHash, CreatedAt: u.CreatedAt,
		Shops: []memberDoc{},
	}
	for _, m := range in {
		d.Shops = append(d.Shops, memberDoc{m.Shop, m.Role})
	}
	return d
}

func (d userDoc) user() tenant.User {
	return tenant.User{
		ID: d.ID, Email: d.Email, Name: d.Name, Admin: d.Admin, PasswordHash: d.PasswordHash, CreatedAt: d.CreatedAt.UTC(),
	}
}

// CreateUser implements tenant.Users.
func (s *userStore) CreateUser(ctx context.Context, u tenant.User, in ...tenant.Membership) error {
	for _, m := range in {
		if err := s.shops.exists(ctx, m.Shop); err != nil {
			return fmt.Errorf("create user: %w", err)
		}
	}
	_, err := s.db.users.InsertOne(ctx, userDocOf(u, in))
	return asTaken("create user", err)
}

// CreateFirstAdmin implements tenant.Users.
func (s *userStore) CreateFirstAdmin(ctx context.Context, u tenant.User) error {
	has, err := s.HasAdmin(ctx)
	if err != nil {
		return err
	}
	if has {
		return fmt.Errorf("create first administrator: %w", tenant.ErrTaken)
	}
	d := userDocOf(u, nil)
	d.FirstAdmin = true
	_, err = s.db.users.InsertOne(ctx, d)
	return asTaken("create first administrator", err)
}

// HasAdmin implements tenant.Users.
func (s *userStore) HasAdmin(ctx context.Context) (bool, error) {
	n, err := s.db.users.CountDocuments(ctx, bson.M{"admin": true}, options.Count().SetLimit(1))
	if err != nil {
		return false, fmt.Errorf("look for an administrator: %w", err)
	}
	return n > 0, nil
}

// User implements tenant.Users.
func (s *userStore) User(ctx context.Context, id tenant.UserID) (tenant.User, []tenant.Membership, error) {
	return s.user(ctx, bson.M{"_id": id})
}

// UserByEmail implements tenant.Users.
func (s *userStore) UserByEmail(ctx context.Context, email string) (tenant.User, []tenant.Membership, error) {
	return s.user(ctx, bson.M{"email": email})
}

func (s *userStore) user(ctx context.Context, filter bson.M) (tenant.User, []tenant.Membership, error) {
	var d userDoc
	if err := s.db.users.FindOne(ctx, filter).Decode(&d); err != nil {
		return tenant.User{}, nil, fmt.Errorf("read user: %w", or(err, tenant.ErrNotFound))
	}
	if len(d.Shops) == 0 {
		return d.user(), nil, nil
	}
	var ids []tenant.ShopID
	for _, m := range d.Shops {
		ids = append(ids, m.Shop)
	}
	c, err := s.db.shops.Find(ctx, bson.M{"_id": bson.M{"$in": ids}})
	shops, err := all[shopDoc](ctx, c, err)
	if err != nil {
		return tenant.User{}, nil, fmt.Errorf("read user's shops: %w", err)
	}
	names := make(map[tenant.ShopID]string, len(shops))
	for _, sh := range shops {
		names[sh.ID] = sh.Name
	}
	var in []tenant.Membership
	for _, m := range d.Shops {
		in = append(in, tenant.Membership{Shop: m.Shop, Name: names[m.Shop], Role: m.Role})
	}
	slices.SortFunc(in, func(a, b tenant.Membership) int { return strings.Compare(string(a.Shop), string(b.Shop)) })
	return d.user(), in, nil
}

// SetPassword implements tenant.Users. The act is one update of the user, which
// makes all logins one generation too old; keep is lifted into the next one before.
func (s *userStore) SetPassword(ctx context.Context, id tenant.UserID, hash string, keep tenant.LoginID) error {
	var u userDoc
	if err := s.db.users.FindOne(ctx, bson.M{"_id": id}).Decode(&u); err != nil {
		return fmt.Errorf("set password: %w", or(err, tenant.ErrNotFound))
	}
	if keep != "" {
		_, err := s.db.logins.UpdateOne(ctx, bson.M{"_id": keep, "user": id, "generation": u.Logins}, set(bson.M{"generation": u.Logins + 1}))
		if err != nil {
			return fmt.Errorf("set password: %w", err)
		}
	}
	res, err := s.db.users.UpdateOne(ctx, bson.M{"_id": id, "logins": u.Logins}, set(bson.M{"passwordHash": hash, "logins": u.Logins + 1}))
	if err := matched("set password", res, err); err != nil {
		return err
	}
	_, err = s.db.logins.DeleteMany(ctx, bson.M{"user": id, "generation": bson.M{"$lte": u.Logins}})
	if err != nil {
		return fmt.Errorf("end logins: %w", err)
	}
	return nil
}

// PutMember implements tenant.Members.
func (s *userStore) PutMember(ctx context.Context, shop tenant.ShopID, user tenant.UserID, role tenant.Role) error {
	if err := s.shops.exists(ctx, shop); err != nil {
		return fmt.Errorf("put member: %w", err)
	}
	for range 3 { // a concurrent call may have done the other update in between
		res, err := s.db.users.UpdateOne(ctx, bson.M{"_id": user, "shops.shop": shop}, set(bson.M{"shops.$.role": role}))
		if err != nil || res.MatchedCount > 0 {
			return matched("put member", res, err)
		}
		res, err = s.db.users.UpdateOne(ctx, bson.M{"_id": user, "shops.shop": bson.M{"$ne": shop}}, bson.M{"$push": bson.M{"shops": memberDoc{shop, role}}})
		if err != nil || res.MatchedCount > 0 {
			return matched("put member", res, err)
		}
		if err := s.db.users.FindOne(ctx, bson.M{"_id": user}).Err(); err != nil {
			return fmt.Errorf("put member: %w", or(err, tenant.ErrNotFound))
		}
	}
	return fmt.Errorf("put member: %w", mongo.ErrNoDocuments)
}

// RemoveMember implements tenant.Members.
func (s *userStore) RemoveMember(ctx context.Context, shop tenant.ShopID, user tenant.UserID) error {
	res, err := s.db.users.UpdateOne(ctx, bson.M{"_id": user, "shops.shop": shop}, bson.M{"$pull": bson.M{"shops": bson.M{"shop": shop}}})
	if err := matched("remove member", res, err); err != nil {
		return err
	}
	gone, err := s.db.users.DeleteOne(ctx, bson.M{"_id": user, "admin": false, "shops": bson.M{"$size": 0}})
	if err != nil {
		return fmt.Errorf("remove member: %w", err)
	}
	if gone.DeletedCount > 0 {
		if _, err := s.db.logins.DeleteMany(ctx, bson.M{"user": user}); err != nil {
			return fmt.Errorf("end logins: %w", err)
		}
	}
	return nil
}

// Members implements tenant.Members.
func (s *userStore) Members(ctx context.Context, shop tenant.ShopID) ([]tenant.Member, error) {
	c, err := s.db.users.Find(ctx, bson.M{"shops.shop": shop}, options.Find().SetSort(bson.M{"email": 1}))
	docs, err := all[userDoc](ctx, c, err)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	var list []tenant.Member
	for _, d := range docs {
		for _, m := range d.Shops {
			if m.Shop == shop {
				list = append(list, tenant.Member{User: d.ID, Email: d.Email, Name: d.Name, Role: m.Role})
			}
		}
	}
	return list, nil
}
