// Package mongo keeps Recado's records in MongoDB: what package sqlite does in
// one file, for many nodes.
//
// # One document, one act
//
// Nothing here needs a transaction over several documents, so a standalone
// server is enough. What has to happen at once is one update of one document
// with a condition in its filter; what follows from it is carried out
// afterwards, under keys that make repeating it harmless. A conversation's document
// holds the effects of its commits until [Store.Relay] has copied them to
// outbox, timers, contacts, messages and inbox.
//
// # What is not used
//
// Sessions, pipeline updates, partial indexes, collations and ordered bulk
// writes: each behaves differently on some server that speaks the protocol.
// TTL indexes only clean up; what has expired is refused on reading.
//
// # Keys
//
// Documents of a shop have an _id that begins with the shop, and every index
// but those of sign-in begins with it, so that collections can be sharded by shop.
package mongo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/flow/library"
	"recado/internal/settings"
	"recado/internal/tenant"
)

// DefaultDatabase is used when the URI names none.
const DefaultDatabase = "recado"

// opTimeout bounds an operation whose context has no deadline: longer than the
// election of a new primary, which the driver waits for and retries over.
const opTimeout = 30 * time.Second

// Store is the record stores of one database. It is safe for concurrent use.
type Store struct {
	client *mongo.Client

	shops, users, logins, apiKeys                *mongo.Collection
	channels, flows, currentFlows, furtherFlows  *mongo.Collection
	owners, contacts, aliases, conversations     *mongo.Collection
	inbox, outbox, timers, messages              *mongo.Collection
	settings, calls, traces, assets, assetPieces *mongo.Collection

	lately remembered
	now    func() time.Time

	merging sync.Mutex // one merge at a time in this process: they are rare and touch two of everything

	// crash is for tests: an error after a labelled line ends the verb there.
	crash func(line string) error
}

// Open connects to uri, checks that a primary answers, and brings the indexes up to date.
func Open(ctx context.Context, uri string) (*Store, error) {
	s, err := connect(uri)
	if err != nil {
		return nil, fmt.Errorf("open MongoDB: %w", err)
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open MongoDB: %w", err), s.client.Disconnect(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// connect returns the store of uri, which need not answer yet.
func connect(uri string) (*Store, error) {
	cs, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, err
	}
	name := cs.Database
	if name == "" {
		name = DefaultDatabase
	}
	journal := true
	o := options.Client().ApplyURI(uri).SetTimeout(opTimeout).SetRetryWrites(true).SetRetryReads(true).
		SetReadPreference(readpref.Primary()).SetReadConcern(readconcern.Majority()).
		SetWriteConcern(&writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: &journal})
	client, err := mongo.Connect(o)
	if err != nil {
		return nil, err
	}
	return newStore(client, client.Database(name)), nil
}

func newStore(client *mongo.Client, db *mongo.Database) *Store {
	return &Store{
		client: client,
		shops:  db.Collection("shops"), users: db.Collection("users"), logins: db.Collection("logins"), apiKeys: db.Collection("api_keys"),
		channels: db.Collection("channels"), flows: db.Collection("flows"), currentFlows: db.Collection("current_flows"),
		furtherFlows: db.Collection("further_flows"), settings: db.Collection("shop_settings"),
		owners: db.Collection("owners"), contacts: db.Collection("contacts"), aliases: db.Collection("contact_aliases"),
		conversations: db.Collection("conversations"),
		inbox:         db.Collection("inbox"), outbox: db.Collection("outbox"), timers: db.Collection("timers"), messages: db.Collection("messages"),
		calls: db.Collection("calls"), traces: db.Collection("traces"),
		assets: db.Collection("assets"), assetPieces: db.Collection("asset_pieces"),
		now:   time.Now,
		crash: func(string) error { return nil },
	}
}

// Close ends all connections.
func (s *Store) Close(ctx context.Context) error {
	if err := s.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("close MongoDB: %w", err)
	}
	return nil
}

// index is one that has to exist. Names are stable: an index of the same name
// with other keys is refused by the server, not silently kept.
type index struct {
	on     *mongo.Collection
	name   string
	keys   bson.D
	unique bool
	sparse bool
	ttl    bool
}

