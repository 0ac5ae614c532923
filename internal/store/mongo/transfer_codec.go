package mongo

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/migrate"
)

// transferBatch is how many documents are in memory at a time.
const transferBatch = 500

// rowsOf moves a collection in which one document D is one row T. Fields of one
// name are copied (see copyFields); the functions, each of which may be nil, add
// the rest.
type rowsOf[D, T any] struct {
	in       *mongo.Collection
	toRow    func(D, *T)
	fromRow  func(T, *D)
	selected func(ctx context.Context, until time.Time, visit func([]D) error) error // nil: all documents
}

func (m rowsOf[D, T]) collections() []*mongo.Collection { return []*mongo.Collection{m.in} }

func (m rowsOf[D, T]) exportRows(ctx context.Context, until time.Time, visit func([]migrate.Row) error) error {
	convert := func(found []D) error {
		rows := make([]migrate.Row, len(found))
		for i, d := range found {
			row := new(T)
			copyFields(row, &d)
			if m.toRow != nil {
				m.toRow(d, row)
			}
			rows[i] = row
		}
		return visit(rows)
	}
	if m.selected != nil {
		return m.selected(ctx, until, convert)
	}
	return batches(ctx, m.in, bson.M{}, transferBatch, convert)
}

func (m rowsOf[D, T]) importRows(ctx context.Context, rows []migrate.Row) error {
	list := make([]D, len(rows))
	for i, r := range rows {
		row := any(r).(*T)
		copyFields(&list[i], row)
		if m.fromRow != nil {
			m.fromRow(*row, &list[i])
		}
	}
	return insertAll(ctx, m.in, list)
}

// copyFields copies the fields that both structs have: text and bytes, numbers of
// any size, times and milliseconds, lists of structs. An empty list becomes nil.
func copyFields[D, S any](dst *D, src *S) {
	copyStruct(reflect.ValueOf(dst).Elem(), reflect.ValueOf(src).Elem())
}

func copyStruct(dst, src reflect.Value) {
	for field, to := range dst.Fields() {
		if from := src.FieldByName(field.Name); field.IsExported() && from.IsValid() {
			copyValue(to, from)
		}
	}
}

func copyValue(dst, src reflect.Value) {
	at, isTime := reflect.TypeAssert[time.Time](src)
	_, wantsTime := reflect.TypeAssert[time.Time](dst)
	switch {
	case src.Kind() == reflect.Slice && src.Len() == 0:
	case isTime:
		dst.SetInt(millis(at))
	case wantsTime:
		dst.Set(reflect.ValueOf(moment(src.Int())))
	case src.Kind() == reflect.Slice && src.Type().Elem().Kind() == reflect.Struct:
		dst.Set(reflect.MakeSlice(dst.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			copyStruct(dst.Index(i), src.Index(i))
		}
	case dst.Kind() == reflect.Slice && src.Kind() == reflect.String && src.Len() == 0:
	default:
		dst.Set(src.Convert(dst.Type()))
	}
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

func clearAll(ctx context.Context, collections ...*mongo.Collection) error {
	for _, c := range collections {
		if _, err := c.DeleteMany(ctx, bson.M{}); err != nil {
			return fmt.Errorf("clear %s: %w", c.Name(), err)
		}
	}
	return nil
}

func insertAll[D any](ctx context.Context, in *mongo.Collection, list []D) error {
	if len(list) == 0 {
		return nil
	}
	_, err := in.InsertMany(ctx, list, options.InsertMany().SetOrdered(false))
	return err
}
