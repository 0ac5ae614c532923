package mongo

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// obj returns a document of alternating names and values. The hot path uses it:
// encoding a map costs several times as much.
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
