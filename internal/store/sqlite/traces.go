package sqlite

import (
	"context"
	"fmt"
	"time"

	"recado/internal/conversation"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

const (
	insertTrace = `INSERT INTO traces (shop, conv, rev, at, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT (shop, conv, rev) DO NOTHING`
	pruneTraces = `DELETE FROM traces WHERE shop = ? AND conv = ? AND rev <= ?`
)

// pruneEvery is how many revisions pass before old traces go: one by one they would cost every commit two more pages.
const pruneEvery = 32

// addTrace stores the trace of a commit and prunes old ones by revision: few commits
// have no trace.
func addTrace(ctx context.Context, tx *native.Conn, c conversation.Commit) error {
	if len(c.Trace) == 0 {
		return nil
	}
	rev := c.Rev + 1
	if _, err := tx.ExecContext(ctx, insertTrace, c.Shop, c.Conversation, rev, millis(c.At), string(c.Trace)); err != nil {
		return err
	}
	if rev <= conversation.MaxTraces || rev%pruneEvery != 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, pruneTraces, c.Shop, c.Conversation, rev-conversation.MaxTraces)
	return err
}

// Traces implements conversation.Traces.
func (r *conversationStore) Traces(ctx context.Context, shop tenant.ShopID, id conversation.ID, before int64, limit int) ([]conversation.Trace, error) {
	l, err := r.load(ctx, shop, id)
	if err != nil {
		return nil, fmt.Errorf("read traces: %w", err)
	}
	rows, err := r.d.reader().QueryContext(ctx, `SELECT rev, at, data FROM traces
		WHERE shop = ? AND conv = ? AND rev < ? AND rev > ? ORDER BY rev DESC LIMIT ?`,
		shop, id, before, l.Conversation.Rev-conversation.MaxTraces, limit)
	return collect(rows, err, func(s scanner) (t conversation.Trace, err error) {
		return t, s.Scan(&t.Rev, timeInto{&t.At}, (*[]byte)(&t.Data))
	})
}

// DropTraces implements conversation.Traces. Traces are stored in the order of time, nearly, so that it reads no more
// than it drops; a trace that is out of order because a clock was set back goes with its newer neighbor.
func (r *conversationStore) DropTraces(ctx context.Context, before time.Time) error {
	return r.exec(ctx, "drop traces", nil, `DELETE FROM traces WHERE rowid < coalesce(
			(SELECT rowid FROM traces WHERE at >= ? ORDER BY rowid LIMIT 1), 9223372036854775807)`, millis(before))
}
