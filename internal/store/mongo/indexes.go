package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

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

func (c *collections) indexes() []index {
	asc := func(fields ...string) (d bson.D) {
		for _, f := range fields {
			d = append(d, bson.E{Key: f, Value: 1})
		}
		return d
	}
	return []index{
		{on: c.users, name: "email", keys: asc("email"), unique: true},
		{on: c.users, name: "first_admin", keys: asc("firstAdmin"), unique: true, sparse: true},
		{on: c.users, name: "shops", keys: asc("shops.shop")},
		{on: c.logins, name: "user", keys: asc("user")},
		{on: c.logins, name: "expiry", keys: asc("expiresAt"), ttl: true},
		{on: c.apiKeys, name: "hash", keys: asc("hash"), unique: true},
		{on: c.apiKeys, name: "shop", keys: asc("shop")},
		{on: c.channels, name: "shop", keys: asc("shop")},
		{on: c.channels, name: "number", keys: asc("number")},
		{on: c.flows, name: "flow", keys: asc("shop", "flow", "number")},
		{on: c.furtherFlows, name: "shop", keys: asc("shop", "flow")},
		{on: c.settings, name: "shop", keys: asc("shop", "section")},
		{on: c.conversations, name: "contact", keys: asc("shop", "contact", "channel"), unique: true},
		{on: c.conversations, name: "recent", keys: bson.D{{Key: "shop", Value: 1}, {Key: "lastAt", Value: -1}, {Key: "id", Value: -1}}},
		{on: c.conversations, name: "unrelayed", keys: asc("shop", "unrelayed")},
		{on: c.inbox, name: "once", keys: asc("shop", "key"), unique: true},
		{on: c.inbox, name: "new", keys: asc("shop", "state", "conv", "n")},
		{on: c.inbox, name: "conversation", keys: asc("shop", "conv", "n")},
		{on: c.outbox, name: "queued", keys: asc("shop", "state", "conv", "ord")},
		{on: c.outbox, name: "conversation", keys: asc("shop", "conv", "ord")},
		{on: c.messages, name: "history", keys: asc("shop", "conv", "n")},
		{on: c.timers, name: "due", keys: asc("shop", "due")},
		{on: c.timers, name: "conversation", keys: asc("shop", "conv")},
		{on: c.calls, name: "shop", keys: asc("shop", "key")},
		{on: c.calls, name: "conversation", keys: asc("shop", "conv")},
		{on: c.traces, name: "conversation", keys: asc("shop", "conv", "rev")},
		{on: c.traces, name: "age", keys: asc("at")},
		{on: c.assetPieces, name: "piece", keys: asc("shop", "content", "i")},
	}
}

// createIndexes creates the indexes that are missing.
func (c *collections) createIndexes(ctx context.Context) error {
	for _, i := range c.indexes() {
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