func (s *Store) indexes() []index {
	asc := func(fields ...string) (d bson.D) {
		for _, f := range fields {
			d = append(d, bson.E{Key: f, Value: 1})
		}
		return d
	}
	return []index{
		{on: s.users, name: "email", keys: asc("email"), unique: true},
		{on: s.users, name: "first_admin", keys: asc("firstAdmin"), unique: true, sparse: true},
		{on: s.users, name: "shops", keys: asc("shops.shop")},
		{on: s.logins, name: "user", keys: asc("user")},
		{on: s.logins, name: "expiry", keys: asc("expiresAt"), ttl: true},
		{on: s.apiKeys, name: "hash", keys: asc("hash"), unique: true},
		{on: s.apiKeys, name: "shop", keys: asc("shop")},
		{on: s.channels, name: "shop", keys: asc("shop")},
		{on: s.channels, name: "number", keys: asc("number")},
		{on: s.flows, name: "flow", keys: asc("shop", "flow", "number")},
		{on: s.furtherFlows, name: "shop", keys: asc("shop", "flow")},
		{on: s.settings, name: "shop", keys: asc("shop", "section")},
		{on: s.conversations, name: "contact", keys: asc("shop", "contact", "channel"), unique: true},
		{on: s.conversations, name: "recent", keys: bson.D{{Key: "shop", Value: 1}, {Key: "lastAt", Value: -1}, {Key: "id", Value: -1}}},
		{on: s.conversations, name: "unrelayed", keys: asc("shop", "unrelayed")},
		{on: s.inbox, name: "once", keys: asc("shop", "key"), unique: true},
		{on: s.inbox, name: "new", keys: asc("shop", "state", "conv", "n")},
		{on: s.inbox, name: "conversation", keys: asc("shop", "conv", "n")},
		{on: s.outbox, name: "queued", keys: asc("shop", "state", "conv", "ord")},
		{on: s.outbox, name: "conversation", keys: asc("shop", "conv", "ord")},
		{on: s.messages, name: "history", keys: asc("shop", "conv", "n")},
		{on: s.timers, name: "due", keys: asc("shop", "due")},
		{on: s.timers, name: "conversation", keys: asc("shop", "conv")},
		{on: s.calls, name: "shop", keys: asc("shop", "key")},
		{on: s.calls, name: "conversation", keys: asc("shop", "conv")},
		{on: s.traces, name: "conversation", keys: asc("shop", "conv", "rev")},
		{on: s.traces, name: "age", keys: asc("at")},
		{on: s.assetPieces, name: "piece", keys: asc("shop", "content", "i")},
	}
}

// prepare creates the indexes that are missing.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.client.Ping(ctx, readpref.Primary()); err != nil {
		return err
	}
	for _, i := range s.indexes() {
		o := options.Index().SetName(i.name)
		if i.unique {
			o.SetUnique(true)
		}
		if i.sparse {
			o.SetSparse(true)
		}
		if i.ttl {
			o.SetExpireAfterSeconds(0)
		}
		if _, err := i.on.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: i.keys, Options: o}); err != nil {
			return fmt.Errorf("index %s of %s: %w", i.name, i.on.Name(), err)
		}
	}
	return nil
}

// obj makes a document of names and values in turn. What every message needs is
// made so: encoding a map costs several times as much.
func obj(pairs ...any) bson.D {
	d := make(bson.D, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		d = append(d, bson.E{Key: pairs[i].(string), Value: pairs[i+1]})
	}
	return d
}

// key joins the parts of an _id. None of them can hold the separator: shops are
// [A-Za-z0-9_-], conversations and contacts ours, the last part is free.
func key(parts ...string) string { return strings.Join(parts, "|") }

// or replaces mongo.ErrNoDocuments by missing.
func or(err, missing error) error {
	if errors.Is(err, mongo.ErrNoDocuments) {
		return missing
	}
	return err
}

// all reads a cursor to its end.
func all[T any](ctx context.Context, c *mongo.Cursor, err error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	var list []T
	err = c.All(ctx, &list)
	return list, err
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

var (
	_ tenant.Store       = (*Store)(nil)
	_ channel.Store      = (*Store)(nil)
	_ library.Store      = (*Store)(nil)
	_ cluster.Epochs     = (*Store)(nil)
	_ conversation.Store = (*Store)(nil)
	_ settings.Store     = (*Store)(nil)
)
