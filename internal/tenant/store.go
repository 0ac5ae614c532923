package tenant

import (
	"context"
	"errors"
	"time"
)

// Store keeps shops, users and their credentials. The contract suite is
// tenanttest.Run; the memory, SQLite and MongoDB stores pass the same one.
// Times are stored to the millisecond at least and come back in UTC.
type Store interface {
	Shops
	Users
	Members
	Logins
	APIKeys
}

// Errors of every Store. They may come wrapped.
var (
	ErrNotFound = errors.New("not found")
	ErrTaken    = errors.New("already taken")
	ErrReused   = errors.New("a rotated refresh token was used again")
)

// Shop is a tenant. WhatsApp is written by the channel store alone: CreateShop
// stores it as given, RenameShop does not change it.
type Shop struct {
	ID        ShopID
	Name      string
	WhatsApp  WhatsApp
	CreatedAt time.Time
}

// WhatsApp sums up a shop's channels.
type WhatsApp struct {
	Connected      bool
	Number         string    // digits, empty when none was ever linked
	LastConnection time.Time // zero when there was none
}

// Shops keeps the tenants.
type Shops interface {
	// CreateShop returns ErrTaken when the id exists.
	CreateShop(ctx context.Context, s Shop) error
	// Shop returns ErrNotFound when there is none.
	Shop(ctx context.Context, id ShopID) (Shop, error)
	// RenameShop returns ErrNotFound when there is none.
	RenameShop(ctx context.Context, id ShopID, name string) error
	// Shops returns at most limit shops with an id greater than after, by id
	// compared byte by byte.
	Shops(ctx context.Context, after ShopID, limit int) ([]Shop, error)
}

// Users keeps the people.
type Users interface {
	// CreateUser stores u and its memberships (their Name is ignored) as one
	// act. It returns ErrTaken when the id or the e-mail exists, ErrNotFound
	// when a shop does not.
	CreateUser(ctx context.Context, u User, in ...Membership) error
	// CreateFirstAdmin stores u, who is an Admin, unless there is one already:
	// then, and when the e-mail exists, ErrTaken. Of two at once one wins.
	CreateFirstAdmin(ctx context.Context, u User) error
	// HasAdmin reports whether there is any platform administrator.
	HasAdmin(ctx context.Context) (bool, error)
	// User returns the user and their shops, by shop id; ErrNotFound when there is none.
	User(ctx context.Context, id UserID) (User, []Membership, error)
	// UserByEmail takes an address as ParseEmail returns it; ErrNotFound when there is none.
	UserByEmail(ctx context.Context, email string) (User, []Membership, error)
	// SetPassword replaces the hash and, in the same act, ends every login of
	// the user but keep (an id; empty keeps none). ErrNotFound when there is no user.
	SetPassword(ctx context.Context, id UserID, hash string, keep LoginID) error
}

// Members keeps the roles of users in shops.
type Members interface {
	// PutMember gives the user the role in the shop, new or changed;
	// ErrNotFound when either does not exist.
	PutMember(ctx context.Context, shop ShopID, user UserID, role Role) error
	// RemoveMember takes the user out of the shop; ErrNotFound when they are
	// not in it. A user without another shop who is no Admin is deleted with
	// their logins, so that the e-mail can be invited again.
	RemoveMember(ctx context.Context, shop ShopID, user UserID) error
	// Members returns the shop's users by e-mail; none when there is no such shop.
	Members(ctx context.Context, shop ShopID) ([]Member, error)
}

// LoginID names a login; it is random and the public half of a refresh token.
type LoginID string

// Login is one signed-in browser: the family of its refresh tokens. Only the
// newest token is good, Hash is its SHA-256.
type Login struct {
	ID        LoginID
	User      UserID
	Hash      []byte
	CreatedAt time.Time
	UsedAt    time.Time // when a token was last given out
	ExpiresAt time.Time
}

// Logins keeps the signed-in browsers.
type Logins interface {
	// CreateLogin stores l. ErrNotFound when the user does not exist.
	CreateLogin(ctx context.Context, l Login) error
	// Login returns ErrNotFound when there is none, or it had expired at now.
	Login(ctx context.Context, id LoginID, now time.Time) (Login, error)
	// RotateLogin is a compare-and-swap of the hash: when it is old, it becomes
	// next, UsedAt at and ExpiresAt until, and the new state comes back. When it
	// is another one, the token was used twice: the login is deleted in the same
	// act and ErrReused comes back. ErrNotFound as for Login, with at as now.
	RotateLogin(ctx context.Context, id LoginID, old, next []byte, at, until time.Time) (Login, error)
	// DeleteLogin ends a login; a missing one is no error.
	DeleteLogin(ctx context.Context, id LoginID) error
	// DeleteExpiredLogins removes what expired before now.
	DeleteExpiredLogins(ctx context.Context, now time.Time) error
}

// APIKey lets a program act in one shop. Hash is the SHA-256 of the whole key,
// Prefix its first characters, shown so that people can tell keys apart.
type APIKey struct {
	ID         string
	Shop       ShopID
	Name       string
	Role       Role
	Prefix     string
	Hash       []byte
	CreatedBy  UserID
	CreatedAt  time.Time
	LastUsedAt time.Time // zero when never used
}

// APIKeys keeps the programs' keys.
type APIKeys interface {
	// CreateAPIKey returns ErrTaken when the id or the hash exists, ErrNotFound
	// when the shop does not.
	CreateAPIKey(ctx context.Context, k APIKey) error
	// APIKeyByHash finds a key by its SHA-256; ErrNotFound when there is none.
	APIKeyByHash(ctx context.Context, hash []byte) (APIKey, error)
	// APIKeys returns the shop's keys, the newest first, equals by id.
	APIKeys(ctx context.Context, shop ShopID) ([]APIKey, error)
	// DeleteAPIKey returns ErrNotFound when the shop has no such key.
	DeleteAPIKey(ctx context.Context, shop ShopID, id string) error
	// TouchAPIKey stores the time of a use; a missing key is no error.
	TouchAPIKey(ctx context.Context, id string, at time.Time) error
}
