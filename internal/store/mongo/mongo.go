// Package mongo keeps Recado's records in MongoDB, for many nodes. Package sqlite is
// its embedded twin.
//
// # One document, one act
//
// Nothing here needs a transaction over several documents, so a standalone
// server is enough. An atomic act is one update of one document with a condition in
// its filter; its effects are applied afterwards, under keys that make a repetition
// harmless. A conversation's document
// holds the effects of its commits until [Store.Relay] has copied them to
// outbox, timers, contacts, messages and inbox.
//
// # Unused features
//
// Sessions, pipeline updates, partial indexes, collations and ordered bulk
// writes: each behaves differently on some server that speaks the protocol.
// TTL indexes only clean up; reads refuse expired documents.
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
	"time"

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

// Store is the record stores of one database, one embedded type for each. It is
// safe for concurrent use.
type Store struct {
	client *mongo.Client
	db     *collections
	cache  *cache

	*shopStore
	*userStore
	*loginStore
	*apiKeyStore
	*channelStore
	*flowStore
	*settingStore
	*epochStore
	*ownerStore
	*contactStore
	*identityStore
	*inboxStore
	*commitStore
	*relayer
	*outboxStore
	*timerStore
	*callStore
	*traceStore
	*assetStore
	*archiveStore
}

// collections are the collections of the database.
type collections struct {
	shops, users, logins, apiKeys                *mongo.Collection
	channels, flows, currentFlows, furtherFlows  *mongo.Collection
	owners, contacts, aliases, conversations     *mongo.Collection
	inbox, outbox, timers, messages              *mongo.Collection
	settings, calls, traces, assets, assetPieces *mongo.Collection
}

// Open connects to uri, checks that a primary answers, and brings the indexes up to date.
func Open(ctx context.Context, uri string) (*Store, error) {
	s, err := connect(uri)
	if err != nil {
		return nil, fmt.Errorf("open MongoDB: %w", err)
	}
	err = s.client.Ping(ctx, readpref.Primary())
	if err == nil {
		err = s.db.createIndexes(ctx)
	}
	if err != nil {
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

func newStore(client *mongo.Client, database *mongo.Database) *Store {
	db, c := collectionsOf(database), new(cache)
	shops, epochs := &shopStore{db}, &epochStore{db}
	contacts := &contactStore{db: db, cache: c, now: time.Now}
	conversations := &conversationStore{db: db, epochs: epochs, contacts: contacts}
	timers := &timerStore{db: db, epochs: epochs, conversations: conversations}
	calls, traces := &callStore{db, conversations}, &traceStore{db, conversations}
	relay := &relayer{
		db: db, cache: c, conversations: conversations, contacts: contacts, timers: timers, calls: calls, traces: traces,
		crash: func(string) error { return nil },
	}
	identities := &identityStore{db: db, contacts: contacts, conversations: conversations, timers: timers, relay: relay}
	return &Store{
		client: client, db: db, cache: c,
		shopStore: shops, userStore: &userStore{db, shops}, loginStore: &loginStore{db}, apiKeyStore: &apiKeyStore{db, shops},
		channelStore: &channelStore{db}, flowStore: &flowStore{db}, settingStore: &settingStore{db},
		epochStore: epochs, ownerStore: &ownerStore{db, relay},
		contactStore: contacts, identityStore: identities,
		inboxStore:  &inboxStore{db: db, cache: c, contacts: contacts, conversations: conversations, identities: identities, relay: relay},
		commitStore: &commitStore{db: db, cache: c, epochs: epochs, conversations: conversations, relay: relay},
		relayer:     relay, outboxStore: &outboxStore{db, epochs}, timerStore: timers, callStore: calls, traceStore: traces,
		assetStore: &assetStore{db}, archiveStore: &archiveStore{db, conversations, identities},
	}
}

func collectionsOf(db *mongo.Database) *collections {
	return &collections{
		shops: db.Collection("shops"), users: db.Collection("users"), logins: db.Collection("logins"), apiKeys: db.Collection("api_keys"),
		channels: db.Collection("channels"), flows: db.Collection("flows"), currentFlows: db.Collection("current_flows"),
		furtherFlows: db.Collection("further_flows"), settings: db.Collection("shop_settings"),
		owners: db.Collection("owners"), contacts: db.Collection("contacts"), aliases: db.Collection("contact_aliases"),
		conversations: db.Collection("conversations"),
		inbox:         db.Collection("inbox"), outbox: db.Collection("outbox"), timers: db.Collection("timers"), messages: db.Collection("messages"),
		calls: db.Collection("calls"), traces: db.Collection("traces"),
		assets: db.Collection("assets"), assetPieces: db.Collection("asset_pieces"),
	}
}

// Close ends all connections.
func (s *Store) Close(ctx context.Context) error {
	if err := s.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("close MongoDB: %w", err)
	}
	return nil
}

var (
	_ tenant.Store       = (*Store)(nil)
	_ channel.Store      = (*Store)(nil)
	_ library.Store      = (*Store)(nil)
	_ cluster.Epochs     = (*Store)(nil)
	_ conversation.Store = (*Store)(nil)
	_ settings.Store     = (*Store)(nil)
)
