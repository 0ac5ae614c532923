package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/channel"
	"recado/internal/tenant"
)

// channelStore implements channel.Store over the collection channels.
type channelStore struct {
	db *collections
}

type channelDoc struct {
	Key            string         `bson:"_id"`
	Shop           tenant.ShopID  `bson:"shop"`
	Type           channel.Type   `bson:"type"`
	Enabled        bool           `bson:"enabled"`
	Status         channel.Status `bson:"status"`
	Reason         channel.Reason `bson:"reason"`
	Number         string         `bson:"number"`
	Name           string         `bson:"name"`
	LastConnection time.Time      `bson:"lastConnection"`
	CreatedAt      time.Time      `bson:"createdAt"`
	UpdatedAt      time.Time      `bson:"updatedAt"`
}

func (d channelDoc) channel() channel.Channel {
	return channel.Channel{
		Shop: d.Shop, Type: d.Type, Enabled: d.Enabled, Status: d.Status, Reason: d.Reason, Number: d.Number, Name: d.Name,
		LastConnection: d.LastConnection.UTC(), CreatedAt: d.CreatedAt.UTC(), UpdatedAt: d.UpdatedAt.UTC(),
	}
}

func channelKey(k channel.Key) string { return key(string(k.Shop), string(k.Type)) }

// Channel implements channel.Store.
func (s *channelStore) Channel(ctx context.Context, k channel.Key) (channel.Channel, error) {
	var d channelDoc
	if err := s.db.channels.FindOne(ctx, bson.M{"_id": channelKey(k)}).Decode(&d); err != nil {
		return channel.Channel{}, fmt.Errorf("read channel: %w", or(err, channel.ErrNotFound))
	}
	return d.channel(), nil
}

// Channels implements channel.Store.
func (s *channelStore) Channels(ctx context.Context, shop tenant.ShopID) ([]channel.Channel, error) {
	return s.listChannels(ctx, bson.M{"shop": shop}, bson.D{{Key: "updatedAt", Value: -1}, {Key: "type", Value: 1}})
}

// EnabledChannels implements channel.Store.
func (s *channelStore) EnabledChannels(ctx context.Context) ([]channel.Channel, error) {
	return s.listChannels(ctx, bson.M{"enabled": true}, bson.D{{Key: "lastConnection", Value: -1}, {Key: "_id", Value: 1}})
}

func (s *channelStore) listChannels(ctx context.Context, filter bson.M, sort bson.D) ([]channel.Channel, error) {
	c, err := s.db.channels.Find(ctx, filter, options.Find().SetSort(sort))
	docs, err := all[channelDoc](ctx, c, err)
	if err != nil {
		return nil, fmt.Errorf("list channels: %w", err)
	}
	var list []channel.Channel
	for _, d := range docs {
		list = append(list, d.channel())
	}
	return list, nil
}

// PutChannel implements channel.Store. The summary is computed from what is
// stored, so the last of several writers leaves it right.
func (s *channelStore) PutChannel(ctx context.Context, c channel.Channel) error {
	d := channelDoc{
		Key: channelKey(c.Key()), Shop: c.Shop, Type: c.Type, Enabled: c.Enabled, Status: c.Status, Reason: c.Reason,
		Number: c.Number, Name: c.Name, LastConnection: c.LastConnection, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
	if _, err := s.db.channels.ReplaceOne(ctx, bson.M{"_id": d.Key}, d, options.Replace().SetUpsert(true)); err != nil {
		return fmt.Errorf("put channel: %w", err)
	}
	list, err := s.listChannels(ctx, bson.M{"shop": c.Shop}, bson.D{{Key: "lastConnection", Value: -1}})
	if err != nil {
		return err
	}
	if _, err := s.db.shops.UpdateOne(ctx, bson.M{"_id": c.Shop}, set(bson.M{"whatsapp": whatsAppOf(summary(list))})); err != nil {
		return fmt.Errorf("sum channels up: %w", err)
	}
	return nil
}

// summary of channels, the most recently connected first: connected when any
// is, the number of that one, else of the one that was connected last.
func summary(list []channel.Channel) (w tenant.WhatsApp) {
	for _, c := range list {
		if c.LastConnection.After(w.LastConnection) {
			w.LastConnection = c.LastConnection
		}
		active := c.Status == channel.Active
		if c.Number != "" && (w.Number == "" || active && !w.Connected) {
			w.Number, w.Connected = c.Number, active
		}
	}
	return w
}

// NumberHolder implements channel.Store.
func (s *channelStore) NumberHolder(ctx context.Context, number string) (holder channel.Key, ok bool, err error) {
	if number == "" {
		return channel.Key{}, false, nil
	}
	var d channelDoc
	err = s.db.channels.FindOne(ctx, bson.M{"number": number}, options.FindOne().SetSort(bson.M{"lastConnection": -1})).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return channel.Key{}, false, nil
	}
	if err != nil {
		return channel.Key{}, false, fmt.Errorf("look for number: %w", err)
	}
	return channel.Key{Shop: d.Shop, Type: d.Type}, true, nil
}
