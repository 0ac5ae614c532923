package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"recado/internal/conversation"
	"recado/internal/tenant"
)

const (
	insertTrace = `INSERT INTO traces (shop, conv, rev, at, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT (shop, conv, rev) DO NOTHING`
	pruneTraces = `DELETE FROM traces WHERE shop = ? AND conv = ? AND rev <= ?`
)

// trace keeps how a commit came about. What it replaces goes by revision: of
// commits without a trace there are few.
func (r *Records) trace(ctx context.Context, tx *sql.Tx, c conversation.Commit) error {
	if len(c.Trace) == 0 {
		return nil
	}
	rev := c.Rev + 1
	if _, err := r.w.exec(ctx, tx, insertTrace, c.Shop, c.Conversation, rev, millis(c.At), string(c.Trace)); err != nil {
		return err
	}
	if rev <= conversation.MaxTraces {
		return nil
	}
	_, err := r.w.exec(ctx, tx, pruneTraces, c.Shop, c.Conversation, rev-conversation.MaxTraces)
	return err
}

// Traces implements conversation.Traces.
func (r *Records) Traces(ctx context.Context, shop tenant.ShopID, id conversation.ID, before int64, limit int) ([]conversation.Trace, error) {
	if _, err := r.load(ctx, shop, id); err != nil {
		return nil, fmt.Errorf("read traces: %w", err)
	}
	rows, err := r.d.reader().QueryContext(ctx, `SELECT rev, at, data FROM traces
		WHERE shop = ? AND conv = ? AND rev < ? ORDER BY rev DESC LIMIT ?`, shop, id, before, limit)
	return collect(rows, err, func(s scanner) (t conversation.Trace, err error) {
		return t, s.Scan(&t.Rev, timeInto{&t.At}, (*[]byte)(&t.Data))
	})
}

// DropTraces implements conversation.Traces.
func (r *Records) DropTraces(ctx context.Context, before time.Time) error {
	return r.write(ctx, "drop traces", func(ctx context.Context, tx *sql.Tx) error {
		return run(ctx, tx, step{`DELETE FROM traces WHERE at < ?`, []any{millis(before)}})
	})
}
