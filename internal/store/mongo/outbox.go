package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// outboxStore implements the reading half of conversation.Outbox over the collection outbox.
type outboxStore struct {
	db     *collections
	epochs *epochStore
}

// Ready implements conversation.Outbox.
func (s *outboxStore) Ready(ctx context.Context, shop tenant.ShopID, id conversation.ID, after int64, limit int) ([]conversation.OutboxItem, error) {
	filter := bson.M{"shop": shop, "state": message.Queued, "conv": id, "ord": bson.M{"$gt": after}}
	c, err := s.db.outbox.Find(ctx, filter, options.Find().SetSort(bson.M{"ord": 1}).SetLimit(int64(limit)))
	docs, err := all[outboxDoc](ctx, c, err)
	if err != nil {
		return nil, wrapped("read outbox", err)
	}
	var items []conversation.OutboxItem
	for _, d := range docs {
		item, err := d.item()
		if err != nil {
			return nil, wrapped("read outbox", err)
		}
		items = append(items, item)
	}
	return items, nil
}

// before lists the statuses from which a message may move to another. A sent message
// stays sent, also when it was recalled a moment too late.
var before = map[message.Status][]message.Status{
	message.Sent:      {message.Queued, message.Dropped},
	message.Failed:    {message.Queued},
	message.Dropped:   {message.Queued},
	message.Delivered: {message.Queued, message.Sent, message.Failed, message.Dropped},
	message.Read:      {message.Queued, message.Sent, message.Failed, message.Dropped, message.Delivered},
}

// Settle implements conversation.Outbox. History first: while the outbox says
// that a message waits, settling it is repeated.
func (s *outboxStore) Settle(ctx context.Context, l cluster.Lease, outcomes []conversation.Outcome) error {
	if err := s.epochs.fence(ctx, l.Shop, l.Epoch); err != nil {
		return wrapped("settle outbox", err)
	}
	if len(outcomes) == 0 {
		return nil
	}
	var lines, waiting []mongo.WriteModel
	for _, o := range outcomes {
		id, from := outKey(l.Shop, o.MessageID), obj("$in", before[o.Status])
		lines = append(lines, mongo.NewUpdateOneModel().SetFilter(obj("_id", id, "dir", conversation.Outgoing, "status", from)).
			SetUpdate(obj("$set", obj("status", o.Status, "code", o.Code))))
		waiting = append(waiting, mongo.NewUpdateOneModel().SetFilter(obj("_id", id, "state", from)).SetUpdate(obj("$set", obj("state", o.Status))))
	}
	unordered := options.BulkWrite().SetOrdered(false)
	if _, err := s.db.messages.BulkWrite(ctx, lines, unordered); err != nil {
		return wrapped("settle history", err)
	}
	_, err := s.db.outbox.BulkWrite(ctx, waiting, unordered)
	return wrapped("settle outbox", err)
}

// Update implements conversation.Outbox.
func (s *outboxStore) Update(ctx context.Context, u message.Update) (changed []conversation.Message, err error) {
	if u.Status != message.Delivered && u.Status != message.Read {
		return nil, fmt.Errorf("update messages: %w: status %q", message.ErrContent, u.Status)
	}
	from := bson.M{"$in": before[u.Status]}
	var ids []string
	for _, mid := range u.IDs {
		ids = append(ids, outKey(u.Shop, mid))
	}
	_, err = s.db.outbox.UpdateMany(ctx, bson.M{"_id": bson.M{"$in": ids}, "state": from}, set(bson.M{"state": u.Status}))
	if err != nil {
		return nil, wrapped("update outbox", err)
	}
	these := bson.M{"_id": bson.M{"$in": ids}, "status": from}
	c, err := s.db.messages.Find(ctx, these)
	docs, err := all[messageDoc](ctx, c, err)
	if err != nil || len(docs) == 0 {
		return nil, wrapped("update messages", err)
	}
	if _, err := s.db.messages.UpdateMany(ctx, these, set(bson.M{"status": u.Status, "code": ""})); err != nil {
		return nil, wrapped("update messages", err)
	}
	for _, d := range docs {
		d.Status, d.Code = u.Status, ""
		m, err := d.message()
		if err != nil {
			return changed, wrapped("update messages", err)
		}
		changed = append(changed, m)
	}
	return changed, nil
}

// Sent implements conversation.Outbox.
func (s *outboxStore) Sent(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, messageID string) (item conversation.OutboxItem, m conversation.Message, err error) {
	var o outboxDoc
	if err := s.db.outbox.FindOne(ctx, bson.M{"_id": outKey(shop, messageID), "channel": channel}).Decode(&o); err != nil {
		return item, m, wrapped("read message", or(err, conversation.ErrNotFound))
	}
	if item, err = o.item(); err != nil {
		return item, m, wrapped("read message", err)
	}
	var d messageDoc
	if err := s.db.messages.FindOne(ctx, bson.M{"_id": o.ID}).Decode(&d); err != nil {
		return item, m, wrapped("read message", or(err, conversation.ErrNotFound))
	}
	m, err = d.message()
	return item, m, wrapped("read message", err)
}
