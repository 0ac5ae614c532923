package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/migrate"
)

// transferBatch is how many documents are in memory at a time.
const transferBatch = 500

// docs moves a collection in which one document D is one row T.
type docs[D, T any] struct {
	in    *mongo.Collection
	tell  func(D) T
	take  func(T) D
	batch int // documents at a time; 0 is transferBatch
}

func (m docs[D, T]) collections() []*mongo.Collection { return []*mongo.Collection{m.in} }

func (m docs[D, T]) export(ctx context.Context, _ time.Time, visit func([]migrate.Row) error) error {
	return m.exportOf(ctx, bson.M{}, visit)
}

func (m docs[D, T]) exportOf(ctx context.Context, filter bson.M, visit func([]migrate.Row) error) error {
	size := m.batch
	if size == 0 {
		size = transferBatch
	}
	return batches(ctx, m.in, filter, size, func(found []D) error {
		rows := make([]migrate.Row, len(found))
		for i, d := range found {
			row := m.tell(d)
			rows[i] = any(&row).(migrate.Row)
		}
		return visit(rows)
	})
}

// batches calls visit with the documents that match.
func batches[D any](ctx context.Context, in *mongo.Collection, filter bson.M, size int, visit func([]D) error) (err error) {
	c, err := in.Find(ctx, filter, options.Find().SetBatchSize(int32(size)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	var batch []D
	for c.Next(ctx) {
		var d D
		if err := c.Decode(&d); err != nil {
			return err
		}
		if batch = append(batch, d); len(batch) == size {
			if err := visit(batch); err != nil {
				return err
			}
			batch = nil
		}
	}
	if err := c.Err(); err != nil || len(batch) == 0 {
		return err
	}
	return visit(batch)
}

func (m docs[D, T]) clear(ctx context.Context) error { return clearAll(ctx, m.in) }

func clearAll(ctx context.Context, collections ...*mongo.Collection) error {
	for _, c := range collections {
		if _, err := c.DeleteMany(ctx, bson.M{}); err != nil {
			return fmt.Errorf("clear %s: %w", c.Name(), err)
		}
	}
	return nil
}

func (m docs[D, T]) insert(ctx context.Context, rows []migrate.Row) error {
	list := make([]D, len(rows))
	for i, r := range rows {
		list[i] = m.take(*any(r).(*T))
	}
	return insertAll(ctx, m.in, list)
}

func insertAll[D any](ctx context.Context, in *mongo.Collection, list []D) error {
	if len(list) == 0 {
		return nil
	}
	_, err := in.InsertMany(ctx, list, options.InsertMany().SetOrdered(false))
	return err
}

// logins leaves those behind that have ended or will soon.
type logins struct{ s *Store }

func (m logins) docs() docs[loginDoc, migrate.Login] {
	return docs[loginDoc, migrate.Login]{in: m.s.db.logins, tell: tellLogin, take: takeLogin}
}

func (m logins) collections() []*mongo.Collection { return m.docs().collections() }

func (m logins) export(ctx context.Context, until time.Time, visit func([]migrate.Row) error) error {
	ended := make(map[string]int64) // users' generations, where it is not the first
	err := batches(ctx, m.s.db.users, bson.M{"logins": bson.M{"$gt": 0}}, transferBatch, func(users []userDoc) error {
		for _, u := range users {
			ended[string(u.ID)] = u.Logins
		}
		return nil
	})
	if err != nil {
		return err
	}
	return batches(ctx, m.s.db.logins, bson.M{"expiresAt": bson.M{"$gt": until}}, transferBatch, func(found []loginDoc) error {
		var rows []migrate.Row
		for _, d := range found {
			if d.Generation >= ended[string(d.User)] {
				row := tellLogin(d)
				rows = append(rows, &row)
			}
		}
		return visit(rows)
	})
}

func (m logins) clear(ctx context.Context) error { return m.docs().clear(ctx) }

func (m logins) insert(ctx context.Context, rows []migrate.Row) error {
	return m.docs().insert(ctx, rows)
}

// pieces are told file by file: those of an upload that was cut off are left.
type pieces struct {
	docs[pieceDoc, migrate.Piece]
	s *Store
}

func (m pieces) export(ctx context.Context, _ time.Time, visit func([]migrate.Row) error) error {
	return batches(ctx, m.s.db.assets, bson.M{}, transferBatch, func(found []assetDoc) error {
		for _, a := range found {
			if err := m.exportOf(ctx, bson.M{"shop": a.Shop, "content": a.Content}, visit); err != nil {
				return err
			}
		}
		return nil
	})
}
